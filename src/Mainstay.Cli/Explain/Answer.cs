using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mainstay.Cli.Explain;

/// <summary>An answer: what is or will be, why, what would have to change, and the numbers.</summary>
internal sealed record Answer
{
    /// <summary><c>resource</c>, <c>action</c> or <c>node</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Name of the resource or node, key of the action.</summary>
    public required string Name { get; init; }

    /// <summary>What is and what will be, in one or a few sentences.</summary>
    public List<string> Summary { get; } = [];

    /// <summary>Why, in sentences.</summary>
    public List<string> Why { get; } = [];

    /// <summary>What would have to change, in sentences.</summary>
    public List<string> Changes { get; } = [];

    /// <summary>The facts behind the sentences.</summary>
    public List<AnswerReason> Reasons { get; } = [];

    /// <summary>The scores, node by node.</summary>
    public List<AnswerScores> Scores { get; } = [];
}

/// <summary>The scores of one resource.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Kind"><c>placement</c> or <c>promotion</c>.</param>
/// <param name="Nodes">The nodes.</param>
internal sealed record AnswerScores(string Resource, string Kind, IReadOnlyList<AnswerNode> Nodes);

/// <summary>One node of a table of scores.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Score">Sum of the contributions: a number, INFINITY or -INFINITY; null if the node is not possible.</param>
/// <param name="Chosen">Whether the resource is placed there.</param>
/// <param name="Unavailable">Why nothing may run there, or null.</param>
/// <param name="Contributions">The contributions in order.</param>
internal sealed record AnswerNode(
    string Node, string? Score, bool Chosen, string? Unavailable, IReadOnlyList<AnswerContribution> Contributions);

/// <summary>One contribution to a score.</summary>
/// <param name="Change">What it does: <c>start 0</c>, <c>+100</c>, <c>ban</c>, <c>= 0</c>.</param>
/// <param name="Score">Score after it, or null if the node is not possible any more.</param>
/// <param name="Reason">The fact behind it.</param>
internal sealed record AnswerContribution(string Change, string? Score, AnswerReason Reason);

/// <summary>A fact, with names instead of objects.</summary>
internal sealed record AnswerReason
{
    /// <summary>Kind of fact.</summary>
    public required string Kind { get; init; }

    /// <summary>The fact in words.</summary>
    public required string Text { get; init; }

    /// <summary>Name of the element that causes it.</summary>
    public string? Element { get; init; }

    /// <summary>Id of that element.</summary>
    public string? Id { get; init; }

    /// <summary>Its line in the file.</summary>
    public int? Line { get; init; }

    /// <summary>Id of the rule or set in it that counts.</summary>
    public string? Part { get; init; }

    /// <summary>The resource concerned.</summary>
    public string? Resource { get; init; }

    /// <summary>The node concerned.</summary>
    public string? Node { get; init; }

    /// <summary>The operation or action concerned.</summary>
    public string? Operation { get; init; }

    /// <summary>The option or attribute concerned.</summary>
    public string? Attribute { get; init; }

    /// <summary>Its value.</summary>
    public string? Value { get; init; }

    /// <summary>What the value is compared with.</summary>
    public string? Limit { get; init; }

    /// <summary>Configured score.</summary>
    public int? Score { get; init; }
}

/// <summary>JSON of answers, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Answer))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    private static readonly AnswerJson Readable = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The answer as indented text with a line feed at its end.</summary>
    public static string Print(Answer answer) => JsonSerializer.Serialize(answer, Readable.Answer) + "\n";
}
