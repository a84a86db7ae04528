using System.Collections.Immutable;
using Mainstay.Knet;
using Mainstay.Knet.Compression;
using Mainstay.Knet.Wire;
using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Simulator.Fuzzing;

/// <summary>What is fed; one counter of accepted packets each.</summary>
internal enum DecoderTarget
{
    PacketHeader,
    RegularToken,
    MessagePacket,
    MergeDetectPacket,
    JoinPacket,
    CommitToken,
    HoldCancelPacket,
    GroupPacket,
    GroupAssembler,
    ServiceHeader,
    VoteNodeInfo,
    VoteReconfigure,
    VoteDeviceRegister,
    VoteDeviceRename,
    CpgProcessMessage,
    CpgJoinList,
    CpgMulticast,
    CpgPartialMulticast,
    CpgDownlist,
    CmapMessage,
    SyncMessage,
    CfgKillNode,
    KnetHeader,
    PingPacket,
    PathMtuPacket,
    DataHeader,
    ZlibCodec,
    KnetTransport,
    ProtectedKnetTransport,
    TotemRing,
}

/// <summary>
/// Every decoder of the ring's wire formats, and the three machines behind them. Reads whatever a decoder offers of an accepted packet,
/// since views are read late. One thread.
/// </summary>
internal sealed class DecoderTargets : IDisposable
{
    /// <summary>Decompression and engines are slow: every so-manieth packet.</summary>
    private const int SlowEvery = 16;

    private static readonly long s_step = 1_000_000;

    private readonly long[] _accepted;
    private readonly RegularToken _token = new();
    private readonly CommitToken _commitToken = new();
    private readonly GroupAssembler _assembler = new();
    private readonly KnetTransport _open = Transport(CryptoSettings.None);
    private readonly KnetTransport _protected = Transport(
        new CryptoSettings(CryptoCipher.Aes256, CryptoHash.Sha256, Enumerable.Range(0, 256).Select(value => (byte)(value * 37)).ToArray()));
    private readonly KnetOutbox _knetOutbox = new();
    private readonly Outbox _outbox = new();
    private readonly byte[] _written = new byte[CommitToken.MaxSize];
    private readonly byte[] _copy = new byte[128 * 1024];
    private readonly byte[] _decompressed = new byte[KnetLimits.PacketSizeMax];
    private readonly TotemRing _ring;
    private long _now = 1_000_000_000;
    private long _count;

    public DecoderTargets(long[] accepted)
    {
        _accepted = accepted;
        var options = TotemOptions.TryCreate(new TotemSettings(), 3, isKnet: true, [])
            ?? throw new InvalidOperationException("the default options are refused");
        _ring = new TotemRing(options, new NodeId(1), [new NodeId(1), new NodeId(2), new NodeId(3)], 4);
        _ring.Start(Now, _outbox);
        _open.Start(Now, _knetOutbox);
        _protected.Start(Now, _knetOutbox);
    }

    /// <summary>Which decoder is at work.</summary>
    public DecoderTarget Current { get; private set; }

    private Instant Now => new(_now);

    /// <summary>Feeds the decoders that keep nothing.</summary>
    public void Decode(ReadOnlyMemory<byte> packet)
    {
        DecodeRing(packet.Span);
        Current = DecoderTarget.GroupPacket;
        Count(GroupPacket.TryRead(packet.Span, ByteOrder.Little, out _));
        Count(GroupPacket.TryRead(packet.Span, ByteOrder.Big, out _));
        DecodeServices(packet.Span, WireOrder.Little);
        DecodeServices(packet.Span, new WireOrder(true));
        DecodeKnet(packet.Span);
    }

    /// <summary>Feeds the machines, which keep state, and decompression, which allocates.</summary>
    public void Drive(ReadOnlyMemory<byte> packet)
    {
        Assemble(packet);
        if (++_count % SlowEvery != 0 || packet.Length > KnetLimits.DatagramSizeMax)
        {
            return;
        }

        _now += s_step;
        packet.Span.CopyTo(_copy);
        Current = DecoderTarget.ZlibCodec;
        Count(ZlibCodec.TryDecompress(_copy, packet.Length, _decompressed, out _));
        DriveKnet(packet.Span);
        Current = DecoderTarget.TotemRing;
        var dropped = _ring.Statistics.DroppedTotal;
        _ring.HandleDatagram(Now, packet.Span, _outbox);
        Count(_ring.Statistics.DroppedTotal == dropped);
        if (_ring.NextDeadline <= Now)
        {
            _ring.HandleTimeout(Now, _outbox);
        }

        _outbox.Clear();
    }

    public void Dispose()
    {
        _open.Dispose();
        _protected.Dispose();
    }

    private void DriveKnet(ReadOnlySpan<byte> packet)
    {
        Current = DecoderTarget.KnetTransport;
        var source = Address(2);
        var dropped = _open.Statistics.Dropped(KnetDropReason.Malformed);
        _open.HandleDatagram(Now, 0, source, packet, _knetOutbox);
        Count(_open.Statistics.Dropped(KnetDropReason.Malformed) == dropped);
        _knetOutbox.Clear();

        // Nobody who lacks the key may cause anything: no datagram, no delivery.
        Current = DecoderTarget.ProtectedKnetTransport;
        _protected.HandleDatagram(Now, 0, source, packet, _knetOutbox);
        foreach (ref readonly var output in _knetOutbox.Outputs)
        {
            if (output.Kind != KnetOutputKind.Report)
            {
                throw new InvalidOperationException($"a packet that is not authentic makes the layer {output.Kind}");
            }
        }

        _knetOutbox.Clear();
    }

    private void DecodeRing(ReadOnlySpan<byte> packet)
    {
        Current = DecoderTarget.PacketHeader;
        if (!Count(PacketHeader.TryRead(packet, out var header)))
        {
            return;
        }

        // Whatever type it claims: each decoder alone must be sound.
        Current = DecoderTarget.RegularToken;
        if (Count(_token.TryRead(packet, header)))
        {
            Expect(packet, _token.Write(_written));
        }

        Current = DecoderTarget.CommitToken;
        if (Count(_commitToken.TryRead(packet, header)))
        {
            // The reference writes 0 or 1 where any number is read as a flag: only the size is compared.
            Expect(packet, _commitToken.Write(_written), compare: false);
        }

        Current = DecoderTarget.MessagePacket;
        Count(MessagePacket.TryRead(packet, header, out _));
        Current = DecoderTarget.MergeDetectPacket;
        Count(MergeDetectPacket.TryRead(packet, header, out _));
        Current = DecoderTarget.HoldCancelPacket;
        Count(HoldCancelPacket.TryRead(packet, header, out _));
        Current = DecoderTarget.JoinPacket;
        if (Count(JoinPacket.TryRead(packet, header, out var join)))
        {
            Touch(join.Processors);
            Touch(join.Failed);
        }
    }

    private void Assemble(ReadOnlyMemory<byte> packet)
    {
        Current = DecoderTarget.GroupAssembler;
        foreach (var order in (ReadOnlySpan<ByteOrder>)[ByteOrder.Little, ByteOrder.Big])
        {
            _assembler.Begin(new Output
            {
                Kind = OutputKind.Deliver,
                Node = new NodeId(2 + (uint)order),
                Bytes = packet,
                ForeignByteOrder = order == ByteOrder.Big,
            });
            while (Count(_assembler.TryRead(out _)))
            {
            }
        }
    }

    private void DecodeServices(ReadOnlySpan<byte> packet, WireOrder order)
    {
        Current = DecoderTarget.ServiceHeader;
        Count(ServiceHeader.TryRead(packet, order, out _));
        Current = DecoderTarget.VoteNodeInfo;
        Count(VoteNodeInfo.TryRead(packet, order, out _));
        Current = DecoderTarget.VoteReconfigure;
        Count(VoteReconfigure.TryRead(packet, order, out _));
        Current = DecoderTarget.VoteDeviceRegister;
        Count(VoteDeviceRegister.TryRead(packet, order, out _));
        Current = DecoderTarget.VoteDeviceRename;
        Count(VoteDeviceRename.TryRead(packet, out _));
        Current = DecoderTarget.CmapMessage;
        Count(CmapMessage.TryRead(packet, order, out _));
        Current = DecoderTarget.SyncMessage;
        Count(SyncMessage.TryRead(packet, order, out _));
        Current = DecoderTarget.CfgKillNode;
        Count(CfgKillNode.TryRead(packet, order, out _));
        Current = DecoderTarget.CpgProcessMessage;
        Count(CpgProcessMessage.TryRead(packet, isJoin: true, order, out _));
        Current = DecoderTarget.CpgMulticast;
        Count(CpgMulticast.TryRead(packet, order, out _));
        Current = DecoderTarget.CpgPartialMulticast;
        Count(CpgPartialMulticast.TryRead(packet, order, out _));
        Current = DecoderTarget.CpgDownlist;
        Count(CpgDownlist.TryRead(packet, order, out _));
        Current = DecoderTarget.CpgJoinList;
        if (Count(CpgJoinList.TryRead(packet, order, out var list)))
        {
            for (var index = 0; index < list.Count; index++)
            {
                list.TryReadEntry(index, out _, out _);
            }
        }
    }

    private void DecodeKnet(ReadOnlySpan<byte> packet)
    {
        Current = DecoderTarget.KnetHeader;
        if (!Count(KnetHeader.TryRead(packet, out var header)))
        {
            return;
        }

        Current = DecoderTarget.PingPacket;
        Count(PingPacket.TryRead(packet, header, out _));
        Current = DecoderTarget.PathMtuPacket;
        Count(PathMtuPacket.TryRead(packet, header, out _));
        Current = DecoderTarget.DataHeader;
        Count(DataHeader.TryRead(packet, header, out _));
    }

    private bool Count(bool isAccepted)
    {
        _accepted[(int)Current] += isAccepted ? 1 : 0;
        return isAccepted;
    }

    /// <summary>What was accepted is written as it was read.</summary>
    private void Expect(ReadOnlySpan<byte> packet, int size, bool compare = true)
    {
        if (size > packet.Length || (compare && !packet[..size].SequenceEqual(_written.AsSpan(0, size))))
        {
            throw new InvalidOperationException("an accepted packet is written otherwise than it was read");
        }
    }

    private static void Touch(NodeListView list)
    {
        for (var index = 0; index < list.Count; index++)
        {
            _ = list[index];
        }
    }

    private static LinkAddress Address(uint node) => new((10U << 24) | node, false);

    private static KnetTransport Transport(CryptoSettings crypto) => new(
        new KnetSettings
        {
            Self = new NodeId(1),
            Hosts =
            [
                .. new uint[] { 2, 3 }.Select(node => new KnetHostSettings(
                    new NodeId(node), ImmutableSortedDictionary<int, LinkAddress>.Empty.Add(0, Address(node)))),
            ],
            Links =
            [
                new KnetLinkSettings
                {
                    Link = 0,
                    PingInterval = TimeSpan.FromMilliseconds(750),
                    PingTimeout = TimeSpan.FromMilliseconds(1500),
                },
            ],
            Crypto = crypto,
        },
        new byte[32]);
}
