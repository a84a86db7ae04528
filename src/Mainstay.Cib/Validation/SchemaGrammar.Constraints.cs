namespace Mainstay.Cib;

internal static partial class SchemaGrammar
{
    private static readonly AttributeRule OrderKind = Word("kind", false, "Optional", "Mandatory", "Serialize");

    private static ElementRule Constraints() => new ElementRule("constraints").With(
        new ChildRule(Location()),
        new ChildRule(Colocation()),
        new ChildRule(Order()),
        new ChildRule(Ticket(), Since: 102));

    private static ElementRule ResourceSet() => new ElementRule(
        "resource_set",
        new AttributeRule("id", SchemaType.Id),
        new AttributeRule("id-ref", SchemaType.IdReference),
        new AttributeRule("sequential", SchemaType.Boolean),
        new AttributeRule("require-all", SchemaType.Boolean, Since: 102),
        Word("ordering", false, "group", "listed") with { Since = 201 },
        Word("action", false, "start", "promote", "demote", "stop"),
        Role("role"),
        ScoreAttribute,
        OrderKind with { Since = 300 })
    {
        Check = check =>
        {
            check.ExactlyOne("id", "id-ref");
            check.AtMostOne("score", "kind");
            var references = check.CountChildren("resource_ref");
            if (check.Has("id-ref"))
            {
                check.None("with 'id-ref'", "sequential", "require-all", "ordering", "action", "role", "score", "kind");
                if (references > 0)
                {
                    check.Fail("a reference has no content of its own", "remove the children or the 'id-ref'");
                }
            }
            else if (references == 0)
            {
                check.Fail("the set is empty", "add a resource_ref");
            }
        },
    }.With(new ChildRule(new ElementRule("resource_ref", new AttributeRule("id", SchemaType.IdReference, IsRequired: true))));

    private static ChildRule Lifetime()
        => new(new ElementRule("lifetime").With(new ChildRule(RuleElement, 1)), 0, 1, Until: 399);

    private static ElementRule Location() => new ElementRule(
        "rsc_location",
        Id,
        new AttributeRule("rsc", SchemaType.IdReference),
        new AttributeRule("rsc-pattern", Since: 206),
        Role("role", since: 102),
        ScoreAttribute,
        new AttributeRule("node"),
        Word("resource-discovery", false, "always", "never", "exclusive") with { Since = 202 })
    {
        ChildOrder = ["resource_set", "rule", "lifetime"],
        Check = CheckLocation,
    }.With(
        new ChildRule(ResourceSet(), Since: 102),
        new ChildRule(RuleElement, Until: 399),
        new ChildRule(RuleElement, 0, 1, Since: 400),
        Lifetime());

    private static void CheckLocation(ElementCheck check)
    {
        if (check.CountChildren("resource_set") > 0)
        {
            check.None("with resource sets", "rsc", "rsc-pattern", "role");
        }
        else
        {
            check.ExactlyOne("rsc", "rsc-pattern");
        }

        if (check.CountChildren("rule") > 0)
        {
            check.None("with a rule", "node", "score");
        }
        else
        {
            check.All("without a rule", "node", "score");
        }
    }

    private static ElementRule Colocation() => new ElementRule(
        "rsc_colocation",
        Id,
        ScoreAttribute,
        new AttributeRule("score-attribute", Until: 299),
        new AttributeRule("score-attribute-mangle", Until: 299),
        new AttributeRule("influence", Since: 306),
        new AttributeRule("rsc", SchemaType.IdReference),
        new AttributeRule("with-rsc", SchemaType.IdReference),
        new AttributeRule("node-attribute"),
        Role("rsc-role"),
        Role("with-rsc-role"))
    {
        ChildOrder = ["lifetime", "resource_set"],
        Check = check =>
        {
            check.AtMostOne("score", "score-attribute", "score-attribute-mangle");
            CheckSimpleOrSets(check, ["rsc", "with-rsc"], ["node-attribute", "rsc-role", "with-rsc-role"]);
        },
    }.With(new ChildRule(ResourceSet()), Lifetime());

    private static ElementRule Order() => new ElementRule(
        "rsc_order",
        Id,
        new AttributeRule("symmetrical", SchemaType.Boolean),
        new AttributeRule("require-all", SchemaType.Boolean, Since: 203),
        ScoreAttribute,
        OrderKind,
        new AttributeRule("first", SchemaType.IdReference),
        new AttributeRule("then", SchemaType.IdReference),
        Word("first-action", false, "start", "promote", "demote", "stop"),
        Word("then-action", false, "start", "promote", "demote", "stop"))
    {
        ChildOrder = ["lifetime", "resource_set"],
        Check = check =>
        {
            check.AtMostOne("score", "kind");
            CheckSimpleOrSets(check, ["first", "then"], ["first-action", "then-action"]);
        },
    }.With(new ChildRule(ResourceSet()), Lifetime());

    private static ElementRule Ticket() => new ElementRule(
        "rsc_ticket",
        Id,
        new AttributeRule("rsc", SchemaType.IdReference),
        Role("rsc-role"),
        new AttributeRule("ticket", IsRequired: true),
        Word("loss-policy", false, "stop", "demote", "fence", "freeze"))
    {
        Check = check => CheckSimpleOrSets(check, ["rsc"], ["rsc-role"]),
    }.With(new ChildRule(ResourceSet()));

    private static void CheckSimpleOrSets(ElementCheck check, string[] required, string[] optional)
    {
        if (check.CountChildren("resource_set") > 0)
        {
            check.None("with resource sets", [.. required, .. optional]);
        }
        else
        {
            check.All("without resource sets", required);
        }
    }
}
