namespace Mainstay.Cib;

/// <summary>
/// The structure of a CIB in all schemas (spec/cib-model.md, sections 2 to 12): which elements and attributes there are, since and until
/// which schema, and what excludes what.
/// </summary>
internal static partial class SchemaGrammar
{
    private static readonly AttributeRule Id = new("id", SchemaType.Id, IsRequired: true);
    private static readonly AttributeRule Description = new("description");
    private static readonly AttributeRule ScoreAttribute = new("score", SchemaType.Score);

    private static readonly IReadOnlyList<SchemaWord> Roles =
    [
        new("Stopped"), new("Started"), new("Promoted", Since: 307), new("Unpromoted", Since: 307), new("Master"), new("Slave"),
    ];

    private static readonly ElementRule RuleElement;

    // The order matters: other parts of the grammar refer to rules.
    static SchemaGrammar()
    {
        RuleElement = BuildRule();
        Cib = BuildCib();
    }

    /// <summary>The root element.</summary>
    public static ElementRule Cib { get; }

    private static ElementRule BuildCib()
    {
        var status = new ElementRule("status") { IsOpen = true };
        var configuration = new ElementRule("configuration").With(
            new ChildRule(CrmConfig(), 1, 1),
            new ChildRule(new ElementRule("rsc_defaults").With(new ChildRule(NvSet("meta_attributes", ForbiddenNames.ResourceDefaults))),
                0, 1),
            new ChildRule(new ElementRule("op_defaults").With(new ChildRule(NvSet("meta_attributes", ForbiddenNames.OperationDefaults))),
                0, 1),
            new ChildRule(Nodes(), 1, 1),
            new ChildRule(Resources(), 1, 1),
            new ChildRule(Constraints(), 1, 1),
            new ChildRule(FencingTopology(), 0, 1, Since: 102),
            new ChildRule(OldAcls(), 0, 1, Since: 102, Until: 103),
            new ChildRule(Acls(), 0, 1, Since: 200),
            new ChildRule(TagsElement(), 0, 1, Since: 103),
            new ChildRule(Alerts(), 0, 1, Since: 205));
        return new ElementRule(
            "cib",
            new AttributeRule("validate-with", SchemaType.Text, IsRequired: true),
            new AttributeRule("admin_epoch", SchemaType.NonNegativeInteger, IsRequired: true),
            new AttributeRule("epoch", SchemaType.NonNegativeInteger, IsRequired: true),
            new AttributeRule("num_updates", SchemaType.NonNegativeInteger, IsRequired: true),
            new AttributeRule("crm_feature_set"),
            new AttributeRule("remote-tls-port", SchemaType.NonNegativeInteger),
            new AttributeRule("remote-clear-port", SchemaType.NonNegativeInteger),
            new AttributeRule("have-quorum", SchemaType.Boolean),
            new AttributeRule("dc-uuid"),
            new AttributeRule("cib-last-written"),
            new AttributeRule("no-quorum-panic", SchemaType.Boolean),
            new AttributeRule("update-origin", Since: 102),
            new AttributeRule("update-client", Since: 102),
            new AttributeRule("update-user", Since: 102),
            new AttributeRule("execution-date", Since: 102))
        {
            ChildOrder = ["configuration", "status"],
        }.With(new ChildRule(configuration, 1, 1), new ChildRule(status, 0, 1));
    }

    private static AttributeRule Word(string name, bool isRequired, params string[] words)
        => new(name, SchemaType.Word, isRequired) { Words = [.. words.Select(word => new SchemaWord(word))] };

    private static AttributeRule Role(string name, int since = 0) => new(name, SchemaType.Word, Since: since) { Words = Roles };

    private static ElementRule CrmConfig()
        => new ElementRule("crm_config").With(new ChildRule(NvSet("cluster_property_set", ForbiddenNames.ClusterOptions)));

    private static ElementRule Nodes() => new ElementRule("nodes").With(new ChildRule(new ElementRule(
        "node",
        new AttributeRule("id", IsRequired: true),
        new AttributeRule("uname", IsRequired: true),
        new AttributeRule("type", SchemaType.Word)
        {
            Words = [new("member"), new("remote", Since: 103), new("normal", Until: 299), new("ping", Until: 399)],
        },
        Description,
        ScoreAttribute with { Since = 102 }).With(
            new ChildRule(NvSet("instance_attributes")),
            new ChildRule(NvSet("utilization"), Since: 102))));

    private static ElementRule FencingTopology() => new ElementRule("fencing-topology").With(new ChildRule(new ElementRule(
        "fencing-level",
        Id,
        new AttributeRule("target"),
        new AttributeRule("target-pattern"),
        new AttributeRule("target-attribute", Since: 204),
        new AttributeRule("target-value", Since: 204),
        new AttributeRule("index", SchemaType.NonNegativeInteger, IsRequired: true, Until: 399),
        new AttributeRule("index", SchemaType.Level, IsRequired: true, Since: 400),
        new AttributeRule("devices", SchemaType.NameList, IsRequired: true))
    {
        Check = check =>
        {
            check.ExactlyOne("target", "target-pattern", "target-attribute");
            if (check.Has("target-attribute") != check.Has("target-value"))
            {
                check.Fail("'target-attribute' and 'target-value' belong together", "give both");
            }
        },
    }));

    private static ElementRule OldAcls()
    {
        var permissions = new[] { "read", "write", "deny" }.Select(name => new ChildRule(new ElementRule(
            name, Id, new AttributeRule("tag"), new AttributeRule("ref", SchemaType.IdReference), new AttributeRule("xpath"),
            new AttributeRule("attribute"))
        {
            Check = check =>
            {
                if (check.Has("xpath"))
                {
                    check.None("with 'xpath'", "tag", "ref");
                }
                else if (check.Count("tag", "ref") == 0)
                {
                    check.Fail("one of 'tag', 'ref', 'xpath' is missing", "add one of them");
                }
            },
        })).ToArray();
        var user = new ElementRule("acl_user", Id)
        {
            Check = check =>
            {
                if (check.CountChildren("role_ref") > 0 && check.CountChildren("read", "write", "deny") > 0)
                {
                    check.Fail("a user has either roles or permissions of its own", "move the permissions into a role");
                }
            },
        }.With(permissions).With(
            new ChildRule(new ElementRule("role_ref", new AttributeRule("id", SchemaType.IdReference, IsRequired: true))));
        return new ElementRule("acls").With(new ChildRule(user), new ChildRule(new ElementRule("acl_role", Id).With(permissions)));
    }

    private static ElementRule Acls()
    {
        var permission = new ElementRule(
            "acl_permission",
            Id,
            Word("kind", true, "read", "write", "deny"),
            new AttributeRule("xpath"),
            new AttributeRule("reference", SchemaType.IdReference),
            new AttributeRule("object-type"),
            new AttributeRule("attribute"),
            Description)
        {
            Check = check =>
            {
                check.ExactlyOne("xpath", "reference", "object-type");
                if (!check.Has("object-type"))
                {
                    check.None("without 'object-type'", "attribute");
                }
            },
        };
        var role = new ChildRule(new ElementRule("role", new AttributeRule("id", SchemaType.IdReference, IsRequired: true)));
        var name = new AttributeRule("name", Since: 308);
        return new ElementRule("acls").With(
            new ChildRule(new ElementRule("acl_target", new AttributeRule("id", IsRequired: true), name).With(role)),
            new ChildRule(new ElementRule("acl_group", Id, name).With(role)),
            new ChildRule(new ElementRule("acl_role", Id, Description).With(new ChildRule(permission))));
    }

    private static ElementRule TagsElement() => new ElementRule("tags").With(new ChildRule(new ElementRule("tag", Id).With(
        new ChildRule(
            new ElementRule(
                "obj_ref",
                new AttributeRule("id", SchemaType.IdReference, IsRequired: true, Until: 302),
                new AttributeRule("id", IsRequired: true, Since: 303)),
            1))));

    private static ElementRule Alerts()
    {
        var attributes = new ElementRule("select_attributes").With(
            new ChildRule(new ElementRule("attribute", Id, new AttributeRule("name", IsRequired: true))));
        var select = new ElementRule("select").With(
            new ChildRule(attributes, 0, 1),
            new ChildRule(new ElementRule("select_fencing"), 0, 1),
            new ChildRule(new ElementRule("select_nodes"), 0, 1),
            new ChildRule(new ElementRule("select_resources"), 0, 1));
        ChildRule[] extra = [new(NvSet("meta_attributes")), new(NvSet("instance_attributes"))];
        var recipient = new ElementRule("recipient", Id, Description, new AttributeRule("value", IsRequired: true)).With(extra);
        return new ElementRule("alerts").With(new ChildRule(
            new ElementRule("alert", Id, Description, new AttributeRule("path", IsRequired: true))
                .With(extra).With(new ChildRule(select, 0, 1, Since: 210), new ChildRule(recipient))));
    }
}
