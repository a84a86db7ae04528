using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>A name with its value and the element that gave it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
/// <param name="Source">The <c>nvpair</c> (or other element) that gave the value, if known.</param>
public sealed record NvValue(string Name, string Value, XElement? Source);

/// <summary>Evaluates name/value blocks (spec/cib-model.md section 4).</summary>
public sealed class NvSets
{
    /// <summary>The block of cluster options that comes before all others.</summary>
    public const string BootstrapOptionsId = "cib-bootstrap-options";

    private readonly IdIndex _ids;
    private readonly RuleEvaluator _rules;

    /// <summary>An evaluator.</summary>
    /// <param name="ids">Resolves <c>id-ref</c>.</param>
    /// <param name="rules">Evaluates the rules of blocks.</param>
    public NvSets(IdIndex ids, RuleEvaluator rules)
    {
        _ids = ids;
        _rules = rules;
    }

    /// <summary>Evaluates all blocks of one kind under one parent into a new table.</summary>
    /// <param name="parent">The parent.</param>
    /// <param name="setName">
    /// The kind: <c>instance_attributes</c>, <c>meta_attributes</c>, <c>utilization</c>, <c>cluster_property_set</c>.
    /// </param>
    /// <param name="input">What rules may ask about.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    /// <param name="alwaysFirst">The id of the block that comes first regardless of its score.</param>
    public NvTable Evaluate(XElement parent, string setName, RuleInput input, RecheckTime? recheck = null, string? alwaysFirst = null)
    {
        var table = new NvTable();
        EvaluateInto(table, parent, setName, input, recheck, alwaysFirst);
        return table;
    }

    /// <summary>Evaluates all blocks of one kind under one parent; names that have a value already keep it.</summary>
    /// <param name="table">The table to add to.</param>
    /// <param name="parent">The parent.</param>
    /// <param name="setName">The kind of block.</param>
    /// <param name="input">What rules may ask about.</param>
    /// <param name="recheck">Receives the time when the result may change; optional.</param>
    /// <param name="alwaysFirst">The id of the block that comes first regardless of its score.</param>
    public void EvaluateInto(
        NvTable table, XElement parent, string setName, RuleInput input, RecheckTime? recheck = null, string? alwaysFirst = null)
    {
        foreach (var set in InOrder(parent, setName, alwaysFirst))
        {
            if (_rules.TryGetRule(set, out var rule) && (rule is null || !_rules.Passes(rule, input, recheck)))
            {
                continue;
            }

            foreach (var pair in set.Elements("nvpair"))
            {
                AddPair(table, pair);
            }
        }
    }

    /// <summary>The blocks of one kind under one parent in order of precedence, references resolved.</summary>
    /// <param name="parent">The parent.</param>
    /// <param name="setName">The kind of block.</param>
    /// <param name="alwaysFirst">The id of the block that comes first regardless of its score.</param>
    public IReadOnlyList<XElement> InOrder(XElement parent, string setName, string? alwaysFirst = null)
    {
        // Nearly all elements have one block of a kind or none, and are asked often.
        XName name = setName;
        var first = parent.Element(name);
        if (first is null) return [];
        for (var node = first.NextNode; node is not null; node = node.NextNode)
        {
            if (node is XElement other && other.Name == name) return Sorted(parent, setName, alwaysFirst);
        }

        return _ids.Resolve(first) is { } only ? [only] : [];
    }

    private IReadOnlyList<XElement> Sorted(XElement parent, string setName, string? alwaysFirst)
        => [.. parent.Elements(setName)
            .Select(_ids.Resolve)
            .OfType<XElement>()
            .Reverse() // among equal scores the later block comes first; the sort is stable
            .OrderByDescending(set => alwaysFirst is not null && set.Id() == alwaysFirst)
            .ThenByDescending(set => Score.Parse(set.Value("score")).Value)];

    /// <summary>The name and value an <c>nvpair</c> stands for; a reference may give another name.</summary>
    /// <param name="pair">The <c>nvpair</c>.</param>
    /// <param name="value">The name, value and source.</param>
    /// <returns>Whether it has both.</returns>
    public bool TryGetPair(XElement pair, [NotNullWhen(true)] out NvValue? value)
    {
        value = null;
        if (_ids.Resolve(pair) is not { } resolved)
        {
            return false;
        }

        var name = pair.Value("name") ?? resolved.Value("name");
        if (name is null || resolved.Value("value") is not { } text)
        {
            return false;
        }

        value = new NvValue(name, text, resolved);
        return true;
    }

    private void AddPair(NvTable table, XElement pair)
    {
        if (!TryGetPair(pair, out var value))
        {
            return;
        }

        if (value.Value.Equals("#default", StringComparison.OrdinalIgnoreCase))
        {
            _ = table.Remove(value.Name);
        }
        else
        {
            _ = table.TryAdd(value.Name, value.Value, value.Source);
        }
    }
}
