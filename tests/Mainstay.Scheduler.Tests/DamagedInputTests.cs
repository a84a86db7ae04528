using Mainstay.Cib;

namespace Mainstay.Scheduler.Tests;

/// <summary>Inputs that are wrong on purpose: a clear problem or a sensible plan, and soon.</summary>
public sealed class DamagedInputTests
{
    private const string Head = """<cib validate-with="pacemaker-4.0" admin_epoch="0" epoch="1" num_updates="0">""";

    [Fact]
    public void Entities_and_document_types_are_refused()
    {
        const string Bomb = """
            <!DOCTYPE cib [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
            <cib validate-with="pacemaker-4.0"><configuration>&c;</configuration></cib>
            """;
        var problem = Assert.Single(CibDocument.Parse(Bomb, "bomb").Problems);
        Assert.Contains("a document type definition is not allowed", problem.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("bomb", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_levels_are_refused_with_their_line()
    {
        string text = Head + string.Concat(Enumerable.Repeat("<group>\n", 10_000)) + string.Concat(Enumerable.Repeat("</group>", 10_000)) + "</cib>";
        Assert.Contains("nested deeper than 128", Assert.Single(CibDocument.Parse(text).Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_rules_and_groups_below_the_bound_are_only_invalid()
    {
        string rules = string.Concat(Enumerable.Repeat("<rule id='r' score='1'>", 100)) + string.Concat(Enumerable.Repeat("</rule>", 100));
        var document = Document(constraints: $"<rsc_location id='l' rsc='a'>{rules}</rsc_location>", resources: "<primitive id='a' class='lsb' type='x'/>");
        Assert.Contains(CibValidator.Validate(document), p => p.Id == "r");
        Assert.NotNull(Plan(document));
    }

    [Theory]
    [InlineData("<primitive id='a' class='lsb' type='x'/><primitive id='a' class='lsb' type='x'/>", "", "'a'")]
    [InlineData("<primitive id='a' template='ghost'/>", "", "ghost")]
    [InlineData("<primitive id='a' class='lsb' type='x'><meta_attributes id-ref='ghost'/></primitive>", "", "ghost")]
    [InlineData("<primitive id='a' class='lsb' type='x'/>", "<rsc_colocation id='c' rsc='a' with-rsc='ghost' score='INFINITY'/>", "ghost")]
    [InlineData("<primitive id='a' class='lsb' type='x'/>", "<rsc_location id='c' rsc='a' node='n1' score='many'/>", "many")]
    [InlineData("<primitive id='a' class='magic' type='x'/>", "", "magic")]
    public void Invalid_configurations_are_named_and_still_planned(string resources, string constraints, string named)
    {
        var document = Document(resources, constraints);
        Assert.Contains(CibValidator.Validate(document), p => p.ToString().Contains(named, StringComparison.Ordinal));
        Assert.NotNull(Plan(document));
    }

    [Fact]
    public void A_group_without_members_takes_part_in_constraints_without_harm()
    {
        var document = Document(
            "<primitive id='a' class='lsb' type='x'/><primitive id='b' class='lsb' type='x'/><group id='g'/><group id='h'/>",
            "<rsc_colocation id='c1' rsc='a' with-rsc='g' score='INFINITY'/><rsc_colocation id='c2' rsc='g' with-rsc='b' score='INFINITY'/>"
            + "<rsc_colocation id='c3' rsc='h' with-rsc='g' score='10'/><rsc_order id='o1' first='g' then='a'/>");
        Assert.NotNull(Plan(document));
    }

    [Theory]
    [InlineData("<meta_attributes id='m'><nvpair id='p' name='clone-max' value='2147483647'/></meta_attributes>", "clone-max is 2147483647")]
    [InlineData("<meta_attributes id='m'><nvpair id='p' name='clone-max' value='99999999999999999999'/></meta_attributes>", "clone-max is")]
    public void Absurd_numbers_of_instances_are_cut_with_a_warning(string meta, string named)
    {
        var document = Document($"<clone id='c'>{meta}<primitive id='a' class='lsb' type='x'/></clone>");
        var plan = Plan(document);
        Assert.Contains(plan.State.Problems, p => p.Message.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Absurd_numbers_of_replicas_are_cut_with_a_warning()
    {
        var document = Document("<bundle id='b'><docker image='i' replicas='2000000000'/><network ip-range-start='192.0.2.1'/></bundle>");
        Assert.Contains(Plan(document).State.Problems, p => p.Message.Contains("replicas is 2000000000", StringComparison.Ordinal));
    }

    [Fact]
    public void An_order_in_a_loop_keeps_the_loop_down_and_nothing_else()
    {
        var cluster = new TestCluster(1).Primitive("a").Primitive("b").Primitive("c").Primitive("free")
            .Order("a", "b").Order("b", "c").Order("c", "a");
        var result = Simulation.Run(cluster.Document(), new SimulationOptions { Planning = new PlannerOptions { Now = TestCluster.Now } });
        Assert.False(result.IsComplete);
        Assert.Contains(result.Unfinished, action => action.StartsWith("a_start_0", StringComparison.Ordinal));
        Assert.Equal(["free"], result.Execution.OfType<SimulationEvent.ResourceAction>().Where(a => a.Task == "start").Select(a => a.Resource));
    }

    [Fact]
    public void A_colocation_in_a_loop_places_everything_together()
    {
        var cluster = new TestCluster(2).Primitive("a").Primitive("b").Primitive("c")
            .Colocation("a", "b", "INFINITY").Colocation("b", "c", "INFINITY").Colocation("c", "a", "INFINITY");
        var plan = cluster.Plan();
        Assert.Single(plan.State.Resources.Select(r => r.AssignedNode).Distinct());
        AssertExecutable(plan);
    }

    [Fact]
    public void A_resource_in_two_sets_of_an_order_does_not_wait_for_itself()
    {
        var cluster = new TestCluster(1).Primitive("a").Primitive("b").Primitive("c").Constraint("""
            <rsc_order id="o"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="b"/></resource_set>
              <resource_set id="s2"><resource_ref id="b"/><resource_ref id="c"/></resource_set></rsc_order>
            """);
        var plan = cluster.Plan();
        AssertExecutable(plan);
        Assert.Equal(["a", "b", "c"], Started(plan));
    }

    [Fact]
    public void A_template_and_its_primitive_in_one_set_do_not_wait_for_themselves()
    {
        var cluster = new TestCluster(1)
            .Resource("""<template id="t" class="ocf" provider="heartbeat" type="Dummy"/><primitive id="a" template="t"/><primitive id="b" template="t"/>""")
            .Constraint("""<rsc_order id="o"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="t"/></resource_set></rsc_order>""")
            .Constraint("""<rsc_colocation id="c" score="INFINITY"><resource_set id="s2"><resource_ref id="t"/><resource_ref id="a"/></resource_set></rsc_colocation>""");
        var plan = cluster.Plan();
        AssertExecutable(plan);
        Assert.Equal(["a", "b"], Started(plan));
    }

    [Fact]
    public void A_bundle_that_cannot_be_used_is_not_found_by_constraints()
    {
        var document = Document(
            "<bundle id='b'/><primitive id='a' class='lsb' type='x'/>",
            "<rsc_location id='l' rsc='b' node='n1' score='5'/><rsc_order id='o' first='b' then='a'/>");
        Assert.NotNull(Plan(document));
    }

    [Fact]
    public void Containers_of_each_other_are_named_and_not_linked()
    {
        var cluster = new TestCluster(1).Primitive("a", "container=b").Primitive("b", "container=a");
        cluster.Node("n1").Record("a", ("start", 1, 0));
        Assert.Contains(cluster.Plan().State.Problems, p => p.Message.Contains("each other's container", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(")]
    [InlineData(@"(a)\1")]
    public void A_pattern_takes_no_longer_than_its_text_whatever_it_is(string pattern)
    {
        string id = new string('a', 40) + "b";
        var cluster = new TestCluster(1).Primitive(id).Constraint($"""<rsc_location id="l" rsc-pattern="{pattern}" node="n1" score="5"/>""");
        Assert.Equal([id], Started(cluster.Plan()));
    }

    [Fact]
    public void A_parameter_without_a_name_is_left_out()
    {
        var cluster = new TestCluster(1).Resource("""
            <primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><instance_attributes id="i"><nvpair id="p" name="" value="x"/></instance_attributes></primitive>
            """);
        Assert.Equal(["a"], Started(cluster.Plan()));
    }

    private static IEnumerable<string> Started(Plan plan) => plan.Graph.Synapses.SelectMany(s => s.Actions)
        .Where(a => a is { Task: "start", Kind: GraphActionKind.ResourceOperation }).Select(a => a.Resource!.Id).Order(StringComparer.Ordinal);

    /// <summary>Everything in the graph can be carried out.</summary>
    private static void AssertExecutable(Plan plan)
    {
        var execution = new SimulatedExecution(CibDocument.CreateEmpty(), plan.State, TestCluster.Now);
        Assert.True(execution.Run(plan.Graph, []), "the graph cannot be carried out");
    }

    private static Plan Plan(CibDocument document)
    {
        var plan = Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now });
        _ = TransitionGraphXml.ToText(plan.Graph);
        return plan;
    }

    private static string Text(string resources, string constraints) => $"""
        {Head}<configuration><crm_config><cluster_property_set id='o'><nvpair id='o1' name='fencing-enabled' value='false'/></cluster_property_set>
        </crm_config><nodes><node id='1' uname='n1'/></nodes><resources>{resources}</resources><constraints>{constraints}</constraints></configuration>
        <status><node_state id='1' uname='n1' in_ccm='true' crmd='online' join='member' expected='member'/></status></cib>
        """;

    private static CibDocument Document(string resources = "", string constraints = "") =>
        CibDocument.Parse(Text(resources, constraints)).DocumentOrThrow();
}
