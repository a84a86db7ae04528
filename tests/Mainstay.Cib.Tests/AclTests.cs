namespace Mainstay.Cib.Tests;

/// <summary>The worked examples of spec/manager.md section 6.</summary>
public sealed class AclTests
{
    private static readonly CibUser Joe = new("joe", ["staff"]);

    [Fact]
    public void A_denied_part_of_what_may_be_written_can_neither_be_seen_nor_changed()
    {
        var document = With("<p kind='write' xpath='/cib'/><p kind='read' xpath='//resources'/><p kind='deny' xpath=\"//nvpair[@name='passwd']\"/>");
        var seen = CibAcl.Filter(document, Joe)!;
        Assert.Empty(seen.Root.Descendants("nvpair").Where(pair => pair.Value("name") == "passwd"));
        Assert.NotEmpty(seen.Root.Descendants("nvpair"));
        Assert.Equal(CibCode.Ok, Apply(document, CibOperationKind.Modify, "<primitive id='A' description='d'/>"));
        Assert.Equal(CibCode.Permission, Apply(document, CibOperationKind.Modify, "<nvpair id='pw' value='x'/>"));
    }

    [Fact]
    public void A_permission_on_a_pair_lets_the_pair_and_the_way_to_it_be_created()
    {
        var document = With("<p kind='read' xpath='/cib'/><p kind='write' xpath=\"//nvpair[@name='target-role']\"/>");
        Assert.Equal(CibCode.Ok, Apply(document, CibOperationKind.Modify,
            "<primitive id='A'><meta_attributes id='new'><nvpair id='n' name='target-role' value='Stopped'/></meta_attributes></primitive>"));
        Assert.Equal(CibCode.Permission, Apply(document, CibOperationKind.Modify,
            "<primitive id='A'><meta_attributes id='new'><nvpair id='n' name='other' value='Stopped'/></meta_attributes></primitive>"));
        Assert.Equal(CibCode.Permission, Apply(document, CibOperationKind.Delete, "<primitive id='A'/>"));
    }

    [Fact]
    public void The_way_to_what_may_be_read_is_shown_as_names_and_ids()
    {
        var seen = CibAcl.Filter(With("<p kind='read' xpath=\"//nvpair[@name='fake']\"/>"), Joe)!;
        Assert.Equal(
            "<cib><configuration><resources><primitive id=\"A\"><instance_attributes id=\"i\"><nvpair id=\"f\" name=\"fake\" value=\"1\"/>"
            + "</instance_attributes></primitive></resources></configuration></cib>",
            seen.ToXml(CibPrintStyle.Compact));
    }

    [Fact]
    public void A_denied_section_shows_only_what_is_granted_inside()
    {
        var seen = CibAcl.Filter(
            With("<p kind='read' xpath='/cib'/><p kind='deny' xpath='//resources'/><p kind='read' xpath='//meta_attributes'/>"), Joe)!;
        var primitive = Assert.Single(seen.Root.Descendants("primitive"));
        Assert.Equal("<primitive id=\"A\"><meta_attributes id=\"m\"/></primitive>", CibWriter.Print(primitive, CibPrintStyle.Compact));
        Assert.NotNull(seen.Root.Value("validate-with"));
    }

    [Fact]
    public void A_permission_on_a_kind_of_element_is_enough_to_delete_and_create_it()
    {
        var document = With("<p kind='write' object-type='primitive'/>");
        Assert.Equal(CibCode.Ok, Apply(document, CibOperationKind.Delete, "<primitive id='A'/>"));
        Assert.Equal(CibCode.Ok, Apply(document, CibOperationKind.Create, "<primitive id='B' class='lsb' type='x'/>", "resources"));
        Assert.Equal(CibCode.Permission, Apply(document, CibOperationKind.Create, "<node id='1' uname='n'/>", "nodes"));
    }

    [Fact]
    public void Without_a_target_nothing_may_be_read_and_privileged_users_are_not_asked()
    {
        var document = With("<p kind='write' xpath='/cib'/>");
        Assert.Null(CibAcl.Filter(document, new CibUser("ann", [])));
        Assert.Same(document, CibAcl.Filter(document, new CibUser("root", [])));
        Assert.NotNull(CibAcl.Filter(document, new CibUser("bob", ["admins"])));
        Assert.True(CibAcl.IsActive(document, Samples.Now));
        Assert.False(CibAcl.IsActive(Samples.Document(), Samples.Now));
    }

    [Fact]
    public void A_denial_that_cannot_be_read_denies_everything()
        => Assert.Null(CibAcl.Filter(With("<p kind='read' xpath='/cib'/><p kind='deny' xpath='//['/>"), Joe));

    private static CibCode Apply(CibDocument document, CibOperationKind kind, string input, string? scope = null)
        => CibOperations.Apply(document, new CibRequest(kind) { Input = Samples.Element(input), Scope = scope }, user: Joe).Code;

    private static CibDocument With(string permissions)
    {
        var number = 0;
        var named = string.Concat(permissions.Split("<p ").Skip(1).Select(part => $"<acl_permission id='p{number++}' {part}"));
        return Samples.With(
            """
            <primitive id="A" class="ocf" provider="heartbeat" type="Dummy">
              <instance_attributes id="i"><nvpair id="f" name="fake" value="1"/><nvpair id="pw" name="passwd" value="s"/></instance_attributes>
              <meta_attributes id="m"/>
            </primitive>
            """,
            "<cluster_property_set id=\"o\"><nvpair id=\"o1\" name=\"enable-acl\" value=\"true\"/></cluster_property_set>",
            more: $"<acls><acl_target id='joe'><role id='r'/></acl_target><acl_group id='admins'><role id='r'/></acl_group>"
                + $"<acl_role id='r'>{named}</acl_role></acls>");
    }
}
