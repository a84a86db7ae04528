using System.Globalization;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;
using Mainstay.Ring.Links;
using Mainstay.Totem;
using RingNode = Mainstay.Ring.Core.RingNode;

namespace Mainstay.Ring;

/// <summary>The statistics map: read from its sources when somebody asks, and periodically while somebody tracks it.</summary>
/// <param name="meter">Its longest pauses are forgotten together with the schedule misses.</param>
internal sealed class RingStatisticsMap(LoopMeter meter)
{
    /// <summary>How often tracked statistics are read.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1500);

    private const string ClearPrefix = "stats.clear.";
    private const int ScheduleMissesMax = 10;

    private readonly SortedDictionary<string, ulong> _cleared = new(StringComparer.Ordinal);
    private readonly LinkedList<(ulong Timestamp, float Delay)> _scheduleMisses = [];

    /// <summary>The keys as of the last <see cref="Refresh"/>; clients cannot change them.</summary>
    public KeyMap Keys { get; } = new(static _ => true);

    /// <summary>The daemon was scheduled late.</summary>
    public void AddScheduleMiss(DateTimeOffset when, float delayMilliseconds)
    {
        _scheduleMisses.AddFirst(((ulong)when.ToUnixTimeMilliseconds(), delayMilliseconds));
        if (_scheduleMisses.Count > ScheduleMissesMax) _scheduleMisses.RemoveLast();
    }

    /// <summary>Reads all sources.</summary>
    public void Refresh(Instant now, RingNode node, ILinkReport links, IReadOnlyList<ClientConnection> clients, long closedClients)
    {
        var current = new SortedDictionary<string, MapValue>(StringComparer.Ordinal);
        foreach (var (key, value) in RingStatisticsKeys.Of(now, node)) current[key] = value;
        AddLinks(current, links, node.Quorum.Members);
        AddClients(current, clients, closedClients);
        AddScheduleMisses(current);
        List<string> gone = [.. _cleared.Keys.Where(key => !current.ContainsKey(key))];
        foreach (var key in gone) _cleared.Remove(key);
        foreach (var (key, zero) in _cleared)
        {
            if (current.TryGetValue(key, out var value) && value.Type == CmapValueType.UInt64 && value.Number >= zero)
            {
                current[key] = MapValue.Of(value.Number - zero);
            }
        }

        Keys.Replace(current, static _ => true);
    }

    /// <summary>A client writes a key: only those of <see cref="ClearPrefix"/> mean something.</summary>
    public bool TryClear(string key)
    {
        string[]? prefixes = key.StartsWith(ClearPrefix, StringComparison.Ordinal)
            ? key[ClearPrefix.Length..] switch
            {
                "totem" => ["stats.srp.", "stats.pg."],
                "knet" => ["stats.knet."],
                "ipc" => ["stats.ipcs."],
                "schedmiss" => ["stats.schedmiss."],
                "all" => ["stats."],
                _ => null,
            }
            : null;
        if (prefixes is null) return false;
        foreach (var prefix in prefixes) Clear(prefix);
        return true;
    }

    private void Clear(string prefix)
    {
        if ("stats.schedmiss.".StartsWith(prefix, StringComparison.Ordinal))
        {
            _scheduleMisses.Clear();
            meter.Clear();
        }

        foreach (var (name, value) in Keys.List(prefix))
        {
            if (!IsCounter(name, value)) continue;
            _cleared[name] = value.Number + (_cleared.TryGetValue(name, out var before) ? before : 0);
        }
    }

    private static bool IsCounter(string name, MapValue value) =>
        value.Type == CmapValueType.UInt64
        && name is not ("stats.srp.time_since_token_last_received" or "stats.ipcs.global.active")
        && !name.Contains("_time_", StringComparison.Ordinal);

    private static void AddLinks(SortedDictionary<string, MapValue> current, ILinkReport links, IReadOnlyList<uint> members)
    {
        foreach (var (key, value) in links.Statistics()) current[key] = value;
        if (links.Transport != "knet") return;
        foreach (var link in links.Links(members))
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"stats.knet.node{link.NodeId}.link{link.Link}.");
            current[prefix + "enabled"] = MapValue.Of(link.IsEnabled ? (byte)1 : (byte)0);
            current[prefix + "connected"] = MapValue.Of(link.IsConnected ? (byte)1 : (byte)0);
            current[prefix + "mtu"] = MapValue.Of((uint)link.Mtu);
            foreach (var (name, value) in link.Counters) current[prefix + name] = value;
        }
    }

    private static void AddClients(SortedDictionary<string, MapValue> current, IReadOnlyList<ClientConnection> clients, long closed)
    {
        current["stats.ipcs.global.active"] = MapValue.Of((ulong)clients.Count);
        current["stats.ipcs.global.closed"] = MapValue.Of((ulong)closed);
        foreach (var client in clients)
        {
            // One connection serves for all services here: it is counted to process groups if it is in one, else to cmap.
            var service = client.IsInGroup ? 2 : 0;
            var prefix = string.Create(CultureInfo.InvariantCulture, $"stats.ipcs.service{service}.{client.ProcessId}.{client.Number}.");
            current[prefix + "dispatched"] = MapValue.Of(client.Dispatched);
            current[prefix + "flow_control"] = MapValue.Of(client.IsStalled ? 1u : 0u);
            current[prefix + "flow_control_count"] = MapValue.Of(client.Stalls);
            current[prefix + "invalid_request"] = MapValue.Of(0UL);
            current[prefix + "overload"] = MapValue.Of(0UL);
            current[prefix + "procname"] = MapValue.Of(client.ProcessName);
            current[prefix + "queued"] = MapValue.Of((uint)client.UnsentSize);
            current[prefix + "queueing"] = MapValue.Of(client.WantsToSend ? 1 : 0);
            current[prefix + "recv_retries"] = MapValue.Of(0UL);
            current[prefix + "requests"] = MapValue.Of(client.Requests);
            current[prefix + "responses"] = MapValue.Of(client.Responses);
            current[prefix + "send_retries"] = MapValue.Of(0UL);
            current[prefix + "sent"] = MapValue.Of((uint)(client.Dispatched + client.Responses));
        }
    }

    private void AddScheduleMisses(SortedDictionary<string, MapValue> current)
    {
        var number = 0;
        foreach (var (timestamp, delay) in _scheduleMisses)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"stats.schedmiss.{number++}.");
            current[prefix + "timestamp"] = MapValue.Of(timestamp);
            if (!MapValue.TryCreate(CmapValueType.Single, BitConverter.SingleToUInt32Bits(delay), out var value)) continue;
            current[prefix + "delay"] = value;
        }
    }
}
