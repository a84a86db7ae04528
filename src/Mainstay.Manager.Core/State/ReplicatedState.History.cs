using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <content>Actions in flight and the operation history (spec/manager.md sections 8 to 11).</content>
internal sealed partial class ReplicatedState
{
    private const string FailCountPrefix = "fail-count-";
    private const string LastFailurePrefix = "last-failure-";

    private void ApplyDispatch(DispatchCommand command, List<Effect> effects)
    {
        foreach (var action in command.Actions)
        {
            // A node that went away between sending and delivery does not run it; the plan that follows its departure knows.
            if (!IsMember(action.NodeId)) continue;
            var started = action with { Since = command.Seconds };
            Data.InFlight[action.TransitionKey] = started;
            effects.Add(new ActionDispatched(started));
            StatusChanged();
        }
    }

    private void ApplyResult(ResultCommand command, List<Effect> effects)
    {
        if (!Data.Nodes.TryGetValue(command.NodeId, out var node)) return;
        var record = command.Record;
        Data.InFlight.Remove(record.TransitionKey, out var action);

        // What the coordinator gave up on, or a node that is no member: the node's own word comes with its next join.
        if (command.IsLost && action is null) return;
        if (!node.IsMember) return;
        if (command.IsCancelled)
        {
            RemoveRecurring(node, command.ResourceId, record.Operation, record.IntervalMs);
            StatusChanged();
            if (action is not null) effects.Add(new ActionEnded(action, IsSuccess: true, "cancelled"));
            return;
        }

        var isFailed = IsFailed(record);
        var isRepeat = action is null && IsSameResult(node, command);
        Record(node, command, isFailed);
        StatusChanged();
        if (isFailed && !isRepeat) CountFailure(node, command, effects);
        var text = $"Result of {record.Operation} operation for {command.ResourceId} on {node.Name}: {ResultText(record)}";
        if (isFailed || action is null) Trigger();
        if (action is not null) effects.Add(new ActionEnded(action, !isFailed || IsIgnored(command), text));
        effects.Add(new Noted(TraceKind.Resource, text, node.Name, command.ResourceId));
    }

    public static bool IsFailed(OperationRecord record)
    {
        if (record.Status is not 0) return true;
        return TransitionKey.TryParse(record.TransitionKey, out var key)
            && EffectiveCode(record.ExitCode) != EffectiveCode(key.ExpectedResult);
    }

    private static bool IsIgnored(ResultCommand command) => string.Equals(command.OnFail, "ignore", StringComparison.OrdinalIgnoreCase);

    private static int EffectiveCode(int code) => code switch { 190 => 0, 191 => 8, _ => code };

    // In the words that administrators search their logs for (spec/manager.md section 22).
    private static string ResultText(OperationRecord record)
    {
        var words = record.Status switch
        {
            0 => CodeText(record.ExitCode),
            1 => "cancelled",
            2 => "timed out",
            3 => "not supported",
            7 => "not installed",
            _ => $"error (execution status {record.Status})",
        };
        return record.ExitReason.Length > 0 ? $"{words} ({record.ExitReason})" : words;
    }

    private static string CodeText(int code) => code switch
    {
        0 => "ok",
        1 => "error",
        2 => "invalid parameter",
        3 => "unimplemented feature",
        4 => "insufficient privileges",
        5 => "not installed",
        6 => "not configured",
        7 => "not running",
        8 => "promoted",
        9 => "promoted (failed)",
        190 => "ok (degraded)",
        191 => "promoted (degraded)",
        _ => $"unknown result {code}",
    };

    private static bool IsSameResult(NodeRecord node, ResultCommand command) =>
        node.History.TryGetValue(command.ResourceId, out var history)
        && history.Entries.Values.Any(entry =>
            entry.TransitionKey == command.Record.TransitionKey
            && entry.ExitCode == command.Record.ExitCode
            && entry.Status == command.Record.Status
            && entry.LastChange == command.Record.LastChange);

    internal static void Record(NodeRecord node, ResultCommand command, bool isFailed)
    {
        var record = command.Record;
        if (record.Operation is "notify" or "meta-data" or "validate-all") return;
        if (!node.History.TryGetValue(command.ResourceId, out var history))
        {
            history = new ResourceHistory();
            node.History[command.ResourceId] = history;
        }

        history.Class = command.Class ?? history.Class;
        history.Provider = command.Provider ?? history.Provider;
        history.Type = command.Type ?? history.Type;
        if (record.IntervalMs == 0) history.ShutdownLock = command.ShutdownLock;
        if (record.Operation is "reload" or "reload-agent")
        {
            var name = isFailed ? "monitor" : "start";
            record = record with { Operation = name, Key = $"{command.ResourceId}_{name}_0" };
        }

        var resource = command.ResourceId;
        if (isFailed) Put(history, $"{resource}_last_failure_0", record);
        if (record.Operation is "migrate_to" or "migrate_from")
        {
            Put(history, $"{resource}_{record.Operation}_0", record);
        }
        else if (record.IntervalMs == 0)
        {
            Put(history, $"{resource}_last_0", record);
        }
        else if (!isFailed)
        {
            Put(history, $"{resource}_{record.Operation}_{record.IntervalMs}", record);
        }
    }

    private static void Put(ResourceHistory history, string id, OperationRecord record) => history.Entries[id] = record with { Id = id };

    internal static void RemoveRecurring(NodeRecord node, string resource, string operation, long intervalMs)
    {
        if (!node.History.TryGetValue(resource, out var history)) return;
        history.Entries.Remove($"{resource}_{operation}_{intervalMs}");

        // A failed recurring action that is cancelled leaves no trace but the failure itself.
        if (history.Entries.Count == 0) node.History.Remove(resource);
    }

    /// <summary>Fail count and time of the last failure, together with the result (spec/manager.md section 10).</summary>
    private void CountFailure(NodeRecord node, ResultCommand command, List<Effect> effects)
    {
        var record = command.Record;
        var isRecurring = record.IntervalMs > 0;
        if (record.Status is 1 or 9) return;
        var isOutside = TransitionKey.TryParse(record.TransitionKey, out var key) && key.Transition < 0;
        var increment = record.Operation switch
        {
            "start" => StartFailureIsFatal() ? "INFINITY" : "value++",
            "stop" => "INFINITY",
            "promote" or "demote" => "value++",
            _ when isRecurring || isOutside => "value++",
            _ => null,
        };
        if (increment is null) return;
        var suffix = $"{BaseName(command.ResourceId)}#{record.Operation}_{record.IntervalMs}";
        if (!IsIgnored(command)) SetAttribute(node, FailCountPrefix + suffix, increment, isPrivate: false, effects);
        SetAttribute(
            node, LastFailurePrefix + suffix, command.Seconds.ToString(CultureInfo.InvariantCulture), isPrivate: false, effects: null);
    }

    private bool StartFailureIsFatal() =>
        ClusterOptions.Read(_configuration, new CibDateTime(0)).Boolean("start-failure-is-fatal");

    /// <summary>
    /// The name without an instance number. Globally unique instances keep their own history, their failures are counted together.
    /// </summary>
    private static string BaseName(string resource)
    {
        var colon = resource.LastIndexOf(':');
        return colon > 0 && colon < resource.Length - 1 && resource.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0
            ? resource[..colon]
            : resource;
    }

    private void ApplyClearFailure(ClearFailureCommand command)
    {
        if (!Data.Nodes.TryGetValue(command.NodeId, out var node)) return;
        ClearFailures(node, command.Resource, command.Operation, command.IntervalMs);
        if (node.History.TryGetValue(command.Resource, out var history)) history.Entries.Remove($"{command.Resource}_last_failure_0");
        StatusChanged();
        Trigger();
    }

    private bool ClearFailures(NodeRecord node, string resource, string? operation, long? intervalMs)
    {
        var name = BaseName(resource);
        var isCleared = false;
        foreach (var prefix in (ReadOnlySpan<string>)[FailCountPrefix, LastFailurePrefix])
        {
            List<string> matching = [.. node.Attributes.Keys.Where(key => MatchesFailure(key, prefix, name, operation, intervalMs))];
            foreach (var key in matching)
            {
                isCleared = true;
                SetAttribute(node, key, value: null, isPrivate: false, effects: null);
            }
        }

        return isCleared;
    }

    private static bool MatchesFailure(string attribute, string prefix, string resource, string? operation, long? intervalMs)
    {
        if (!attribute.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var rest = attribute.AsSpan(prefix.Length);
        var hash = rest.IndexOf('#');
        var owner = hash < 0 ? rest : rest[..hash];
        if (!BaseName(owner.ToString()).Equals(resource, StringComparison.Ordinal)) return false;
        if (operation is null || hash < 0) return true;
        var failed = rest[(hash + 1)..];
        var underscore = failed.LastIndexOf('_');
        if (underscore < 0 || !failed[..underscore].SequenceEqual(operation)) return false;
        return intervalMs is not { } interval || failed[(underscore + 1)..].SequenceEqual(interval.ToString(CultureInfo.InvariantCulture));
    }

    private void ApplyCleanup(CleanupCommand command, List<Effect> effects)
    {
        var cleaned = new List<(string, string)>();
        var names = command.Resource is null ? null : ResourcesWithin(command.Resource);
        foreach (var node in Data.Nodes.Values)
        {
            if (command.Node is not null && !string.Equals(node.Name, command.Node, StringComparison.OrdinalIgnoreCase)) continue;
            var resources = names is null
                ? [.. node.History.Keys]
                : node.History.Keys.Where(id => names.Contains(id) || names.Contains(BaseName(id))).ToList();
            foreach (var resource in resources)
            {
                var hadFailure = !command.IsHistoryOnly && ClearFailures(node, resource, command.Operation, command.IntervalMs);
                hadFailure |= HasFailure(node.History[resource], command.Operation, command.IntervalMs);
                if (!command.IsRefresh && !hadFailure) continue;
                node.History.Remove(resource);
                cleaned.Add((resource, node.Name));
                effects.Add(new HistoryErased(node.Id, resource));
            }
        }

        if (!command.IsHistoryOnly) Data.FencingFailures.Clear();
        StatusChanged();
        Trigger();
        effects.Add(new RequestAnswered(command.Request, new CleanedUp(cleaned)));
    }

    private static bool HasFailure(ResourceHistory history, string? operation, long? intervalMs) =>
        history.Entries.Values.Any(entry =>
            (entry.Id.EndsWith("_last_failure_0", StringComparison.Ordinal) || IsFailed(entry))
            && (operation is null || entry.Operation == operation)
            && (intervalMs is null || entry.IntervalMs == intervalMs));

    /// <summary>The ids of a resource and of the primitives in it.</summary>
    private HashSet<string> ResourcesWithin(string id)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { id };
        var element = _configuration.Section("resources")?.Descendants()
            .FirstOrDefault(candidate => string.Equals(candidate.Id(), id, StringComparison.Ordinal));
        foreach (var primitive in element?.DescendantsAndSelf("primitive") ?? [])
        {
            if (primitive.Id() is { } name) names.Add(name);
        }

        return names;
    }
}
