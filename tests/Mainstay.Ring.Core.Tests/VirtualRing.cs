using System.Text;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Detection;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Several <see cref="RingNode"/>s joined by a perfect virtual network with virtual time; every event of every client is
/// kept.</summary>
internal sealed class VirtualRing
{
    private const long HopNanoseconds = 100_000;

    /// <summary>spec/ring-wire.md section 2.</summary>
    private const int PacketTypeAt = 3;
    private const byte CommitTokenType = 4;

    private readonly SortedDictionary<uint, Member> _members = [];
    private readonly PriorityQueue<(uint Target, uint Source, byte[] Bytes, Flight Kind), (long, long)> _flying = new();
    private readonly HashSet<(uint, uint)> _cut = [];
    private readonly Func<uint, QuorumSettings> _quorum;
    private readonly uint[] _ids;
    private readonly Predicate<uint> _announces;
    private readonly HashSet<uint> _poweredOff = [];
    private long _now = 1_000_000_000;
    private long _order;

    public VirtualRing(uint[] ids, Func<uint, QuorumSettings>? quorum = null, Predicate<uint>? announces = null)
    {
        _ids = ids;
        _announces = announces ?? (_ => false);
        _quorum = quorum ?? (_ => Majority((uint)ids.Length));
        foreach (var id in ids) Boot(id);
    }

    public RingNode this[uint id] => _members[id].Node;

    /// <summary>Settings of a plain majority of nodes with one vote each.</summary>
    public static QuorumSettings Majority(uint nodes) =>
        QuorumSettings.Disabled with { IsEnabled = true, Votes = 1, ExpectedVotes = nodes };

    /// <summary>Events of a client, one line each.</summary>
    public List<string> Events(uint node, int client) => _members[node].Events.TryGetValue(client, out var lines) ? lines : [];

    /// <summary>Quorum changes told on a node, one line each.</summary>
    public List<string> QuorumChanges(uint node) => _members[node].Quorum;

    /// <summary>What a node was made of.</summary>
    public RingNodeOptions OptionsOf(uint node) => _members[node].Options;

    /// <summary>Answers to requests of administrators, one line each: <c>KIND CLIENT NUMBER</c>.</summary>
    public List<string> Answers(uint node) => _members[node].Answers;

    /// <summary>The reason why a node ended, if it did.</summary>
    public string? EndOf(uint node) => _members[node].End;

    /// <summary>Starts a node (again), with what it had stored.</summary>
    public void Boot(uint id, ulong configVersion = 0)
    {
        var stored = _members.TryGetValue(id, out var before) ? before.StoredSequence : 0;
        var problems = new List<TotemProblem>();
        var totem = TotemOptions.TryCreate(new TotemSettings { Token = 300, Consensus = 400 }, 2, isKnet: false, problems);
        Assert.Empty(problems);
        var options = new RingNodeOptions
        {
            Totem = totem!,
            Self = new NodeId(id),
            Nodes = [.. _ids.Select(i => new NodeId(i))],
            Quorum = _quorum(id),
            StoredRingSequence = stored,
            ConfigVersion = configVersion,
            ProcessId = _announces(id) ? 1000 + id : 0,
            PeerPatience = TimeSpan.FromMilliseconds(300),
            Addresses = new SortedDictionary<uint,
                IReadOnlyList<string>>(_ids.ToDictionary(i => i, i => (IReadOnlyList<string>)[$"10.0.0.{i}"])),
        };
        var contact = new Contact();
        var node = new RingNode(options, contact);
        var member = new Member(node, options, contact) { StoredSequence = stored };
        _poweredOff.Remove(id);
        _members[id] = member;
        Do(id, (now, outbox) => node.Start(now, outbox));
    }

    /// <summary>Ends a node's process without a word; its host refuses what comes for it.</summary>
    public void Crash(uint id) => _members[id].IsUp = false;

    /// <summary>Ends a node and its host.</summary>
    public void PowerOff(uint id)
    {
        Crash(id);
        _poweredOff.Add(id);
    }

    /// <summary>The node that no commit token reaches, 0: none.</summary>
    public uint Obstructor { get; set; }

    /// <summary>What a node's links tell of the answers of another, in thousandths.</summary>
    public void SetAnswered(uint node, uint about, int permille) => _members[node].Contact.Answered[about] = permille;

    /// <summary>Log lines of a node.</summary>
    public List<string> Log(uint node) => _members[node].Log;

    /// <summary>Lets virtual time pass until something is so, and tells how many milliseconds that took.</summary>
    public int RunUntil(Func<bool> condition, int limit)
    {
        for (var passed = 0; passed <= limit; passed++)
        {
            if (condition()) return passed;
            Run(1);
        }

        Assert.Fail($"not within {limit} ms");
        return limit;
    }

    /// <summary>Leaves the ring properly, then ends.</summary>
    public void Leave(uint id)
    {
        Do(id, (now, outbox) => this[id].Leave(now, outbox));
        for (var i = 0; i < 100 && !this[id].HasLeft; i++) Run(10);
        Assert.True(this[id].HasLeft);
        _members[id].IsUp = false;
    }

    /// <summary>Cuts the network between these nodes and all others.</summary>
    public void Isolate(params uint[] side)
    {
        foreach (var a in _ids)
        {
            foreach (var b in _ids)
            {
                if (side.Contains(a) != side.Contains(b)) _cut.Add((a, b));
            }
        }
    }

    public void Heal() => _cut.Clear();

    public RequestResult Join(uint node, int client, string group, uint pid)
    {
        var result = RequestResult.Refused;
        Do(node, (now, outbox) => result = this[node].Join(now, client, Encoding.UTF8.GetBytes(group), pid, outbox));
        return result;
    }

    public RequestResult LeaveGroup(uint node, int client)
    {
        var result = RequestResult.Refused;
        Do(node, (now, outbox) => result = this[node].Leave(now, client, outbox));
        return result;
    }

    public RequestResult Send(uint node, int client, string text)
    {
        var result = RequestResult.Refused;
        Do(node, (now, outbox) => result = this[node].Multicast(now, client, Encoding.UTF8.GetBytes(text), outbox));
        return result;
    }

    /// <summary>Sends a service message that this implementation's clients do not send, but Corosync's do.</summary>
    public void SendService(uint node, byte[] message) => Do(node, (now, outbox) => Assert.True(
        this[node].Totem.Submit(now, MessageGroup.Services, message, default, DeliveryGuarantee.Agreed, outbox.Network)));

    public void Disconnect(uint node, int client) => Do(node, (now, outbox) => this[node].Disconnect(now, client, outbox));

    /// <summary>Virtual time.</summary>
    public Instant Now => new(_now);

    public void Do(uint node, Action<Instant, RingOutbox> input)
    {
        var member = _members[node];
        input(new Instant(_now), member.Outbox);
        CarryOut(node, member);
    }

    /// <summary>Lets virtual time pass.</summary>
    public void Run(int milliseconds) => RunMicroseconds(milliseconds * 1_000L);

    /// <summary>The same, for what is over in less than a millisecond.</summary>
    public void RunMicroseconds(long microseconds)
    {
        var end = _now + (microseconds * 1_000);
        while (true)
        {
            var arrival = _flying.TryPeek(out _, out var due) ? due.Item1 : long.MaxValue;
            var (id, deadline) = NextTimer();
            var next = Math.Min(arrival, deadline);
            if (next > end) break;
            _now = Math.Max(_now, next);
            if (arrival <= deadline)
            {
                var (target, source, bytes, kind) = _flying.Dequeue();
                if (!_cut.Contains((source, target))) Arrive(target, source, bytes, kind);
            }
            else
            {
                Do(id, (now, outbox) => this[id].HandleTimeout(now, outbox));
            }
        }

        _now = end;
    }

    /// <summary>Runs until all nodes that are up agree on a ring of exactly these members, synchronised.</summary>
    public void RunUntilFormed(params uint[] members)
    {
        for (var i = 0; i < 200; i++)
        {
            Run(50);
            if (members.All(IsIn)) return;
        }

        bool IsIn(uint m) =>
            this[m].IsSynchronised && this[m].State == TotemState.Operational && this[m].Quorum.Members.SequenceEqual(members);

        Assert.Fail($"no ring of {string.Join(' ', members)}: "
            + string.Join("; ", members.Select(m => $"{m} {this[m].State} {string.Join(' ', this[m].Quorum.Members)}")));
    }

    private void Arrive(uint target, uint source, byte[] bytes, Flight kind)
    {
        var member = _members[target];
        if (!member.IsUp)
        {
            var isRefused = kind is Flight.Packet or Flight.Probe && !_poweredOff.Contains(target);
            if (isRefused) Fly(target, source, default, kind == Flight.Probe ? Flight.RefusedProbe : Flight.RefusedPacket);
            return;
        }

        switch (kind)
        {
            case Flight.Packet:
                member.Contact.Heard[source] = new Instant(_now);
                Do(target, (now, outbox) => this[target].HandleDatagram(now, bytes, outbox));
                break;
            case Flight.Probe:
                member.Contact.Heard[source] = new Instant(_now);
                Fly(target, source, default, Flight.Answer);
                break;
            case Flight.Answer:
                member.Contact.Heard[source] = new Instant(_now);
                break;
            default:
                Do(target, (now, outbox) => this[target].HandlePeerRefused(now, new NodeId(source), kind == Flight.RefusedProbe, outbox));
                break;
        }
    }

    private (uint Id, long Deadline) NextTimer()
    {
        (uint, long) next = (0, long.MaxValue);
        foreach (var (id, member) in _members)
        {
            if (member.IsUp && member.Node.NextDeadline.Nanoseconds < next.Item2) next = (id, member.Node.NextDeadline.Nanoseconds);
        }

        return next;
    }

    private void CarryOut(uint id, Member member)
    {
        foreach (ref readonly var output in member.Outbox.Network.Outputs)
        {
            switch (output.Kind)
            {
                case OutputKind.SendToken when output.Node.Value == Obstructor && output.Bytes.Span[PacketTypeAt] == CommitTokenType:
                    break;
                case OutputKind.SendToken:
                    Fly(id, output.Node.Value, output.Bytes);
                    break;
                case OutputKind.Multicast:
                    foreach (var target in _ids) Fly(id, target, output.Bytes);
                    break;
                case OutputKind.StoreRingSequence:
                    member.StoredSequence = output.RingSequence;
                    break;
                default:
                    break;
            }
        }

        foreach (ref readonly var output in member.Outbox.Outputs)
        {
            if (output.Kind == RingOutputKind.ProbePeer) Fly(id, output.Number, default, Flight.Probe);
            member.Keep(output);
        }

        member.Outbox.Clear();
    }

    private void Fly(uint source, uint target, ReadOnlyMemory<byte> bytes, Flight kind = Flight.Packet)
    {
        if (_members.ContainsKey(target)) _flying.Enqueue((target, source, bytes.ToArray(), kind), (_now + HopNanoseconds, _order++));
    }

    private enum Flight
    {
        Packet,
        Probe,
        Answer,
        RefusedPacket,
        RefusedProbe,
    }

    private sealed class Contact : IPeerContact
    {
        public Dictionary<uint, Instant> Heard { get; } = [];

        public Dictionary<uint, int> Answered { get; } = [];

        public Instant LastHeard(NodeId node) => Heard.GetValueOrDefault(node.Value);

        public int AnsweredPermille(NodeId node) => Answered.GetValueOrDefault(node.Value, -1);
    }

    private sealed class Member(RingNode node, RingNodeOptions options, Contact contact)
    {
        public Contact Contact { get; } = contact;

        public List<string> Log { get; } = [];

        public RingNodeOptions Options { get; } = options;

        public RingNode Node { get; } = node;

        public RingOutbox Outbox { get; } = new();

        public Dictionary<int, List<string>> Events { get; } = [];

        public List<string> Quorum { get; } = [];

        public List<string> Answers { get; } = [];

        public bool IsUp { get; set; } = true;

        public ulong StoredSequence { get; set; }

        public string? End { get; private set; }

        public void Keep(in RingOutput output)
        {
            switch (output.Kind)
            {
                case RingOutputKind.Log:
                    Log.Add(output.Text!);
                    break;
                case RingOutputKind.QuorumChanged:
                    var quorum = output.Quorum!;
                    Quorum.Add(
                        $"{string.Join(' ', quorum.Members)} {(quorum.IsQuorate ? "quorate" : "inquorate")} "
                            + $"{quorum.Votes}/{quorum.ExpectedVotes}");
                    foreach (var lines in Events.Values) lines.Add($"ring {string.Join(' ', quorum.Members)}");
                    break;
                case RingOutputKind.ShutdownAsked or RingOutputKind.ShutdownDecided or RingOutputKind.DeviceRegistered
                    or RingOutputKind.CryptoPhase or RingOutputKind.ReloadRequested:
                    Answers.Add($"{output.Kind} {output.Client} {output.Number}");
                    break;
                case RingOutputKind.DevicePollWanted:
                    Answers.Add($"{output.Kind} {output.Client} {string.Join(' ', output.Quorum!.Members)}");
                    break;
                case RingOutputKind.Terminate:
                    End = output.Text;
                    IsUp = false;
                    break;
                case RingOutputKind.Message:
                    Add(output.Client, $"{output.Process.NodeId}/{output.Process.ProcessId} {Encoding.UTF8.GetString(output.Bytes.Span)}");
                    break;
                case RingOutputKind.GroupChanged:
                    Add(output.Client, Describe(output.Change!));
                    break;
                case RingOutputKind.Joined:
                    Add(output.Client, "joined");
                    break;
                case RingOutputKind.Left:
                    Add(output.Client, "left");
                    break;
                default:
                    break;
            }
        }

        private static string Describe(GroupChange change) =>
            $"members {string.Join(' ', change.Members.Select(m => $"{m.NodeId}/{m.ProcessId}"))}"
            + string.Concat(change.Left.Select(l => $" -{l.Process.NodeId}/{l.Process.ProcessId}:{l.Reason}"))
            + string.Concat(change.Joined.Select(j => $" +{j.Process.NodeId}/{j.Process.ProcessId}:{j.Reason}"));

        private void Add(int client, string line)
        {
            if (!Events.TryGetValue(client, out var lines)) Events[client] = lines = [];
            lines.Add(line);
        }
    }
}
