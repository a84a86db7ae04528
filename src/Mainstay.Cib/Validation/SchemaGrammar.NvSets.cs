namespace Mainstay.Cib;

internal static partial class SchemaGrammar
{
    private static ElementRule NvSet(string name, params ForbiddenName[] forbidden)
    {
        var pair = new ElementRule(
            "nvpair",
            new AttributeRule("id", SchemaType.Id),
            new AttributeRule("id-ref", SchemaType.IdReference, Since: 103),
            new AttributeRule("name"),
            new AttributeRule("value"))
        {
            Check = check => CheckPair(check, forbidden),
        };
        return new ElementRule(
            name,
            new AttributeRule("id", SchemaType.Id),
            new AttributeRule("id-ref", SchemaType.IdReference),
            ScoreAttribute)
        {
            Check = check =>
            {
                check.ExactlyOne("id", "id-ref");
                if (check.Has("id-ref"))
                {
                    check.None("with 'id-ref'", "score");
                    if (check.Element.HasElements)
                    {
                        check.Fail("a reference has no content of its own", "remove the children or the 'id-ref'");
                    }
                }
            },
        }.With(new ChildRule(RuleElement, 0, 1), new ChildRule(pair));
    }

    private static void CheckPair(ElementCheck check, ForbiddenName[] forbidden)
    {
        check.ExactlyOne("id", "id-ref");
        var name = check.Element.Value("name");
        if (check.Has("id-ref"))
        {
            check.None("with 'id-ref'", "value");
            if (check.Schema >= 400)
            {
                check.None("with 'id-ref'", "name");
            }
        }
        else
        {
            check.All("in an nvpair", "name");
            if (check.Schema >= 400)
            {
                check.All("in an nvpair", "value");
            }
        }

        var value = check.Element.Value("value");
        if (forbidden.FirstOrDefault(rule => rule.Forbids(check.Schema, name, value)) is { } match)
        {
            check.Fail($"'{name}' is no longer supported here", match.Advice);
        }
    }

    private static ElementRule BuildRule()
    {
        var expression = new ElementRule(
            "expression",
            Id,
            new AttributeRule("attribute", IsRequired: true),
            Word("operation", true, "lt", "gt", "lte", "gte", "eq", "ne", "defined", "not_defined"),
            new AttributeRule("value"),
            new AttributeRule("type", SchemaType.Word)
            {
                Words = [new("string"), new("integer", Since: 305), new("number"), new("version")],
            },
            Word("value-source", false, "literal", "param", "meta") with { Since = 209 });
        var resource = new ElementRule(
            "rsc_expression", Id, new AttributeRule("class"), new AttributeRule("provider"), new AttributeRule("type"));
        var operation = new ElementRule(
            "op_expression", Id, new AttributeRule("name", IsRequired: true), new AttributeRule("interval"));
        var rule = new ElementRule(
            "rule",
            new AttributeRule("id", SchemaType.Id),
            new AttributeRule("id-ref", SchemaType.IdReference),
            ScoreAttribute,
            new AttributeRule("score-attribute"),
            Word("boolean-op", false, "or", "and"),
            new AttributeRule("role"))
        {
            Check = CheckRule,
        };
        return rule.With(
            new ChildRule(rule),
            new ChildRule(expression),
            new ChildRule(DateExpression()),
            new ChildRule(resource, Since: 304),
            new ChildRule(operation, Since: 304));
    }

    private static void CheckRule(ElementCheck check)
    {
        check.ExactlyOne("id", "id-ref");
        if (check.Has("id-ref"))
        {
            check.None("with 'id-ref'", "score", "score-attribute", "boolean-op", "role");
            if (check.Element.HasElements)
            {
                check.Fail("a reference has no content of its own", "remove the children or the 'id-ref'");
            }

            return;
        }

        check.AtMostOne("score", "score-attribute");
        if (check.Schema < 309 && check.Count("score", "score-attribute") == 0)
        {
            check.Fail("the rule has no score", "add score or score-attribute");
        }

        if (!check.Element.HasElements)
        {
            check.Fail("the rule has no condition", "add an expression");
        }
    }

    private static ElementRule DateExpression()
    {
        string[] old = ["hours", "monthdays", "weekdays", "yearsdays", "months", "weeks", "years", "weekyears"];
        string[] specification = ["minutes", "seconds", "yeardays"];
        string[] duration = ["days", "minutes", "seconds"];
        var dateSpec = new ElementRule(
            "date_spec",
            [Id, .. old.Select(name => new AttributeRule(name)), new AttributeRule("moon", Until: 399),
                .. specification.Select(name => new AttributeRule(name, Since: 309))]);
        var durationElement = new ElementRule(
            "duration",
            [Id, .. old.Select(name => new AttributeRule(name)), new AttributeRule("moon"),
                .. duration.Select(name => new AttributeRule(name, Since: 309))]);
        return new ElementRule(
            "date_expression",
            Id,
            Word("operation", true, "in_range", "gt", "lt", "date_spec"),
            new AttributeRule("start"),
            new AttributeRule("end"))
        {
            Check = CheckDateExpression,
        }.With(new ChildRule(dateSpec, 0, 1), new ChildRule(durationElement, 0, 1));
    }

    private static void CheckDateExpression(ElementCheck check)
    {
        var operation = check.Element.Value("operation");
        switch (operation)
        {
            case "in_range" when check.Count("start", "end") == 0:
                check.Fail("operation 'in_range' needs 'start' or 'end'", "add one of them");
                break;
            case "gt":
                check.All("with operation 'gt'", "start");
                check.None("with operation 'gt'", "end");
                break;
            case "lt":
                check.All("with operation 'lt'", "end");
                check.None("with operation 'lt'", "start");
                break;
            case "date_spec":
                check.None("with operation 'date_spec'", "start", "end");
                break;
            default:
                break;
        }

        if ((operation == "date_spec") != (check.CountChildren("date_spec") > 0))
        {
            check.Fail("a date_spec element belongs to operation 'date_spec'", "add or remove it");
        }

        if (operation != "in_range" && check.CountChildren("duration") > 0)
        {
            check.Fail("a duration belongs to operation 'in_range'", "remove it");
        }
    }
}
