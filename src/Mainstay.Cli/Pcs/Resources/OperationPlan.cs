using Mainstay.Agents;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>Which operations a new resource gets: those of the user, and those that the agent advises (spec/cli-pcs.md section
/// 6).</summary>
internal static class OperationPlan
{
    private static readonly string[] s_never = ["meta-data", "status", "validate-all"];

    /// <summary>The operations, sorted by name.</summary>
    /// <param name="session">For warnings.</param>
    /// <param name="given">What the user gave, unchecked.</param>
    /// <param name="metadata">The agent's description, or <see langword="null"/>.</param>
    /// <param name="isFenceDevice">Fence devices get a monitor only.</param>
    public static List<OperationSettings> Make(
        PcsSession session,
        IReadOnlyList<OperationSettings> given,
        AgentMetadata? metadata,
        bool isFenceDevice)
    {
        CheckNames(session, given, metadata);
        var operations = given.Select(o => o.Check(session)).ToList();
        RefuseClashes(operations);

        var advised = Advised(metadata, isFenceDevice, session.Options.Has("no-default-ops"))
            .Where(a => operations.All(o => o.Name != a.Name))
            .ToList();
        MoveClashes(session, advised);
        operations.AddRange(advised);
        if (operations.All(o => o.Name != "monitor"))
        {
            operations.Add(new OperationSettings("monitor", new(StringComparer.Ordinal) { ["interval"] = "60s" }));
        }

        return [.. operations.OrderBy(o => o.Name, StringComparer.Ordinal)];
    }

    /// <summary>Refuses the name of an action that the agent does not have.</summary>
    public static void CheckNames(PcsSession session, IEnumerable<OperationSettings> given, AgentMetadata? metadata)
    {
        if (metadata is null || metadata.Actions.Count == 0)
        {
            return;
        }

        var known = metadata.Actions.Select(a => a.Name).Where(n => !s_never.Contains(n, StringComparer.Ordinal))
            .Concat(["start", "stop", "monitor"]).Distinct(StringComparer.Ordinal).ToList();
        foreach (var name in given.Select(o => o.Name).Where(n => !known.Contains(n, StringComparer.Ordinal))
            .Distinct(StringComparer.Ordinal))
        {
            session.Overridable(
                $"'{name}' is not a valid operation name value, use {PcsArguments.Quoted(known)}{Suggestion.For(name, known)}");
        }
    }

    private static IEnumerable<OperationSettings> Advised(AgentMetadata? metadata, bool isFenceDevice, bool monitorOnly)
    {
        foreach (var action in metadata?.Actions ?? [])
        {
            if (s_never.Contains(action.Name, StringComparer.Ordinal) || ((isFenceDevice || monitorOnly) && action.Name != "monitor"))
            {
                continue;
            }

            var options = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["interval"] = action.Interval is { Length: > 0 } interval ? interval : action.Name == "monitor" ? "60s" : "0s",
            };
            Add(options, "timeout", action.Timeout);
            Add(options, "role", action.Role switch { "Master" => "Promoted", "Slave" => "Unpromoted", var role => role });
            Add(options, "start-delay", action.StartDelay is "0" or "0s" ? "" : action.StartDelay);
            Add(options, "OCF_CHECK_LEVEL", action.Depth is "0" ? "" : action.Depth);
            yield return new OperationSettings(action.Name, options);
        }
    }

    private static void Add(Dictionary<string, string> options, string name, string value)
    {
        if (value.Length > 0)
        {
            options[name] = value;
        }
    }

    private static void RefuseClashes(List<OperationSettings> operations)
    {
        var clashes = operations.GroupBy(o => (o.Name, o.IntervalMs)).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key.Name} with intervals {string.Join(", ", g.Select(o => o.Options["interval"]))}")
            .ToList();
        if (clashes.Count > 0)
        {
            throw new CommandFailure($"multiple specification of the same operation with the same interval: {string.Join("; ", clashes)}");
        }
    }

    // An agent may advise two monitors of one interval; the later one moves to the next free second.
    private static void MoveClashes(PcsSession session, List<OperationSettings> advised)
    {
        var taken = new HashSet<(string, long)>();
        foreach (var operation in advised)
        {
            var interval = operation.IntervalMs;
            while (!taken.Add((operation.Name, interval)))
            {
                interval += 1000;
            }

            if (interval != operation.IntervalMs)
            {
                session.Warn(
                    $"changing a {operation.Name} operation interval from {operation.Options["interval"]} to {interval / 1000} to make "
                        + $"the operation unique");
                operation.Options["interval"] = $"{interval / 1000}s";
            }
        }
    }
}
