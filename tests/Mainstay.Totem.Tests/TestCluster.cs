using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>
/// A few engines joined by a virtual wire with a fixed delay and no randomness at all. The upper layer is the smallest that works: each
/// node sends one synchronisation message per configuration and waits for everybody's.
/// </summary>
internal sealed class TestCluster
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(0.2);

    private readonly PriorityQueue<(uint Target, byte[] Bytes), (long Time, long Order)> _wire = new();
    private readonly SortedDictionary<uint, TestNode> _nodes = [];
    private readonly HashSet<(uint Source, uint Target)> _cut = [];
    private readonly Dictionary<PacketType, int> _drops = [];
    private readonly HashSet<(uint Target, PacketType Type)> _deaf = [];
    private long _order;

    public TestCluster(int count, TotemSettings? settings = null)
    {
        Options = TotemOptions.TryCreate(settings ?? new TotemSettings { Token = 1000 }, nodeCount: 1, isKnet: false, [])!;
        for (var id = 1u; id <= count; id++)
        {
            _nodes.Add(id, new TestNode(this, id));
        }
    }

    public TotemOptions Options { get; }

    public Instant Now { get; private set; }

    public IReadOnlyDictionary<uint, TestNode> Nodes => _nodes;

    public TestNode this[uint id] => _nodes[id];

    public int InFlight => _wire.Count;

    public IReadOnlyList<NodeId> Configured => [.. _nodes.Keys.Select(id => new NodeId(id))];

    /// <summary>Loses the next packets of a type, wherever they go to (but not those to oneself).</summary>
    public void DropNext(PacketType type, int count) => _drops[type] = count;

    /// <summary>A node that receives no packets of a type any more (but its own).</summary>
    public void Deafen(uint target, PacketType type) => _deaf.Add((target, type));

    public void Cut(uint source, uint target) => _cut.Add((source, target));

    public void Heal()
    {
        _cut.Clear();
        _deaf.Clear();
    }

    /// <summary>Changes what is sent, in place, as somebody on the wire might.</summary>
    public Action<byte[]>? Forger { get; set; }

    public void Send(uint source, uint target, byte[] bytes)
    {
        var type = (PacketType)bytes[3];
        Forger?.Invoke(bytes);
        if (source != target && _drops.GetValueOrDefault(type) > 0)
        {
            _drops[type]--;
            return;
        }

        if (source == target || (!_cut.Contains((source, target)) && !_deaf.Contains((target, type))))
        {
            _wire.Enqueue((target, bytes), ((Now + s_delay).Nanoseconds, _order++));
        }
    }

    /// <summary>Lets virtual time pass.</summary>
    public void Run(TimeSpan duration) => RunUntil(Now + duration, () => false);

    /// <summary>Lets virtual time pass until something is so; fails if it does not become so.</summary>
    public void RunUntil(Func<bool> condition, string what, int milliseconds = 20_000)
    {
        RunUntil(Now + TimeSpan.FromMilliseconds(milliseconds), condition);
        Assert.True(condition(), $"not within {milliseconds} ms: {what}");
    }

    private void RunUntil(Instant limit, Func<bool> isDone)
    {
        while (!isDone())
        {
            var packetTime = _wire.TryPeek(out _, out var priority) ? new Instant(priority.Time) : Instant.Never;
            var timerNode = _nodes.Values.Where(node => node.IsRunning).MinBy(node => node.Ring.NextDeadline);
            var timerTime = timerNode?.Ring.NextDeadline ?? Instant.Never;
            var next = timerTime < packetTime ? timerTime : packetTime;
            if (next > limit)
            {
                Now = limit;
                return;
            }

            Now = next > Now ? next : Now;
            if (packetTime <= timerTime)
            {
                var (target, bytes) = _wire.Dequeue();
                _nodes[target].Receive(bytes);
            }
            else
            {
                timerNode!.Tick();
            }
        }
    }
}

/// <summary>One engine of a <see cref="TestCluster"/>, with what it told the upper layer.</summary>
internal sealed class TestNode(TestCluster cluster, uint id)
{
    private readonly HashSet<uint> _awaited = [];
    private GroupAssembler _assembler = new();
    private TotemRing? _ring;
    private bool _mustSynchronise;

    public uint Id { get; } = id;

    public Outbox Outbox { get; } = new();

    public TotemRing Ring => _ring ?? throw new InvalidOperationException($"node {Id} does not run");

    public bool IsRunning => _ring is not null;

    public ulong Stored { get; set; }

    public ConfigurationChange? Last { get; private set; }

    /// <summary>What happened, in words, since somebody asked.</summary>
    public List<string> Log { get; } = [];

    public List<string> Messages { get; } = [];

    /// <summary>What it sends: T for a token, m for a message of its own or sent again.</summary>
    public System.Text.StringBuilder Sent { get; } = new();

    /// <summary>Its multicasts reach nobody but itself.</summary>
    public bool IsMute { get; set; }

    public void Start()
    {
        _ring = new TotemRing(cluster.Options, new NodeId(Id), cluster.Configured, Stored);
        _assembler = new GroupAssembler();
        _ring.Start(cluster.Now, Outbox);
        CarryOut();
    }

    public void Crash() => _ring = null;

    public void Leave()
    {
        Ring.Leave(cluster.Now, Outbox);
        CarryOut();
        _ring = null;
    }

    public void Receive(byte[] bytes)
    {
        if (IsRunning)
        {
            Ring.HandleDatagram(cluster.Now, bytes, Outbox);
            CarryOut();
        }
    }

    /// <summary>Tells the engine that another node is gone.</summary>
    public bool Tell(uint about)
    {
        var isTaken = Ring.HandlePeerGone(cluster.Now, new NodeId(about), Outbox);
        CarryOut();
        return isTaken;
    }

    /// <summary>Tells the engine that the ring had to wait for another node.</summary>
    public bool TellOfStall(uint about)
    {
        var isTaken = Ring.HandlePeerStalled(cluster.Now, new NodeId(about), Outbox);
        CarryOut();
        return isTaken;
    }

    public void Force()
    {
        Ring.ForceGather(cluster.Now, Outbox);
        CarryOut();
    }

    public void Tick()
    {
        Ring.HandleTimeout(cluster.Now, Outbox);
        CarryOut();
    }

    public bool Submit(string text)
    {
        var isAccepted = Ring.Submit(
            cluster.Now, MessageGroup.Services, System.Text.Encoding.UTF8.GetBytes(text), [], DeliveryGuarantee.Agreed, Outbox);
        CarryOut();
        return isAccepted;
    }

    private void CarryOut()
    {
        for (var index = 0; index < Outbox.Count; index++)
        {
            var output = Outbox[index];
            switch (output.Kind)
            {
                case OutputKind.SendToken:
                    Sent.Append('T');
                    cluster.Send(Id, output.Node.Value, output.Bytes.ToArray());
                    break;
                case OutputKind.Multicast:
                    if ((PacketType)output.Bytes.Span[3] == PacketType.Message) Sent.Append('m');
                    foreach (var target in cluster.Nodes.Keys.Where(target => !IsMute || target == Id))
                    {
                        cluster.Send(Id, target, output.Bytes.ToArray());
                    }

                    break;
                case OutputKind.StoreRingSequence:
                    Stored = output.RingSequence;
                    break;
                case OutputKind.Deliver:
                    Deliver(output);
                    break;
                case OutputKind.ConfigurationChange:
                    Configure(output.Change!);
                    break;
                case OutputKind.Trace:
                    Note(output.Trace);
                    break;
                default:
                    break;
            }

            if (index == Outbox.Count - 1 && _mustSynchronise)
            {
                _mustSynchronise = false;
                Assert.True(Ring.Submit(
                    cluster.Now, MessageGroup.Synchronisation, BitConverter.GetBytes(Last!.Ring.Sequence), [], DeliveryGuarantee.Agreed,
                        Outbox));
            }
        }

        Outbox.Clear();
    }

    private void Deliver(in Output output)
    {
        _assembler.Begin(output);
        while (_assembler.TryRead(out var message))
        {
            if (message.Groups == MessageGroup.Services)
            {
                var text = System.Text.Encoding.UTF8.GetString(message.Bytes);
                Messages.Add(text);
                Log.Add($"delivers '{(text.Length > 20 ? $"{text[..8]}... ({text.Length})" : text)}' of {message.Origin}");
                continue;
            }

            if (BitConverter.ToUInt64(message.Bytes) == Last!.Ring.Sequence
                && _awaited.Remove(message.Origin.Value) && _awaited.Count == 0)
            {
                _assembler.SynchronisationFinished();
                Ring.SynchronisationFinished(cluster.Now, Last.Ring, Outbox);
            }
        }
    }

    private void Configure(ConfigurationChange change)
    {
        var lists = $"{{{string.Join(' ', change.Members)}}}"
            + (change.Left.IsEmpty ? "" : $" left {{{string.Join(' ', change.Left)}}}")
            + (change.Joined.IsEmpty ? "" : $" joined {{{string.Join(' ', change.Joined)}}}");
        Log.Add($"{change.Kind} {change.Ring} {lists}");
        _assembler.HandleConfigurationChange(change);
        if (change.Kind == ConfigurationKind.Regular)
        {
            Last = change;
            _awaited.Clear();
            _awaited.UnionWith(change.Members.Select(member => member.Value));
            _mustSynchronise = true;
        }
    }

    private void Note(TraceEvent trace)
    {
        switch (trace.Kind)
        {
            case TraceKind.StateChanged:
                Log.Add($"{(TotemState)trace.First} -> {(TotemState)trace.Second}");
                break;
            case TraceKind.GatherEntered:
                Log.Add($"gather: {(GatherReason)trace.First}{(trace.Node.IsNone ? "" : $" (node {trace.Node})")}");
                break;
            case TraceKind.TokenRetransmitted or TraceKind.FailedToReceive or TraceKind.MessagesLost:
                Log.Add($"{trace.Kind}");
                break;
            case TraceKind.NodeLeaving:
                Log.Add($"node {trace.Node} says good-bye");
                break;
            case TraceKind.RecoveryPlan when trace.First > 0:
                Log.Add($"recovery: sends {trace.First} old messages again");
                break;
            default:
                break;
        }
    }
}
