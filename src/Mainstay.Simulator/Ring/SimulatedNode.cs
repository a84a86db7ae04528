using System.Buffers.Binary;
using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>
/// One node: the real engine and assembler, a clock that drifts, a disk of one number, and a small upper layer that synchronises after
/// each configuration change (everybody sends one message and waits for everybody's) and submits messages in between.
/// </summary>
internal sealed class SimulatedNode(uint id, int driftPpm)
{
    private byte[] _message = new byte[256];
    private readonly HashSet<uint> _awaited = [];
    private uint _synchronisationNumber;
    private uint _messageNumber;

    public uint Id { get; } = id;

    public TotemRing? Engine { get; private set; }

    /// <summary>The layer below, where the ring runs on knet.</summary>
    public SimulatedKnet? Knet { get; private set; }

    public GroupAssembler Assembler { get; private set; } = new();

    public Outbox Outbox { get; } = new();

    public uint Incarnation { get; private set; }

    /// <summary>The stored ring sequence; survives crashes.</summary>
    public ulong Stored { get; set; }

    /// <summary>Never comes back.</summary>
    public bool IsGone { get; set; }

    public bool IsRunning => Engine is not null;

    /// <summary>Not scheduled: datagrams pile up, timers are late.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Earliest time for which a timer event is scheduled.</summary>
    public long TimerScheduled { get; set; } = long.MaxValue;

    /// <summary>Datagrams that wait because the process does not run or is slow.</summary>
    public Queue<SimulatedPacket> Backlog { get; } = new();

    /// <summary>What this node takes for a datagram while it is slow; 0 = no time at all.</summary>
    public long ServiceTime { get; set; }

    /// <summary>When a slow node can take the next datagram.</summary>
    public long BusyUntil { get; set; }

    /// <summary>Its clock stands still during the present pause, since then.</summary>
    public Instant ClockStoppedAt { get; set; } = Instant.Never;

    /// <summary>How far steps and suspensions have moved the clock, in nanoseconds.</summary>
    public long ClockOffset { get; set; }

    /// <summary>Virtual time of the present start.</summary>
    public long StartedAt { get; set; }

    /// <summary>Virtual time that this node has run, up to the last stop.</summary>
    public long UpTime { get; set; }

    /// <summary>The members of the last regular configuration.</summary>
    public uint[] Members { get; private set; } = [];

    public RingId Ring { get; private set; }

    public bool IsSynchronised { get; private set; }

    /// <summary>The synchronisation message could not be submitted yet.</summary>
    public bool OwesSynchronisation { get; private set; }

    /// <summary>Virtual time as this node's monotonic clock shows it.</summary>
    public Instant Local(long time) => new(time + (time * driftPpm / 1_000_000) + ((long)Id * 1_000_003) + ClockOffset);

    /// <summary>When the next timer of any layer fires; only while it runs.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = Engine!.NextDeadline;
            if (Knet is null)
            {
                return next;
            }

            next = Knet.Transport.NextDeadline < next ? Knet.Transport.NextDeadline : next;
            var watch = Knet.Watch.NextDeadline(Engine.Statistics.LastTokenReceived);
            next = watch < next ? watch : next;
            var formation = Knet.FormationDeadline(Engine);
            return formation < next ? formation : next;
        }
    }

    /// <summary>The first virtual time at which the local clock shows <paramref name="instant"/> or later.</summary>
    public long Global(Instant instant)
    {
        if (instant.IsNever)
        {
            return long.MaxValue;
        }

        var local = instant.Nanoseconds - ((long)Id * 1_000_003) - ClockOffset;
        var guess = local - (local * driftPpm / 1_000_000) - 2;
        while (Local(guess) < instant)
        {
            guess += Math.Max(1, instant.Nanoseconds - Local(guess).Nanoseconds);
        }

        return guess;
    }

    public void Boot(RingScenario scenario)
    {
        var configured = Enumerable.Range(1, scenario.NodeCount).Select(node => new NodeId((uint)node)).ToArray();
        Engine = new TotemRing(scenario.Options, new NodeId(Id), configured, Stored);
        Engine.SetMainstayNodes(scenario.IsUniform ? configured : []);
        Assembler = new GroupAssembler();
        Incarnation++;
        Knet = scenario.Knet is null ? null : new SimulatedKnet(scenario, Id, Incarnation);
        _messageNumber = 0;
        _synchronisationNumber = 0;
        Members = [];
        IsSynchronised = false;
        OwesSynchronisation = false;
        IsPaused = false;
    }

    /// <summary>The process ends. The caller has emptied <see cref="Backlog"/>.</summary>
    public void Halt()
    {
        Engine = null;
        Knet?.Dispose();
        Knet = null;
        Outbox.Clear();
        IsPaused = false;
        ClockStoppedAt = Instant.Never;
        Members = [];
        IsSynchronised = false;
    }

    /// <summary>A regular configuration: what the upper layer knows of it.</summary>
    public void BeginSynchronisation(ConfigurationChange change)
    {
        Members = [.. change.Members.Select(member => member.Value)];
        Ring = change.Ring;
        _awaited.Clear();
        _awaited.UnionWith(Members);
        IsSynchronised = false;
        OwesSynchronisation = true;
    }

    /// <summary>A synchronisation message arrived.</summary>
    /// <returns>Whether it was the last one missing.</returns>
    public bool TakeSynchronisation(uint origin, ReadOnlySpan<byte> bytes)
    {
        var ring = new RingId(
            new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..])), BinaryPrimitives.ReadUInt64LittleEndian(bytes[20..]));
        if (ring != Ring || IsSynchronised || !_awaited.Remove(origin) || _awaited.Count > 0)
        {
            return false;
        }

        IsSynchronised = true;
        return true;
    }

    /// <summary>Offers the engine this node's synchronisation message, if it owes one.</summary>
    public bool TrySubmitSynchronisation(long time, Prng prng, out MessageId message, out ulong digest)
    {
        message = new MessageId(Id, Incarnation, _synchronisationNumber + 1, true);
        digest = 0;
        if (!OwesSynchronisation || Engine is null)
        {
            return false;
        }

        var bytes = Compose(message, Ring, prng.Chance(300_000) ? 2500 : 40);
        if (!Engine.Submit(Local(time), MessageGroup.Synchronisation, bytes, [], DeliveryGuarantee.Agreed, Outbox))
        {
            return false;
        }

        OwesSynchronisation = false;
        _synchronisationNumber++;
        digest = Digest.Of(bytes);
        return true;
    }

    /// <summary>Offers the engine an application message.</summary>
    public bool TrySubmit(long time, int size, out MessageId message, out ulong digest)
    {
        message = new MessageId(Id, Incarnation, _messageNumber + 1, false);
        digest = 0;
        if (Engine is null || !IsSynchronised)
        {
            return false;
        }

        var bytes = Compose(message, Ring, size);
        var cut = Math.Min(20, bytes.Length);
        if (!Engine.Submit(Local(time), MessageGroup.Services, bytes[..cut], bytes[cut..], DeliveryGuarantee.Agreed, Outbox))
        {
            return false;
        }

        _messageNumber++;
        digest = Digest.Of(bytes);
        return true;
    }

    public static MessageId ReadMessage(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        bytes[12] == 1);

    /// <summary>The bytes of a message; valid until the next one.</summary>
    private Span<byte> Compose(MessageId message, RingId ring, int size)
    {
        var length = Math.Max(28, size);
        if (_message.Length < length)
        {
            _message = new byte[length];
        }

        var bytes = _message.AsSpan(0, length);
        bytes[13..16].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, message.Node);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], message.Incarnation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], message.Number);
        bytes[12] = message.IsSynchronisation ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], ring.Representative.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[20..], ring.Sequence);
        for (var index = 28; index < bytes.Length; index++)
        {
            bytes[index] = (byte)((message.Number * 31) + (uint)index);
        }

        return bytes;
    }
}
