using BenchmarkDotNet.Attributes;
using Mainstay.Knet;
using Mainstay.Knet.Wire;
using Mainstay.Totem;
using Mainstay.Totem.Wire;

namespace Mainstay.Codecs.Bench;

/// <summary>Packets of the ring and the headers of knet, read and written. Tokens carry ten requests, joins and commit tokens eight
/// nodes.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private const int Nodes = 8;
    private const int Requests = 10;

    private readonly byte[] _target = new byte[65_536];
    private readonly RegularToken _token = new();
    private readonly RegularToken _tokenRead = new();
    private readonly CommitToken _commit = new();
    private readonly CommitToken _commitRead = new();
    private readonly NodeId[] _members = [.. Enumerable.Range(1, Nodes).Select(n => new NodeId((uint)n))];
    private readonly byte[] _knet = new byte[1_400];
    private byte[] _tokenBytes = [];
    private byte[] _commitBytes = [];
    private byte[] _joinBytes = [];
    private byte[] _messageBytes = [];
    private RingId _ring;

    [GlobalSetup]
    public void Prepare()
    {
        _ring = new RingId(new NodeId(1), 9);
        _token.Header = Header(PacketType.RegularToken);
        _token.Ring = _ring;
        for (var i = 0; i < Requests; i++) _token.AddRequest(new RetransmitRequest(_ring, new MessageSequence((uint)i)));
        _commit.Header = Header(PacketType.CommitToken);
        _commit.Reset(_ring, _members);
        _commit.Header = Header(PacketType.CommitToken);
        _tokenBytes = _target[.._token.Write(_target)];
        _commitBytes = _target[.._commit.Write(_target)];
        _joinBytes = _target[..JoinWrite()];
        _messageBytes = _target[..MessageWrite()];
        KnetDataWrite();
        if (!(TokenRead() && CommitTokenRead() && JoinRead() && MessageRead() && KnetDataRead()))
        {
            throw new InvalidOperationException("a packet was refused");
        }
    }

    [Benchmark]
    public bool TokenRead() => PacketHeader.TryRead(_tokenBytes, out var header) && _tokenRead.TryRead(_tokenBytes, header);

    [Benchmark]
    public int TokenWrite() => _token.Write(_target);

    [Benchmark]
    public bool CommitTokenRead() => PacketHeader.TryRead(_commitBytes, out var header) && _commitRead.TryRead(_commitBytes, header);

    [Benchmark]
    public int CommitTokenWrite() => _commit.Write(_target);

    [Benchmark]
    public bool JoinRead() => PacketHeader.TryRead(_joinBytes, out var header) && JoinPacket.TryRead(_joinBytes, header, out _);

    [Benchmark]
    public int JoinWrite() => JoinPacket.Write(_target, Header(PacketType.Join), _members[0], 9, _members, []);

    [Benchmark]
    public bool MessageRead() => PacketHeader.TryRead(_messageBytes, out var header) && MessagePacket.TryRead(_messageBytes, header, out _);

    [Benchmark]
    public int MessageWrite()
    {
        new MessagePacket(
            Header(PacketType.Message) with { Encapsulation = PacketHeader.Plain }, _members[0], default, 0, _ring, 0, 0).Write(_target);
        return MessagePacket.HeaderSize;
    }

    [Benchmark]
    public bool KnetDataRead() => KnetHeader.TryRead(_knet, out var header) && DataHeader.TryRead(_knet, header, out _);

    [Benchmark]
    public int KnetDataWrite()
    {
        new DataHeader(1, new PacketSequence(1), CompressionModel.None, true, 1, 0, 0).Write(_knet);
        return DataHeader.Size;
    }

    private PacketHeader Header(PacketType type) => new(type, 0, _members[0], NodeId.None, ByteOrder.Little);
}
