using System.Globalization;
using System.Text.RegularExpressions;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <content>Transient node attributes (spec/manager.md section 14).</content>
internal sealed partial class ReplicatedState
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether a pattern can be used; checked where a request comes in, so that every member accepts it.</summary>
    public static bool IsValidPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternTimeout);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private void ApplyAttribute(AttributeCommand command, List<Effect> effects)
    {
        var change = command.Change;
        var isKnown = false;
        foreach (var node in Data.Nodes.Values)
        {
            var isMeant = change.AllNodes
                ? node.IsMember && (change.IsPattern || change.Value is not null || node.Attributes.ContainsKey(change.Name))
                : string.Equals(node.Name, change.Node, StringComparison.OrdinalIgnoreCase);
            if (!isMeant) continue;
            isKnown = true;
            foreach (var name in SelectNames(node, change)) SetAttribute(node, name, change.Value, change.IsPrivate, effects);
        }

        RequestAnswer answer = isKnown || change.AllNodes
            ? new Accepted()
            : new Refused(AnswerCodes.NoSuch, $"There is no node named '{change.Node}' in the cluster's state.");
        effects.Add(new RequestAnswered(command.Request, answer));
    }

    private static List<string> SelectNames(NodeRecord node, AttributeChange change)
    {
        if (!change.IsPattern) return [change.Name];
        if (!IsValidPattern(change.Name)) return [];
        var pattern = new Regex(change.Name, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternTimeout);
        return [.. node.Attributes.Keys.Where(name => pattern.IsMatch(name))];
    }

    private void SetAttribute(NodeRecord node, string name, string? value, bool isPrivate, List<Effect>? effects)
    {
        var old = node.Attributes.TryGetValue(name, out var present) ? present.Value : null;
        var wanted = value is null ? null : Evaluate(name, value, old);
        if (string.Equals(old, wanted, StringComparison.OrdinalIgnoreCase) && (wanted is null || present?.IsPrivate == isPrivate)) return;
        if (wanted is null)
        {
            node.Attributes.Remove(name);
        }
        else
        {
            node.Attributes[name] = new NodeAttribute(wanted, isPrivate);
        }

        effects?.Add(new Noted(
            TraceKind.Attribute, $"Setting {name}[{node.Name}]: {old ?? "(unset)"} -> {wanted ?? "(unset)"}", node.Name, name));
        if (isPrivate) return;
        StatusChanged();
        Trigger();
    }

    /// <summary>
    /// <c>value++</c> and <c>value+=N</c>, relative to the present value; saturates at INFINITY (spec/manager.md section 10).
    /// </summary>
    private static string Evaluate(string name, string value, string? old)
    {
        foreach (var own in (ReadOnlySpan<string>)["value", name])
        {
            if (!value.StartsWith(own, StringComparison.Ordinal)) continue;
            var rest = value[own.Length..];
            var step = rest == "++" ? 1
                : rest.StartsWith("+=", StringComparison.Ordinal)
                    && int.TryParse(rest[2..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
                : (int?)null;
            if (step is { } increment) return (Score.Parse(old) + new Score(increment)).ToString();
        }

        return value;
    }
}
