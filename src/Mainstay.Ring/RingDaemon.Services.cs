using Mainstay.Ring.Client;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <content>What clients ask of the daemon itself: maps, links, reload, logs.</content>
internal sealed partial class RingDaemon
{
    private readonly RingStatisticsMap _statistics;
    private readonly List<ReloadWaiter> _reloadWaiters = [];
    private Instant _statisticsDeadline = Instant.Never;
    private bool _configurationKeysChanged;

    /// <inheritdoc/>
    public RingLinks Links()
    {
        var report = LinkReport;
        return new RingLinks(
            report.Transport,
            [
                .. report.Links(_node.Quorum.Members).Select(l => new RingLink(
                    l.NodeId, l.Link, l.Protocol, l.LocalAddress, l.RemoteAddress, l.IsEnabled, l.IsConnected, l.Mtu)),
            ]);
    }

    /// <inheritdoc/>
    public RingStatisticsMap Statistics()
    {
        _statistics.Refresh(Now(), _node, LinkReport, _clients.Connections, _clients.Closed);
        return _statistics;
    }

    /// <inheritdoc/>
    public void ReopenLogs()
    {
        _log.Reopen();
        _log.Notice("log files were opened anew by request");
    }

    /// <inheritdoc/>
    public void RequestReload(Instant now, int client, uint request)
    {
        _reloadWaiters.Add(new ReloadWaiter(client, request));
        _node.RequestReload(now, _outbox);
    }

    /// <inheritdoc/>
    public void HandleKeyChange(Instant now, string key)
    {
        _node.Map.TryGet(key, out var value);
        switch (key)
        {
            case "quorum.cancel_wait_for_all" when value.Type != CmapValueType.Text && value.Number > 0:
                _log.Notice("waiting for all nodes is cancelled by request");
                _node.CancelWaitForAll(now, _outbox);
                break;
            case "runtime.force_gather":
                _node.Map.Publish(key, MapValue.Of("no"));
                if (value.Type == CmapValueType.None || value == MapValue.Of("no")) break;
                _log.Notice("the ring is formed anew by request");
                _node.ForceGather(now, _outbox);
                break;
            default:
                _configurationKeysChanged |= MapConfiguration.ActsOn(key);
                break;
        }
    }

    // Several keys that are changed one after the other may be right only together: what is there at the end of a turn counts.
    private void ApplyChangedKeys()
    {
        if (!_configurationKeysChanged) return;
        _configurationKeysChanged = false;
        var environment = HostEnvironment.Gather(_arguments, null) with { Resolve = ResolveKnown };
        var changed = MapConfiguration.Evaluate(_configuration, _node.Map.List(string.Empty), environment, out var problems);
        foreach (var problem in problems.Where(p => p.Severity == ProblemSeverity.Error))
        {
            _log.Error($"the map of keys: {problem.Message}; what is running stays");
        }

        if (changed is not null && TryApply(changed, "the map of keys", out _)) _log.Notice("keys changed in the map were applied");
    }

    // Names were resolved when the file was read; the loop cannot wait for a name server.
    private IReadOnlyList<System.Net.IPAddress> ResolveKnown(string name) =>
        [.. _configuration.Nodes.SelectMany(n => n.Links).Where(l => l.Text == name).Select(l => l.Address).Distinct()];

    private Instant NextDeadline()
    {
        var deadline = _statisticsDeadline < _node.NextDeadline ? _statisticsDeadline : _node.NextDeadline;
        if (_clients.NextDeadline < deadline) deadline = _clients.NextDeadline;
        return _link.NextDeadline < deadline ? _link.NextDeadline : deadline;
    }

    private void ServeTrackers(Instant now)
    {
        if (!_statistics.Keys.IsTracked && !_node.Map.IsTracked)
        {
            _statisticsDeadline = Instant.Never;
            return;
        }

        if (_statisticsDeadline.IsNever) _statisticsDeadline = now + RingStatisticsMap.Period;
        if (_statisticsDeadline <= now)
        {
            _statisticsDeadline = now + RingStatisticsMap.Period;
            _node.RefreshMap();
            Statistics();
        }

        _clients.TellMapChanges(_statistics.Keys);
        _clients.TellMapChanges(_node.Map);
    }

    private void TellReloadBegins(uint byNode)
    {
        if (byNode > 0) _log.Notice($"node {byNode} asks all nodes to read their configuration files again");
        if (byNode == _node.Self.Value)
        {
            foreach (var waiter in _reloadWaiters) waiter.IsDelivered = true;
        }

        _node.Map.Publish("config.totemconfig_reload_in_progress", MapValue.Of((byte)1));
        _node.Map.Publish("config.reload_in_progress", MapValue.Of((byte)1));
    }

    private void TellReloadEnds(string? refusal)
    {
        var map = _node.Map;
        map.Publish("config.reload_status", MapValue.Of((int)(refusal is null ? ReloadedStatus : RingError.InvalidParameter)));
        if (refusal is null) map.Withdraw("config.reload_error_message");
        else map.Publish("config.reload_error_message", MapValue.Of(refusal));
        map.Publish("config.totemconfig_reload_in_progress", MapValue.Of((byte)0));
        map.Publish("config.reload_in_progress", MapValue.Of((byte)0));
        foreach (var waiter in _reloadWaiters.Where(w => w.IsDelivered))
        {
            var error = refusal is null ? RingError.None : RingError.InvalidParameter;
            _clients.FinishRequest(waiter.Client, waiter.Request, error, refusal ?? string.Empty);
        }

        _reloadWaiters.RemoveAll(w => w.IsDelivered);
    }

    /// <summary>What the reference puts into <c>config.reload_status</c> when all is well (CS_OK).</summary>
    private const RingError ReloadedStatus = (RingError)1;

    private sealed class ReloadWaiter(int client, uint request)
    {
        public int Client { get; } = client;

        public uint Request { get; } = request;

        /// <summary>Whether the ring has carried the request round: the next reload that ends is its.</summary>
        public bool IsDelivered { get; set; }
    }
}
