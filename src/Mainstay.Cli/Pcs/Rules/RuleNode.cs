namespace Mainstay.Cli.Pcs.Rules;

/// <summary>A parsed rule expression (spec/cli-pcs.md section 9).</summary>
internal abstract record RuleNode;

/// <summary>Parts joined by <c>and</c> or <c>or</c>.</summary>
internal sealed record RuleGroup(string Operator, IReadOnlyList<RuleNode> Parts) : RuleNode;

/// <summary><c>defined ATTR</c>, <c>ATTR eq [type] VALUE</c>; no value for the unary forms.</summary>
internal sealed record AttributeTest(string Attribute, string Operation, string? Type, string? Value) : RuleNode;

/// <summary><c>date gt DATE</c>, <c>date in_range START to END</c> or with a duration.</summary>
internal sealed record DateTest(string Operation, string? Start, string? End, IReadOnlyList<KeyValuePair<string, string>>? Duration)
    : RuleNode;

/// <summary><c>date-spec</c>.</summary>
internal sealed record DateSpecTest(IReadOnlyList<KeyValuePair<string, string>> Parts) : RuleNode;

/// <summary><c>op NAME [interval=I]</c>.</summary>
internal sealed record OperationTest(string Name, string? Interval) : RuleNode;

/// <summary><c>resource [STD]:[PROV]:[TYPE]</c>.</summary>
internal sealed record ResourceTest(string? Standard, string? Provider, string? Type) : RuleNode;
