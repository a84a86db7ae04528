using System.Text;
using Mainstay.Totem.Wire;

namespace Mainstay.Totem.Tests;

/// <summary>One engine among nodes 1 to 4 whose packets the test makes, one by one; time stands still.</summary>
internal sealed class DrivenRing
{
    private static readonly Instant s_now = Instant.FromMilliseconds(1000);

    private readonly Outbox _outbox = new();
    private readonly uint _self;
    private uint _tokenSequence;

    public DrivenRing(uint self)
    {
        _self = self;
        Options = TotemOptions.TryCreate(new TotemSettings { Token = 1000 }, nodeCount: 1, isKnet: false, [])!;
        Ring = new TotemRing(Options, new NodeId(self), [.. Enumerable.Range(1, 4).Select(id => new NodeId((uint)id))], 0);
        Do((now, outbox) => Ring.Start(now, outbox));
    }

    public TotemOptions Options { get; }

    public TotemRing Ring { get; }

    public TotemState State => Ring.State;

    /// <summary>Delivered packets as text, behind who sent them.</summary>
    public List<string> Delivered { get; } = [];

    public List<GatherReason> Gathers { get; } = [];

    /// <summary>The two lists of the join that it sent last.</summary>
    public (string Processors, string Failed) OwnJoin { get; private set; }

    /// <summary>The regular token that it sent last.</summary>
    public RegularToken Forwarded { get; } = new();

    /// <summary>Outputs other than traces.</summary>
    public int Outputs { get; private set; }

    /// <summary>Node 2 in ring 1.9 of nodes 1, 2 and 3, synchronised.</summary>
    public static DrivenRing Operational()
    {
        var driven = Gathering();
        driven.Install(9, [1, 2, 3]);
        return driven;
    }

    /// <summary>Node 2, agreed with nodes 1 and 3, before the commit token.</summary>
    public static DrivenRing Gathering()
    {
        var driven = new DrivenRing(2);
        driven.Join(1, 0, [1, 2, 3], []);
        driven.Join(3, 0, [1, 2, 3], []);
        Assert.Equal(TotemState.Gather, driven.State);
        return driven;
    }

    /// <summary>From Gather to a synchronised ring, all of whose members come from other rings than this node, or from the one that is
    /// told.</summary>
    public void Install(ulong ring, uint[] members, params CommitEntry[] entries)
    {
        Form(ring, members, entries);
        Rotate(ring, 0);
        Assert.Equal(TotemState.Operational, State);
        Token(ring);
        Synchronise();
    }

    /// <summary>From Gather to Recovery.</summary>
    public void Form(ulong ring, uint[] members, params CommitEntry[] entries)
    {
        Commit(ring, members, Array.IndexOf(members, _self), 1, entries);
        Assert.Equal(TotemState.Commit, State);
        Commit(ring, members, members.Length, 10, entries);
        Assert.Equal(TotemState.Recovery, State);
    }

    /// <summary>As many visits of the token as bring a ring from Recovery into service.</summary>
    public void Rotate(ulong ring, uint sequence)
    {
        _tokenSequence = 0;
        for (var visit = 0; visit < 4; visit++) Token(ring, sequence: sequence, aru: sequence);
    }

    public void Synchronise() => Do((now, outbox) => Ring.SynchronisationFinished(now, Ring.InstalledRing, outbox));

    public void Join(uint sender, ulong ring, uint[] processors, uint[] failed, bool isLeave = false)
    {
        var bytes = new byte[JoinPacket.MaxSize];
        var header = Header(PacketType.Join, isLeave ? 0 : sender);
        var length = JoinPacket.Write(bytes, header, new NodeId(sender), ring, Nodes(processors), Nodes(failed));
        Receive(bytes[..length]);
    }

    public void Commit(ulong ring, uint[] members, int filled, uint sequence, params CommitEntry[] entries)
    {
        var token = new CommitToken { Header = Header(PacketType.CommitToken, 1) };
        token.Reset(new RingId(new NodeId(members[0]), ring), Nodes(members));
        token.FilledCount = filled;
        token.TokenSequence = new TokenSequence(sequence);
        entries.CopyTo(token.Entries);
        var bytes = new byte[token.Size];
        token.Write(bytes);
        Receive(bytes);
    }

    public void Token(
        ulong ring,
        uint sender = 1,
        uint? tokenSequence = null,
        uint sequence = 0,
        uint aru = 0,
        uint aruNode = 0,
        uint flow = 0,
        params RetransmitRequest[] requests)
    {
        var token = new RegularToken
        {
            Header = Header(PacketType.RegularToken, sender),
            TokenSequence = new TokenSequence(tokenSequence ?? (_tokenSequence += 3)),
            Sequence = new MessageSequence(sequence),
            Aru = new MessageSequence(aru),
            AruNode = new NodeId(aruNode),
            FlowCount = flow,
            Ring = new RingId(new NodeId(1), ring),
        };
        foreach (var request in requests) token.AddRequest(request);
        var bytes = new byte[token.Size];
        token.Write(bytes);
        Receive(bytes);
    }

    public void Message(uint origin, uint sequence, ulong ring, string text, bool isEncapsulated = false) =>
        Receive(MessageBytes(origin, sequence, ring, Encoding.UTF8.GetBytes(text), isEncapsulated));

    public static byte[] MessageBytes(uint origin, uint sequence, ulong ring, byte[] payload, bool isEncapsulated = false)
    {
        var bytes = new byte[MessagePacket.HeaderSize + payload.Length];
        var header = Header(PacketType.Message, origin) with
        {
            Encapsulation = isEncapsulated ? PacketHeader.Encapsulated : PacketHeader.Plain,
        };
        new MessagePacket(
            header, new NodeId(origin), new MessageSequence(sequence), 0, new RingId(new NodeId(1), ring), 0, 0).Write(bytes);
        payload.CopyTo(bytes, MessagePacket.HeaderSize);
        return bytes;
    }

    public void MergeDetect(uint sender, ulong ring, uint? named = null)
    {
        var bytes = new byte[MergeDetectPacket.Size];
        new MergeDetectPacket(
            Header(PacketType.MergeDetect, sender), new NodeId(named ?? sender), new RingId(new NodeId(1), ring)).Write(bytes);
        Receive(bytes);
    }

    public void HoldCancel(uint sender, ulong ring)
    {
        var bytes = new byte[HoldCancelPacket.Size];
        new HoldCancelPacket(Header(PacketType.HoldCancel, sender), new RingId(new NodeId(1), ring)).Write(bytes);
        Receive(bytes);
    }

    public void Receive(byte[] bytes) => Do((now, outbox) => Ring.HandleDatagram(now, bytes, outbox));

    public void Do(Action<Instant, Outbox> input)
    {
        input(s_now, _outbox);
        foreach (ref readonly var output in _outbox.Outputs) Note(output);
        _outbox.Clear();
    }

    public long Dropped(DropReason reason) => Ring.Statistics.Dropped(reason);

    private static PacketHeader Header(PacketType type, uint sender) =>
        new(type, 0, new NodeId(sender), NodeId.None, ByteOrder.Little);

    private static NodeId[] Nodes(uint[] ids) => [.. ids.Select(id => new NodeId(id))];

    private void Note(in Output output)
    {
        if (output.Kind != OutputKind.Trace) Outputs++;
        var bytes = output.Bytes.Span;
        switch (output.Kind)
        {
            case OutputKind.Trace when output.Trace.Kind == TraceKind.GatherEntered:
                Gathers.Add((GatherReason)output.Trace.First);
                break;
            case OutputKind.Deliver:
                Delivered.Add($"{output.Node} {Encoding.UTF8.GetString(bytes)}");
                break;
            case OutputKind.Multicast when PacketHeader.TryRead(bytes, out var header) && JoinPacket.TryRead(bytes, header, out var join):
                OwnJoin = (Text(join.Processors), Text(join.Failed));
                break;
            case OutputKind.SendToken when PacketHeader.TryRead(bytes, out var header) && header.Type == PacketType.RegularToken:
                Assert.True(Forwarded.TryRead(bytes, header));
                break;
            default:
                break;
        }

        static string Text(NodeListView list)
        {
            var ids = new List<NodeId>();
            for (var index = 0; index < list.Count; index++) ids.Add(list[index]);
            return string.Join(' ', ids);
        }
    }
}
