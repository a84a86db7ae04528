namespace Mainstay.Cib;

internal static partial class SchemaGrammar
{
    private static readonly IReadOnlyList<SchemaWord> Classes =
    [
        new("ocf"), new("lsb"), new("heartbeat"), new("stonith"), new("service", Since: 102), new("systemd", Since: 102),
        new("nagios", Since: 102, Until: 399), new("upstart", Until: 399),
    ];

    private static ElementRule Resources()
    {
        var primitive = Primitive();
        var group = new ElementRule("group", Id, Description).With(CollectionExtra()).With(new ChildRule(primitive, 1));
        var clone = Clone("clone", primitive, group);
        var master = Clone("master", primitive, group);
        return new ElementRule("resources").With(
            new ChildRule(primitive),
            new ChildRule(Template(), Since: 102),
            new ChildRule(group),
            new ChildRule(clone),
            new ChildRule(master, Until: 399),
            new ChildRule(Bundle(primitive), Since: 208));
    }

    private static ChildRule[] CollectionExtra()
        => [new(NvSet("instance_attributes")), new(NvSet("meta_attributes", ForbiddenNames.ResourceMeta))];

    private static ChildRule[] PrimitiveExtra() =>
    [
        new(NvSet("instance_attributes", ForbiddenNames.PrimitiveParameters)),
        new(NvSet("meta_attributes", ForbiddenNames.PrimitiveMeta)),
        new(NvSet("utilization"), Since: 102),
        new(Operations(), 0, 1),
    ];

    private static ElementRule Primitive() => new ElementRule(
        "primitive",
        Id,
        new AttributeRule("class", SchemaType.Word) { Words = Classes },
        new AttributeRule("provider"),
        new AttributeRule("type"),
        new AttributeRule("template", SchemaType.IdReference, Since: 102),
        Description)
    {
        Check = check =>
        {
            if (check.Has("template"))
            {
                check.None("with 'template'", "class", "provider", "type");
            }
            else
            {
                CheckAgent(check);
            }
        },
    }.With(PrimitiveExtra());

    private static ElementRule Template() => new ElementRule(
        "template",
        Id,
        new AttributeRule("class", SchemaType.Word) { Words = Classes },
        new AttributeRule("provider"),
        new AttributeRule("type"),
        Description)
    {
        Check = CheckAgent,
    }.With(PrimitiveExtra());

    private static void CheckAgent(ElementCheck check)
    {
        check.All("for a resource", "class", "type");
        if (check.Element.Value("class") == "ocf")
        {
            check.All("for class 'ocf'", "provider");
        }
        else
        {
            check.None("for this class", "provider");
        }
    }

    private static ElementRule Operations()
    {
        var operation = new ElementRule(
            "op",
            Id,
            new AttributeRule("name", IsRequired: true),
            new AttributeRule("interval", IsRequired: true),
            Description,
            new AttributeRule("start-delay"),
            new AttributeRule("interval-origin"),
            new AttributeRule("timeout"),
            new AttributeRule("enabled", SchemaType.Boolean),
            new AttributeRule("record-pending", SchemaType.Boolean),
            Role("role"),
            new AttributeRule("requires", SchemaType.Word, Until: 299)
            {
                Words = [new("nothing"), new("quorum"), new("fencing"), new("unfencing", Since: 103)],
            },
            new AttributeRule("on-fail", SchemaType.Word)
            {
                Words =
                [
                    new("ignore"), new("block"), new("demote", Since: 304), new("stop"), new("restart"), new("standby"), new("fence"),
                    new("restart-container", Since: 102),
                ],
            })
        {
            Check = check => check.AtMostOne("start-delay", "interval-origin"),
        }.With(
            new ChildRule(NvSet("instance_attributes", ForbiddenNames.OperationParameters)),
            new ChildRule(NvSet("meta_attributes", ForbiddenNames.OperationMeta)));
        return new ElementRule("operations", new AttributeRule("id", SchemaType.Id), new AttributeRule("id-ref", SchemaType.IdReference))
            .With(new ChildRule(operation));
    }

    private static ElementRule Clone(string name, ElementRule primitive, ElementRule group) => new ElementRule(name, Id, Description)
    {
        Check = check =>
        {
            if (check.CountChildren("primitive", "group") != 1)
            {
                check.Fail("there must be exactly one primitive or group", "keep one");
            }
        },
    }.With(CollectionExtra()).With(new ChildRule(primitive), new ChildRule(group));

    private static ElementRule Bundle(ElementRule primitive)
    {
        var mapping = new ElementRule(
            "port-mapping",
            Id,
            new AttributeRule("port", SchemaType.Integer),
            new AttributeRule("internal-port", SchemaType.Integer),
            new AttributeRule("range", SchemaType.PortRange))
        {
            Check = check =>
            {
                check.ExactlyOne("port", "range");
                if (!check.Has("port"))
                {
                    check.None("without 'port'", "internal-port");
                }
            },
        };
        var network = new ElementRule(
            "network",
            new AttributeRule("ip-range-start"),
            new AttributeRule("control-port", SchemaType.Integer),
            new AttributeRule("host-interface"),
            new AttributeRule("host-netmask", SchemaType.Integer),
            new AttributeRule("add-host", SchemaType.Boolean, Since: 300)).With(new ChildRule(mapping));
        var storageMapping = new ElementRule(
            "storage-mapping",
            Id,
            new AttributeRule("source-dir"),
            new AttributeRule("source-dir-root"),
            new AttributeRule("target-dir", IsRequired: true),
            new AttributeRule("options"))
        {
            Check = check => check.ExactlyOne("source-dir", "source-dir-root"),
        };
        return new ElementRule("bundle", Id, Description)
        {
            Check = check =>
            {
                if (check.CountChildren("docker", "podman", "rkt") != 1)
                {
                    check.Fail("there must be exactly one container technology", "keep one of docker and podman");
                }
            },
        }.With(CollectionExtra()).With(
            new ChildRule(Container("docker"), 0, 1),
            new ChildRule(Container("rkt"), 0, 1, Since: 210, Until: 399),
            new ChildRule(Container("podman"), 0, 1, Since: 302),
            new ChildRule(network, 0, 1),
            new ChildRule(new ElementRule("storage").With(new ChildRule(storageMapping)), 0, 1),
            new ChildRule(primitive, 0, 1));
    }

    private static ElementRule Container(string name) => new(
        name,
        new AttributeRule("image", IsRequired: true),
        new AttributeRule("replicas", SchemaType.Integer),
        new AttributeRule("replicas-per-host", SchemaType.Integer),
        new AttributeRule("masters", SchemaType.Integer, Until: 399),
        new AttributeRule("promoted-max", SchemaType.Integer, Since: 300),
        new AttributeRule("run-command"),
        new AttributeRule("network"),
        new AttributeRule("options"))
    {
        Check = check => check.AtMostOne("masters", "promoted-max"),
    };
}
