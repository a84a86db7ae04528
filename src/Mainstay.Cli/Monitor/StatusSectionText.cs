using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Monitor;

/// <summary>The smaller sections of the status: attributes, history, failures, tickets, bans.</summary>
internal sealed class StatusSectionText
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;

    /// <summary>A printer for one snapshot.</summary>
    public StatusSectionText(ClusterSnapshot snapshot, MonitorOptions options, StatusFilter filter)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = filter;
    }

    /// <summary>Attributes that the tools do not show: the cluster's own.</summary>
    public static bool IsInternal(string name) =>
        name.StartsWith('#') || name.StartsWith("fail-count-", StringComparison.Ordinal)
            || name.StartsWith("last-failure-", StringComparison.Ordinal)
        || name is "shutdown" or "standby" or "terminate" or "probe_complete";

    /// <summary>Node attributes.</summary>
    public IEnumerable<string> Attributes()
    {
        foreach (var node in _snapshot.State.Nodes.Where(n => n.Online && _filter.Shows(n)))
        {
            var shown = node.Attributes.Where(a => !IsInternal(a.Key)).ToList();
            if (shown.Count == 0)
            {
                continue;
            }

            yield return $"Node: {NodeText.Name(_snapshot, node, _options.ShowDetail)}:";
            foreach (var (name, value) in shown)
            {
                yield return $"  {name,-32}\t: {value,-10}";
            }
        }
    }

    /// <summary>Whether any node shown has a history; its resources may all be filtered out.</summary>
    public bool HasHistory => _snapshot.NodeStates.Any(s =>
        _snapshot.State.FindNode(s.Text("uname") ?? s.Id()) is { Online: true } node && _filter.Shows(node) && Histories(s).Any());

    /// <summary>The history of operations, node by node in the order of the status section.</summary>
    public IEnumerable<string> Operations()
    {
        foreach (var state in _snapshot.NodeStates)
        {
            if (_snapshot.State.FindNode(state.Text("uname") ?? state.Id()) is not { Online: true } node || !_filter.Shows(node))
            {
                continue;
            }

            var lines = Histories(state).SelectMany(h => History(h, node)).ToList();
            if (lines.Count > 0)
            {
                yield return $"Node: {NodeText.Name(_snapshot, node, _options.ShowDetail)}:";
                foreach (var line in lines)
                {
                    yield return line;
                }
            }
        }
    }

    /// <summary>Fail counts.</summary>
    public IEnumerable<string> FailCounts()
    {
        foreach (var group in Configuration.FailCounts.Read(_snapshot.Cib).GroupBy(c => c.Node, StringComparer.Ordinal))
        {
            if (_snapshot.State.FindNode(group.Key) is not { } node || !_filter.Shows(node))
            {
                continue;
            }

            yield return $"Node: {NodeText.Name(_snapshot, node, _options.ShowDetail)}:";
            foreach (var resource in group.Select(c => c.Resource).Distinct(StringComparer.Ordinal)
                .Where(r => _filter.ShowsHistory(_snapshot, r)))
            {
                yield return "  " + Counts(resource, node);
            }
        }
    }

    /// <summary>Failed operations.</summary>
    public IEnumerable<string> Failures() => _snapshot.State.FailedOperations
        .Where(f => IsFailureShown(f, _filter))
        .Select(f => _options.ShowDetail ? Detailed(f) : Short(f));

    /// <summary>Whether a failure is listed: what a probe did not find installed is told at the resource instead.</summary>
    public static bool IsFailureShown(FailedOperation failure, StatusFilter filter) =>
        !failure.IsMaskableProbe && filter.Shows(failure.Node) && filter.NamesDirectly(failure.ResourceId);

    /// <summary>An operation's name as shown: a monitor that does not recur is a probe.</summary>
    public static string Task(XElement operation) => IsProbe(operation) ? "probe" : operation.Text("operation")!;

    /// <summary>Tickets.</summary>
    public IEnumerable<string> Tickets() => (_snapshot.Cib.Root?.Element("status")?.Elements("tickets").Elements("ticket_state") ?? [])
        .Select(t =>
        {
            var word = t.Text("standby") is "true" ? "standby" : t.Text("granted") is "true" ? "granted" : "revoked";
            return $"{t.Id()}: {word}{(t.Text("last-granted") is { } at && at != "-1" ? $" last-granted='{Time(at)}'" : "")}";
        });

    /// <summary>Negative location constraints.</summary>
    public IEnumerable<string> Bans() => BannedNodes(_snapshot, _options, _filter).Select(b =>
        $"{b.Constraint.Id()}\tprevents {b.Constraint.Text("rsc")} from "
            + $"{(b.Constraint.Text("role") is "Promoted" or "Master" ? "being promoted" : "running")} on {b.Node}");

    /// <summary>Location constraints with a negative score and a node.</summary>
    public static IEnumerable<(XElement Constraint, string Node)> BannedNodes(ClusterSnapshot snapshot, MonitorOptions options,
        StatusFilter filter) =>
        (CibTree.FindSection(snapshot.Cib, "constraints")?.Elements("rsc_location") ?? [])
            .Where(c => c.Text("score")?.StartsWith('-') == true && c.Text("node") is not null && c.Text("rsc") is not null)
            .Where(c => c.Id().StartsWith(options.BanPrefix, StringComparison.Ordinal))
            .Where(c => filter.ShowsHistory(snapshot, c.Text("rsc")!))
            .Select(c => (c, c.Text("node")!));

    /// <summary>The histories of a node's status entry, those with anything to tell.</summary>
    public static IEnumerable<XElement> Histories(XElement state) =>
        state.Elements("lrm").Elements("lrm_resources").Elements("lrm_resource").Where(h => Shown(h).Any());

    /// <summary>The operations of a history that the tools show: what was done, in the order of calls; a probe that found nothing is
    /// not.</summary>
    public static IEnumerable<XElement> Shown(XElement history)
    {
        var operations = history.Elements("lrm_rsc_op").Where(o => o.Text("operation") is { } task && task != "notify")
            .OrderBy(o => int.TryParse(o.Text("call-id"), out var call) ? call : 0).ToList();
        var started = operations.FindLastIndex(o => o.Text("operation") == "start");
        return operations.Where((o, index) => !(IsProbe(o) && o.Text("rc-code") == "7" && o.Text("op-status") is not ("2" or "4"))
            && !(o.Text("operation") == "monitor" && IsProbe(o) && started >= 0 && index < started));
    }

    private static bool IsProbe(XElement operation) =>
        operation.Text("operation") == "monitor" && operation.Text("interval") is "0" or null;

    private IEnumerable<string> History(XElement history, ClusterNode node)
    {
        var id = history.Id();
        if (!_filter.ShowsHistory(_snapshot, id))
        {
            yield break;
        }

        yield return "  " + Counts(id, node);
        foreach (var operation in Shown(history))
        {
            var interval = operation.Text("interval") is { } ms && ms != "0" ? $" interval=\"{ms}ms\"" : "";
            var timing = _options.ShowTiming
                ? $" last-rc-change=\"{Time(operation.Text("last-rc-change"))}\" exec-time=\"{operation.Text("exec-time")}ms\" "
                    + $"queue-time=\"{operation.Text("queue-time")}ms\""
                    + $" rc={operation.Text("rc-code")} ({OcfText.Of(int.TryParse(operation.Text("rc-code"), out var rc) ? rc : 193)})"
                : "";
            var details = interval + timing;
            yield return $"    ({operation.Text("call-id")}) {Task(operation)}{(details.Length > 0 ? ":" : "")}{details}";
        }
    }

    private string Counts(string resource, ClusterNode node)
    {
        var found = _snapshot.State.FindResource(resource) ?? _snapshot.State.FindResource(resource + ":0");
        if (found is null)
        {
            return $"{resource}: orphan";
        }

        var threshold = Mainstay.Cib.Score.Parse(found.Meta["migration-threshold"], Mainstay.Cib.Score.Infinity).Value;
        var counts = Configuration.FailCounts.Read(_snapshot.Cib).Where(c => c.Node == node.Name && c.Resource == resource).ToList();
        var count = counts.Any(c => c.Value == "INFINITY") ? "INFINITY"
            : counts.Sum(c => long.TryParse(c.Value, out var v) ? v : 0).ToString();
        var last = LastFailure(node, resource);
        var failures = counts.Count == 0 ? "" : $" fail-count={(count == "INFINITY" ? "1000000" : count)}";
        var lastFailure = counts.Count == 0 || last is null ? "" : $" last-failure='{last}'";
        return $"{resource}: migration-threshold={threshold}{failures}{lastFailure}:";
    }

    private string? LastFailure(ClusterNode node, string resource) => node.Attributes
        .Where(a => a.Key.StartsWith($"last-failure-{resource}#", StringComparison.Ordinal) || a.Key == $"last-failure-{resource}")
        .Select(a => long.TryParse(a.Value, out var at) ? at : 0).DefaultIfEmpty(0).Max() is > 0 and var newest
            ? StatusText.Time(DateTimeOffset.FromUnixTimeSeconds(newest).ToLocalTime())
            : null;

    /// <summary>The name of a failed operation in words: <c>10s-interval monitor</c>, <c>probe</c>, <c>start</c>.</summary>
    public static string Task(FailedOperation f) =>
        f.IntervalMs > 0 ? $"{Duration(f.IntervalMs)}-interval {f.Task}" : f.Task == "monitor" ? "probe" : f.Task;

    private static string Short(FailedOperation f)
    {
        var result = f.ExecutionStatus == 0
            ? $"returned '{OcfText.Of(f.ExitStatus)}'{(f.ExitReason is { Length: > 0 } reason ? $" ({reason})" : "")}"
            : $"could not be executed ({OcfText.Status(f.ExecutionStatus)}{(f.ExitReason is { Length: > 0 } why ? $": {why}" : "")})";
        var at = f.LastChange is { } changed ? $" at {Local(changed)}" : "";
        var after = f.ExecTime is { } ms && long.TryParse(ms, out var exec) && exec > 0 ? $" after {Duration(exec)}" : "";
        return $"{f.ResourceId} {Task(f)} on {f.Node.Name} {result}{at}{after}";
    }

    private static string Detailed(FailedOperation f)
    {
        var reason = f.ExitReason is { Length: > 0 } why ? $", exitreason='{why}'" : "";
        var change = f.LastChange is { } changed ? $", last-rc-change='{Local(changed)}'" : "";
        var times = (f.QueueTime is { } queued ? $", queued={queued}ms" : "") + (f.ExecTime is { } exec ? $", exec={exec}ms" : "");
        return $"{f.Key} on {f.Node.Name} '{OcfText.Of(f.ExitStatus)}' ({f.ExitStatus}): call={f.CallId}, "
            + $"status='{OcfText.Status(f.ExecutionStatus)}'{reason}{change}{times}";
    }

    /// <summary>A duration in the largest units that fit.</summary>
    public static string Duration(long milliseconds) => milliseconds switch
    {
        < 1000 => $"{milliseconds}ms",
        _ when milliseconds % 1000 != 0 => $"{milliseconds / 1000}.{milliseconds % 1000:000}s",
        < 60_000 => $"{milliseconds / 1000}s",
        _ => $"{milliseconds / 60_000}m{(milliseconds % 60_000 > 0 ? $"{milliseconds % 60_000 / 1000}s" : "")}",
    };

    /// <summary>A point of time in the zone of this host.</summary>
    public static string Local(long seconds) => StatusText.Time(DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime());

    private static string Time(string? seconds) => long.TryParse(seconds, out var at) ? Local(at) : "";
}
