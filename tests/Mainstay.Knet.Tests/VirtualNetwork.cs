using Mainstay.Testing;
using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>Nodes joined by links that lose, copy, delay, reorder and refuse, in virtual time.</summary>
internal sealed class VirtualNetwork
{
    private readonly PriorityQueue<Envelope, (long At, long Number)> _wire = new();
    private readonly SplitMix _random;
    private readonly KnetOutbox _outbox = new();
    private long _number;

    public VirtualNetwork(int nodes, int links, Func<KnetSettings, KnetSettings>? change = null, ulong seed = 1)
    {
        _random = new SplitMix(seed);
        for (var node = 1; node <= nodes; node++)
        {
            var settings = TestSettings.Of((ushort)node, nodes, links);
            Nodes[node] = new KnetTransport(change is null ? settings : change(settings), TestSettings.Seed);
            Delivered[node] = [];
            Events[node] = [];
        }
    }

    public SortedDictionary<int, KnetTransport> Nodes { get; } = [];

    /// <summary>What each node got: sender and bytes.</summary>
    public SortedDictionary<int, List<(uint From, byte[] Packet)>> Delivered { get; } = [];

    public SortedDictionary<int, List<(Instant At, KnetEvent Event)>> Events { get; } = [];

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    /// <summary>Datagrams that left a node.</summary>
    public long Sent { get; private set; }

    public int LossPercent { get; set; }

    public int CopyPercent { get; set; }

    public TimeSpan DelayMax { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Largest IP packet that a link's interface takes.</summary>
    public Func<int, int> InterfaceMtu { get; set; } = _ => 1500;

    /// <summary>Largest IP packet that gets through a link silently.</summary>
    public Func<int, int> PathMtu { get; set; } = _ => 65535;

    /// <summary>Whether a datagram from, to, on link is thrown away.</summary>
    public Func<int, int, int, bool> IsCut { get; set; } = (_, _, _) => false;

    /// <summary>Sees every datagram that is sent.</summary>
    public Action<int, int, int, byte[]> Tap { get; set; } = (_, _, _, _) => { };

    public void Start()
    {
        foreach (var node in Nodes.Keys) Do(node, (transport, outbox) => transport.Start(Now, outbox));
    }

    public void Do(int node, Action<KnetTransport, KnetOutbox> action)
    {
        action(Nodes[node], _outbox);
        CarryOut(node);
    }

    public void SendToAll(int node, byte[] packet) => Do(node, (transport, outbox) => transport.SendToAll(Now, packet, outbox));

    public void RunFor(TimeSpan time)
    {
        var end = Now + time;
        while (true)
        {
            var due = Nodes.Values.Select(n => n.NextDeadline).Min();
            if (_wire.TryPeek(out _, out var first) && first.At < due.Nanoseconds) due = new Instant(first.At);
            if (due > end) break;
            if (due > Now) Now = due;
            Step();
        }

        Now = end;
    }

    /// <summary>Until all hosts are reachable and every path is searched.</summary>
    public void RunUntilUp()
    {
        RunFor(TimeSpan.FromSeconds(10));
        foreach (var (self, node) in Nodes) Assert.All(node.Hosts, host => Assert.True(node.IsReachable(host), $"{host} from {self}"));
    }

    private void Step()
    {
        while (_wire.TryPeek(out var envelope, out var place) && place.At <= Now.Nanoseconds)
        {
            _wire.Dequeue();
            Do(envelope.To, (transport, outbox) => transport.HandleDatagram(
                Now, envelope.Link, TestSettings.Address(envelope.From, envelope.Link), envelope.Bytes, outbox));
        }

        foreach (var node in Nodes.Keys)
        {
            if (Nodes[node].NextDeadline <= Now) Do(node, (transport, outbox) => transport.HandleTimeout(Now, outbox));
        }
    }

    private void CarryOut(int node)
    {
        // A refused probe leads to the next one at once, in the same outbox.
        for (var index = 0; index < _outbox.Count; index++)
        {
            var output = _outbox.Outputs[index];
            switch (output.Kind)
            {
                case KnetOutputKind.Send:
                    Send(node, output);
                    break;
                case KnetOutputKind.Deliver:
                    Delivered[node].Add((output.Node.Value, output.Bytes.ToArray()));
                    break;
                default:
                    Events[node].Add((Now, output.Event));
                    break;
            }
        }

        _outbox.Clear();
    }

    private void Send(int from, KnetOutput output)
    {
        var size = output.Bytes.Length + 28;
        var to = (int)output.Node.Value;
        if (size > InterfaceMtu(output.Link))
        {
            Assert.True(output.IsProbe, "only probes may be too large for the interface");
            Nodes[from].HandleProbeRefused(Now, output.Node, output.Link, InterfaceMtu(output.Link), _outbox);
            return;
        }

        Sent++;
        Tap(from, to, output.Link, output.Bytes.ToArray());
        if (size > PathMtu(output.Link) || IsCut(from, to, output.Link) || _random.Below(100) < LossPercent) return;
        Post(from, to, output);
        if (_random.Below(100) < CopyPercent) Post(from, to, output);
    }

    private void Post(int from, int to, KnetOutput output)
    {
        var delay = 20_000 + _random.Below((int)(DelayMax.Ticks * 100));
        _wire.Enqueue(new Envelope(from, to, output.Link, output.Bytes.ToArray()), (Now.Nanoseconds + delay, _number++));
    }

    private sealed record Envelope(int From, int To, int Link, byte[] Bytes);
}
