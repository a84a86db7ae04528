using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary><c>crm_rule</c>: says whether rules with one date expression are in effect.</summary>
internal sealed class CrmRuleTool : NativeTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_rule";

    /// <inheritdoc/>
    protected override string Summary => "Evaluate rules from the configuration";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('c', "check", null, "Check whether a rule is in effect"),
        new('r', "rule", "ID", "The ID of the rule to check (may be given several times)"),
        new('d', "date", "DATE", "The time to check for, instead of now"),
        new('X', "xml-text", "XML", "Use this configuration, or '-' to read it from standard input"),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (!options.Has("check"))
        {
            return output.Usage("No mode operation given");
        }

        if (!options.Has("rule"))
        {
            return output.Usage("--check requires use of --rule=");
        }

        var clock = context.Now;
        var now = new CibDateTime(clock.ToUnixTimeSeconds(), (int)clock.Offset.TotalSeconds);
        if (options["date"] is { } date && !CibDateTime.TryParse(date, now, out now))
        {
            return output.Fail(NativeExit.Data, $"crm_rule: Invalid date/time '{date}'");
        }

        if (!TryLoad(context, options, output, out var document, out var code))
        {
            return code;
        }

        var upgraded = CibUpgrade.Upgrade(document).Document;
        code = NativeExit.Ok;
        foreach (var id in options.All("rule"))
        {
            code = Check(output, upgraded, id, now);
        }

        return output.Finish(code);
    }

    private static bool TryLoad(ToolContext context, NativeOptions options, NativeOutput output, out CibDocument document, out int code)
    {
        code = NativeExit.Ok;
        if (options["xml-text"] is { } text)
        {
            var given = text == "-" ? context.In.ReadToEnd() : text;
            var parsed = CibDocument.Parse(given, "input");
            document = parsed.Document ?? CibDocument.CreateEmpty();
            code = parsed.Document is null
                ? output.Fail(NativeExit.Data, text == "-" ? "crm_rule: Couldn't parse input from STDIN"
                    : $"crm_rule: Couldn't parse input string: {text}")
                : code;
            return parsed.Document is not null;
        }

        return CibSource.TryLoad(context, "crm_rule", output, out document, out code);
    }

    private static int Check(NativeOutput output, CibDocument document, string id, CibDateTime now)
    {
        var (code, message, isError) = Judge(document, id, now);
        output.Element(new XElement("rule-check", new XAttribute("rule-id", id), new XAttribute("rc", code)));
        if (isError)
        {
            output.Error($"Could not determine whether rule {id} is in effect: {message}");
        }
        else
        {
            output.Line($"Rule {id} {message}");
        }

        return code;
    }

    private static (int Code, string Message, bool IsError) Judge(CibDocument document, string id, CibDateTime now)
    {
        if (document.Root.Descendants("rule").FirstOrDefault(rule => rule.Id() == id) is not { } rule)
        {
            return (NativeExit.NoSuchObject, $"No rule found with ID={id}", true);
        }

        var expressions = rule.Descendants("date_expression").ToList();
        if (expressions.Count != 1)
        {
            var message = expressions.Count == 0 ? "Rule does not have a date expression" : "Rule has more than one date expression";
            return (NativeExit.Unimplemented, message, true);
        }

        var expression = expressions[0];
        var specification = expression.Value("operation") == "date_spec" ? expression.Element("date_spec") : null;
        if (expression.Value("operation") == "date_spec" && specification?.Value("years") is null)
        {
            return (NativeExit.Unimplemented, "Rule must either not use date_spec, or use date_spec with years=", true);
        }

        return DateExpression.Evaluate(expression, now, null, out var problem) switch
        {
            DatePosition.Within when specification is null => (NativeExit.Ok, "is still in effect", false),
            DatePosition.Within => (NativeExit.Ok, "satisfies conditions", false),
            DatePosition.Before => (NativeExit.NotYet, "has not yet taken effect", false),
            DatePosition.After => (NativeExit.Expired, "is expired", false),
            DatePosition.Outside => JudgeYears(specification!, now), // only a specification is "outside"
            _ => (NativeExit.Data, problem ?? "the date expression is invalid", true),
        };
    }

    /// <summary>The years of a specification say whether it can still come true.</summary>
    private static (int Code, string Message, bool IsError) JudgeYears(XElement specification, CibDateTime now)
    {
        if (IntegerRange.TryParse(specification.Value("years"), out var years))
        {
            if (years.Last >= 0 && now.Year > years.Last)
            {
                return (NativeExit.Expired, "is expired", false);
            }

            if (years.First >= 0 && now.Year < years.First)
            {
                return (NativeExit.NotYet, "has not yet taken effect", false);
            }
        }

        return (NativeExit.Unsatisfied, "does not satisfy conditions", false);
    }
}
