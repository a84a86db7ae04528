using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public void A_template_gives_what_the_primitive_does_not_say_itself()
    {
        var document = Samples.With("""
            <template id="T" class="ocf" provider="heartbeat" type="Dummy">
              <meta_attributes id="Tm"><nvpair id="Tm1" name="x" value="template"/></meta_attributes>
              <operations>
                <op id="T1" name="monitor" interval="10s"/>
                <op id="T2" name="start" interval="0" role="Started"/>
                <op id="T3" name="monitor" interval="11s" role="Promoted"/>
              </operations>
            </template>
            <primitive id="P" template="T">
              <meta_attributes id="Pm"><nvpair id="Pm1" name="x" value="own"/></meta_attributes>
              <operations><op id="P1" name="monitor" interval="5s" role="Unpromoted"/></operations>
            </primitive>
            """);
        var ids = new IdIndex(document.Root);
        var effective = Templates.Expand(ids.Find("primitive", "P")!, ids, out var problem)!;
        Assert.Null(problem);
        Assert.Equal(("primitive", "P", "Dummy", null),
            (effective.Name.LocalName, effective.Id(), effective.Value("type"), effective.Value("template")));
        Assert.Equal(["P1", "T2", "T3"], effective.Elements("operations").Elements("op").Select(operation => operation.Id()!));
        Assert.Equal(["Tm", "Pm"], effective.Elements("meta_attributes").Select(set => set.Id()!));
        Assert.NotNull(document.Root.Descendants("primitive").Single().Value("template"));
        Assert.Equal(["P"], Templates.Derived(document.Section("resources")!)["T"]);
    }

    [Theory]
    [InlineData("<primitive id='P' template='P'/>")]
    [InlineData("<primitive id='P' template='gone'/>")]
    public void A_template_that_is_missing_or_the_resource_itself_is_an_error(string xml)
    {
        var resource = Samples.Element(xml);
        Assert.Null(Templates.Expand(resource, new IdIndex(resource), out var problem));
        Assert.Equal(CibSeverity.Error, problem!.Severity);
    }

    [Fact]
    public void An_index_on_demand_knows_what_was_added_before_and_after_the_first_question()
    {
        var document = Samples.With("<primitive id='P'><meta_attributes id='a'/></primitive>");
        var ids = IdIndex.OnDemand(document.Root);
        var second = Samples.Element("<meta_attributes id='a'><nvpair id='n'/></meta_attributes>");
        ids.Add(second);
        Assert.Equal("primitive", ids.Find("meta_attributes", "a")!.Parent!.Name.LocalName);
        Assert.Equal(second, ids.Find("n")!.Parent);
        var third = Samples.Element("<meta_attributes id='c'/>");
        ids.Add(third);
        Assert.Equal(third, ids.Find("c"));
        Assert.Null(ids.Find("none"));
    }

    [Fact]
    public void References_in_a_circle_lead_nowhere()
    {
        var document = Samples.With(
            "<primitive id='P'><meta_attributes id='a' id-ref='b'/><meta_attributes id='b' id-ref='a'/></primitive>");
        var ids = new IdIndex(document.Root);
        Assert.Null(ids.Resolve(ids.Find("meta_attributes", "a")!));
    }

    [Fact]
    public void Tags_keep_the_order_and_drop_duplicates()
    {
        var document = Samples.With(more: "<tags><tag id='t'><obj_ref id='b'/><obj_ref id='a'/><obj_ref id='b'/></tag></tags>");
        Assert.Equal(["b", "a"], Tags.Members(document.Section("tags"))["t"]);
        Assert.Empty(Tags.Members(null));
    }

    [Fact]
    public void Templates_and_tags_in_constraints_become_sets()
    {
        Assert.Equal(ConstraintExpansionResult.Expanded,
            Expand("<rsc_location id='l' rsc='tag' role='Promoted' node='n' score='1'/>", out var location));
        Assert.Null(location.Value("rsc"));
        Assert.Equal(("tag", "Promoted", "false"), (location.Element("resource_set")!.Id(),
            location.Element("resource_set")!.Value("role"), location.Element("resource_set")!.Value("sequential")));
        Assert.Equal(["r1", "r2"], Members(location));

        Assert.Equal(ConstraintExpansionResult.Expanded,
            Expand("<rsc_colocation id='c' rsc='r3' with-rsc='tmpl' with-rsc-role='Started' score='1'/>", out var colocation));
        Assert.Equal(["r3", "tmpl"], colocation.Elements("resource_set").Select(set => set.Id()!));
        Assert.Equal(["r3", "r4", "r5"], Members(colocation));

        Assert.Equal(ConstraintExpansionResult.Expanded,
            Expand("<rsc_order id='o' first='tag' then='tmpl' first-action='stop'/>", out var order));
        Assert.Equal(["stop", null], order.Elements("resource_set").Select(set => set.Value("action")));

        Assert.Equal(ConstraintExpansionResult.Expanded,
            Expand("<rsc_order id='o'><resource_set id='s'><resource_ref id='r3'/><resource_ref id='tag'/></resource_set></rsc_order>",
                out order));
        Assert.Equal(["r3", "r1", "r2"], Members(order));
    }

    [Theory]
    [InlineData("<rsc_location id='l' rsc='r1' node='n' score='1'/>", ConstraintExpansionResult.Unchanged)]
    [InlineData("<rsc_location id='l' rsc='gone' node='n' score='1'/>", ConstraintExpansionResult.Ignored)]
    [InlineData("<rsc_location id='l' rsc-pattern='.*' node='n' score='1'/>", ConstraintExpansionResult.Unchanged)]
    [InlineData("<rsc_colocation id='c' rsc='tag' with-rsc='tmpl' score='1'/>", ConstraintExpansionResult.Ignored)]
    [InlineData("<rsc_order id='o'><resource_set id='s'><resource_ref id='gone'/><resource_ref id='tag'/></resource_set></rsc_order>",
        ConstraintExpansionResult.Unchanged)]
    [InlineData("<rsc_ticket id='t' rsc='empty' ticket='x'/>", ConstraintExpansionResult.Ignored)]
    public void Plain_constraints_stay_and_unknown_names_are_ignored(string xml, ConstraintExpansionResult expected)
        => Assert.Equal(expected, Expand(xml, out _));

    private static ConstraintExpansionResult Expand(string xml, out XElement expanded)
    {
        var constraint = Samples.Element(xml);
        var expansion = new ConstraintExpansion(
            id => id is "r1" or "r2" or "r3" or "r4" or "r5",
            new Dictionary<string, IReadOnlyList<string>> { ["tmpl"] = ["r4", "r5"] },
            new Dictionary<string, IReadOnlyList<string>> { ["tag"] = ["r1", "r2"], ["empty"] = [] },
            new IdIndex(constraint));
        return expansion.Expand(constraint, out expanded, out _);
    }

    private static IEnumerable<string> Members(XElement constraint)
        => constraint.Descendants("resource_ref").Select(reference => reference.Id()!);
}
