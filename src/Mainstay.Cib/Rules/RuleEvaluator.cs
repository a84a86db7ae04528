using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Evaluates rules (spec/cib-model.md section 5). Invalid conditions do not pass and are reported once each.</summary>
public sealed class RuleEvaluator
{
    private const int DepthMax = 64;

    // Rules that refer to rules can multiply; a sane rule has a few dozen conditions.
    private const int ConditionCountMax = 100_000;

    private readonly IdIndex _ids;
    private readonly List<CibProblem>? _problems;
    private readonly HashSet<XElement> _reported = [];
    private int _conditionCount;

    /// <summary>An evaluator.</summary>
    /// <param name="ids">Resolves <c>id-ref</c>.</param>
    /// <param name="problems">Receives a problem for each invalid condition; optional.</param>
    public RuleEvaluator(IdIndex ids, List<CibProblem>? problems = null)
    {
        _ids = ids;
        _problems = problems;
    }

    /// <summary>The rule of an nvset or location constraint: its first <c>rule</c> child, its reference resolved.</summary>
    /// <param name="parent">The nvset or constraint.</param>
    /// <param name="rule">The rule; <see langword="null"/> if the reference leads nowhere.</param>
    /// <returns>Whether there is a rule.</returns>
    public bool TryGetRule(XElement parent, out XElement? rule)
    {
        var first = parent.Element("rule");
        rule = first is null ? null : _ids.Resolve(first);
        return first is not null;
    }

    /// <summary>Whether a rule passes.</summary>
    /// <param name="rule">A <c>rule</c> element; <c>id-ref</c> is resolved.</param>
    /// <param name="input">What it may ask about.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    public bool Passes(XElement rule, RuleInput input, RecheckTime? recheck = null)
    {
        _conditionCount = 0;
        return Passes(rule, input, recheck, 0);
    }

    /// <summary>Whether one condition passes: a rule or any kind of expression.</summary>
    /// <param name="condition">The condition's element.</param>
    /// <param name="input">What it may ask about.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    public bool ConditionPasses(XElement condition, RuleInput input, RecheckTime? recheck = null)
    {
        _conditionCount = 0;
        return ConditionPasses(condition, input, recheck, 0);
    }

    private bool Passes(XElement rule, RuleInput input, RecheckTime? recheck, int depth)
    {
        if (_ids.Resolve(rule) is not { } resolved)
        {
            return Report(rule, $"there is no rule with id '{rule.Value("id-ref")}'", "refer to an existing rule");
        }

        if (depth >= DepthMax)
        {
            return Report(rule, $"rules are nested deeper than {DepthMax}", "flatten the rule");
        }

        var operation = resolved.Value("boolean-op");
        var isOr = string.Equals(operation, "or", StringComparison.OrdinalIgnoreCase);
        if (operation is not null && !isOr && !operation.Equals("and", StringComparison.OrdinalIgnoreCase))
        {
            _ = Report(resolved, $"boolean-op '{operation}' is neither 'and' nor 'or'; 'and' is used", "correct boolean-op");
        }

        var conditions = 0;
        foreach (var child in resolved.Elements().Where(IsCondition))
        {
            conditions++;
            var passed = ConditionPasses(child, input, recheck, depth + 1);
            if (passed == isOr)
            {
                return passed;
            }
        }

        return conditions == 0 || !isOr;
    }

    private bool ConditionPasses(XElement condition, RuleInput input, RecheckTime? recheck, int depth)
    {
        if (++_conditionCount > ConditionCountMax)
        {
            return Report(condition, $"the rule has more than {ConditionCountMax} conditions, references included", "simplify the rule");
        }

        switch (condition.Name.LocalName)
        {
            case "rule":
                return Passes(condition, input, recheck, depth);
            case "expression":
                return AttributeExpression.Passes(condition, input, out var problem) || Report(condition, problem);
            case "date_expression":
                return DateExpression.Passes(condition, input.Now, recheck, out problem) || Report(condition, problem);
            case "rsc_expression":
                return Matches(condition, "class", input.ResourceClass)
                    && Matches(condition, "provider", input.ResourceProvider)
                    && Matches(condition, "type", input.ResourceType);
            case "op_expression":
                return OperationPasses(condition, input);
            default:
                return Report(condition, "this is no condition of a rule",
                    "use rule, expression, date_expression, rsc_expression or op_expression");
        }
    }

    private static bool IsCondition(XElement element)
        => element.Name.LocalName is "rule" or "expression" or "date_expression" or "rsc_expression" or "op_expression";

    private static bool Matches(XElement condition, string attribute, string? actual)
        => condition.Value(attribute) is not { } wanted || wanted == actual;

    private bool OperationPasses(XElement condition, RuleInput input)
    {
        if (condition.Value("name") is not { } name)
        {
            return Report(condition, "the operation expression has no name", "add the name of an operation");
        }

        if (name != input.OperationName)
        {
            return false;
        }

        if (condition.Value("interval") is not { } interval)
        {
            return true;
        }

        return Interval.TryParse(interval, out var milliseconds)
            ? milliseconds == input.OperationIntervalMs
            : Report(condition, $"'{interval}' is no interval", "use a number with a unit, e.g. 10s");
    }

    /// <summary>Notes a problem; the answer is always "does not pass".</summary>
    private bool Report(XElement element, string? message, string? advice = null)
    {
        if (message is not null && _problems is not null && _reported.Add(element))
        {
            _problems.Add(CibProblem.Warning(element, message, advice ?? "correct the condition; until then it does not pass"));
        }

        return false;
    }
}
