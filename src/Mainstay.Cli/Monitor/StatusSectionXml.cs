using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;
using static Mainstay.Cli.Monitor.StatusXml;

namespace Mainstay.Cli.Monitor;

/// <summary>The smaller sections of the status as XML.</summary>
internal sealed class StatusSectionXml
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;

    /// <summary>A printer for one snapshot.</summary>
    public StatusSectionXml(ClusterSnapshot snapshot, MonitorOptions options, StatusFilter filter)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = filter;
    }

    /// <summary>Node attributes.</summary>
    public XElement? Attributes()
    {
        var nodes = _snapshot.State.Nodes.Where(n => n.Online && _filter.Shows(n))
            .Select(n => Make("node", ("name", n.Name)).With(
                n.Attributes.Where(a => !StatusSectionText.IsInternal(a.Key))
                    .Select(a => Make("attribute", ("name", a.Key), ("value", a.Value), ("expected", ExpectedPing(a.Key))))))
            .Where(e => e.HasElements)
            .ToList();
        return nodes.Count > 0 ? new XElement("node_attributes", nodes) : null;
    }

    /// <summary>The history of operations.</summary>
    public XElement? Operations()
    {
        var nodes = _snapshot.NodeStates
            .Select(s => (State: s, Node: _snapshot.State.FindNode(s.Text("uname") ?? s.Id())))
            .Where(p => p.Node is { Online: true } node && _filter.Shows(node))
            .ToList();

        // Nodes decide whether there is a history, resources on what is in it.
        return nodes.Count == 0 ? null : new XElement("node_history", nodes
            .Select(p => Make("node", ("name", p.Node!.Name)).With(
                StatusSectionText.Histories(p.State).Where(h => _filter.ShowsHistory(_snapshot, h.Id())).Select(h => History(h, p.Node!))))
            .Where(e => e.HasElements));
    }

    /// <summary>Failed operations.</summary>
    public XElement? Failures()
    {
        var failures = _snapshot.State.FailedOperations
            .Where(f => StatusSectionText.IsFailureShown(f, _filter)).Select(Failure).ToList();
        return failures.Count > 0 ? new XElement("failures", failures) : null;
    }

    /// <summary>The fencing history.</summary>
    public XElement? Fencing() => _snapshot.Fencing.Count == 0
        ? null
        : new XElement("fence_history", _snapshot.Fencing.Select(f => Make(
            "fence_event",
            ("status", f.State),
            ("exit-reason", f.ExitReason),
            ("delegate", f.Delegate),
            ("action", f.Action),
            ("target", f.Target),
            ("client", f.Client),
            ("origin", f.Origin),
            ("completed", f.Completed > 0 ? FencingText.Time(f.Completed) : null))));

    /// <summary>Tickets.</summary>
    public XElement? Tickets()
    {
        var tickets = (_snapshot.Cib.Root?.Element("status")?.Elements("tickets").Elements("ticket_state") ?? [])
            .Select(t => Make(
                "ticket",
                ("id", t.Id()),
                ("status", t.Text("granted") is "true" ? "granted" : "revoked"),
                ("standby", t.Text("standby") is "true"),
                ("last-granted", long.TryParse(t.Text("last-granted"), out var at) && at > 0
                    ? StatusText.Time(DateTimeOffset.FromUnixTimeSeconds(at).ToLocalTime())
                    : null)))
            .ToList();
        return tickets.Count > 0 ? new XElement("tickets", tickets) : null;
    }

    /// <summary>Negative location constraints.</summary>
    public XElement? Bans()
    {
        var bans = StatusSectionText.BannedNodes(_snapshot, _options, _filter).Select(b =>
        {
            var promoted = b.Constraint.Text("role") is "Promoted" or "Master";
            return Make(
                "ban",
                ("id", b.Constraint.Id()),
                ("resource", b.Constraint.Text("rsc")),
                ("node", b.Node),
                ("weight", Mainstay.Cib.Score.Parse(b.Constraint.Text("score")).Value),
                ("promoted-only", promoted),
                ("master_only", promoted));
        }).ToList();
        return bans.Count > 0 ? new XElement("bans", bans) : null;
    }

    // A ping resource sets its attribute to its multiplier for every host that answers.
    private long? ExpectedPing(string attribute)
    {
        var ping = CibTree.Resources(_snapshot.Cib).FirstOrDefault(r => r.Text("type") is "ping" or "pingd"
            && (NvSetEditor.Value(r, "instance_attributes", "name") ?? "pingd") == attribute);
        var hosts = ping is null ? null : NvSetEditor.Value(ping, "instance_attributes", "host_list");
        return hosts is null
            ? null
            : hosts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length
                * (long.TryParse(NvSetEditor.Value(ping!, "instance_attributes", "multiplier"), out var multiplier) ? multiplier : 1);
    }

    private XElement History(XElement history, ClusterNode node)
    {
        var id = history.Id();
        var resource = _snapshot.State.FindResource(id) ?? _snapshot.State.FindResource(id + ":0");
        var isOrphan = resource is null || resource.IsRemoved;
        var counts = FailCounts.Read(_snapshot.Cib).Where(c => c.Node == node.Name && c.Resource == id).ToList();
        return Make(
            "resource_history",
            ("id", id),
            ("orphan", isOrphan),
            ("removed", isOrphan),
            ("migration-threshold", resource is null ? null
                : Mainstay.Cib.Score.Parse(resource.Meta["migration-threshold"], Mainstay.Cib.Score.Infinity).Value),
            ("fail-count", counts.Count == 0 ? null : counts.Any(c => c.Value == "INFINITY") ? "1000000"
                : counts.Sum(c => long.TryParse(c.Value, out var v) ? v : 0)),
            ("last-failure", null)).With(StatusSectionText.Shown(history).Select(Operation));
    }

    private static XElement Operation(XElement o)
    {
        var rc = int.TryParse(o.Text("rc-code"), out var code) ? code : 193;
        return Make(
            "operation_history",
            ("call", o.Text("call-id")),
            ("task", StatusSectionText.Task(o)),
            ("rc", rc),
            ("rc_text", OcfText.Of(rc)),
            ("interval", o.Text("interval") is { } ms && ms != "0" ? ms + "ms" : null),
            ("last-rc-change", long.TryParse(o.Text("last-rc-change"), out var at)
                ? StatusText.Time(DateTimeOffset.FromUnixTimeSeconds(at).ToLocalTime()) : null),
            ("exec-time", o.Text("exec-time") is { } exec ? exec + "ms" : null),
            ("queue-time", o.Text("queue-time") is { } queue ? queue + "ms" : null));
    }

    private static XElement Failure(FailedOperation f) => Make(
        "failure",
        ("op_key", f.Key),
        ("node", f.Node.Name),
        ("exitstatus", OcfText.Of(f.ExitStatus)),
        ("exitreason", f.ExitReason ?? ""),
        ("exitcode", f.ExitStatus),
        ("call", f.CallId),
        ("status", OcfText.Status(f.ExecutionStatus)),
        ("last-rc-change", f.LastChange is { } at
            ? DateTimeOffset.FromUnixTimeSeconds(at).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss") + "Z" : null),
        ("queued", f.QueueTime ?? "0"),
        ("exec", f.ExecTime ?? "0"),
        ("interval", f.IntervalMs),
        ("task", f.Task));
}
