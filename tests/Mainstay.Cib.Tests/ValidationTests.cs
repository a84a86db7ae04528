namespace Mainstay.Cib.Tests;

public sealed class ValidationTests
{
    [Theory]
    [InlineData("<primitive id='A' class='ocf' provider='p' type='t'/><primitive id='A' class='lsb' type='t'/>",
        "id=\"A\" is used already by a primitive in line")]
    [InlineData("<primitive id='1a' class='lsb' type='t'/>", "id=\"1a\" is no XML name")]
    [InlineData("<primitive id='a' class='ocf' type='t'/>", "attribute 'provider' is missing for class 'ocf'")]
    [InlineData("<primitive id='a' class='lsb' provider='x' type='t'/>", "attribute 'provider' is not allowed for this class")]
    [InlineData("<primitive id='a' class='upstart' type='t'/>", "class=\"upstart\" is not allowed (give one of ocf, lsb")]
    [InlineData("<primitive id='a' template='T'/>", "template=\"T\" refers to nothing")]
    [InlineData("<primitive id='a' class='lsb' type='t' junk='1'/>", "attribute 'junk' is not allowed here")]
    [InlineData("<group id='g'/>", "element 'primitive' is missing")]
    [InlineData("<clone id='c'/>", "exactly one primitive or group")]
    [InlineData("<clone id='c'><clone id='d'/></clone>", "element 'clone' is not allowed in 'clone'")]
    [InlineData("<primitive id='a' class='lsb' type='t'>text</primitive>", "text is not allowed here")]
    [InlineData("<primitive id='a' class='lsb' type='t'><operations><op id='o' name='monitor' interval='1' on-fail='Stop'/></operations></primitive>", "on-fail=\"Stop\" is not allowed")]
    [InlineData("<primitive id='a' class='lsb' type='t'><meta_attributes id='m' score='red'/></primitive>", "score=\"red\" is not allowed")]
    [InlineData("<primitive id='a' class='lsb' type='t'><meta_attributes id='m'><nvpair id='n' name='x'/></meta_attributes></primitive>",
        "attribute 'value' is missing in an nvpair")]
    [InlineData("<primitive id='a' class='lsb' type='t'><meta_attributes id='m'><nvpair id='n' name='restart-type' value='x'/></meta_attributes></primitive>", "'restart-type' is no longer supported")]
    [InlineData("<master id='m'><primitive id='a' class='lsb' type='t'/></master>", "element 'master' is not allowed in 'resources'")]
    public void Errors_name_the_element_its_line_and_what_to_do(string resources, string expected)
    {
        var problems = CibValidator.Validate(Samples.With(resources));
        var problem = Assert.Single(problems, problem => problem.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.Equal(CibSeverity.Error, problem.Severity);
        Assert.Equal(5, problem.Line);
        Assert.NotNull(problem.Advice);
    }

    [Theory]
    [InlineData("pacemaker-9.9", "there is no schema")]
    [InlineData("pacemaker-1.1", "there is no schema")]
    public void Unknown_schemas_are_an_error(string schema, string expected)
    {
        var document = Samples.Document();
        document.Root.SetAttributeValue("validate-with", schema);
        Assert.Contains(expected, Assert.Single(CibValidator.Validate(document)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_upgrade_in_place_gives_the_same_as_one_of_a_copy()
    {
        const string Text = "<cib validate-with=\"pacemaker-2.10\"><configuration><crm_config/><nodes/><resources>"
            + "<master id=\"m\"><primitive id=\"p\" class=\"ocf\" provider=\"pacemaker\" type=\"Stateful\"/></master>"
            + "</resources><constraints/></configuration><status/></cib>";
        var kept = CibDocument.Parse(Text).DocumentOrThrow();
        var given = CibDocument.Parse(Text).DocumentOrThrow();
        var copied = CibUpgrade.Upgrade(kept).Document;
        var changed = CibUpgrade.UpgradeInPlace(given).Document;
        Assert.Same(given, changed);
        Assert.Equal(CibSchema.Newest.Name, changed.SchemaName);
        Assert.Equal(copied.ToXml(), changed.ToXml());
        Assert.Equal("pacemaker-2.10", kept.SchemaName);
    }

    [Fact]
    public void Schema_none_is_not_checked()
    {
        var document = Samples.With("<rubbish/>");
        document.Root.SetAttributeValue("validate-with", "none");
        Assert.Empty(CibValidator.Validate(document));
        Assert.False(CibUpgrade.Upgrade(document).IsChanged);
    }

    [Fact]
    public void The_number_of_problems_is_bounded()
    {
        var resources = string.Concat(Enumerable.Repeat("<primitive/>", 5000));
        Assert.Equal(CibValidator.ProblemCountMax + 1, CibValidator.Validate(Samples.With(resources)).Count);
    }

    [Fact]
    public void What_the_schema_allows_passes()
    {
        var document = Samples.With(
            """
            <template id="T" class="stonith" type="fence_x"/>
            <bundle id="b"><podman image="i" replicas="2" promoted-max="1"/><network ip-range-start="10.0.0.1"><port-mapping id="pm" port="80"/></network>
              <storage><storage-mapping id="sm" source-dir="/a" target-dir="/b"/></storage><primitive id="in" template="T"/></bundle>
            <group id="g"><primitive id="a" class="systemd" type="x"><operations id="ops"><op id="o" name="monitor" interval="10s" role="Promoted"/></operations></primitive></group>
            """,
            constraints: """
            <rsc_location id="l1" rsc-pattern=".*" role="Started"><rule id="r1" score-attribute="x"><expression id="e" attribute="a" operation="eq" value="1" value-source="meta" type="integer"/></rule></rsc_location>
            <rsc_colocation id="c1" score="-INFINITY"><resource_set id="s1" sequential="false"><resource_ref id="g"/></resource_set><resource_set id-ref="s1"/></rsc_colocation>
            <rsc_order id="o1" first="g" then="b" kind="Serialize"/><rsc_ticket id="t1" ticket="T1" rsc="g" loss-policy="fence"/>
            """,
            more: """
            <fencing-topology><fencing-level id="f" target="n" index="9" devices="a,b"/></fencing-topology>
            <acls><acl_target id="joe"><role id="ro"/></acl_target><acl_role id="ro"><acl_permission id="p" kind="read" xpath="/cib"/></acl_role></acls>
            <tags><tag id="tg"><obj_ref id="anything"/></tag></tags>
            <alerts><alert id="al" path="/x"><select><select_nodes/></select><recipient id="re" value="v"/></alert></alerts>
            """);
        Assert.Empty(CibValidator.Validate(document));
    }
}
