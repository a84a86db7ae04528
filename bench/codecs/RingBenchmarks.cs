using BenchmarkDotNet.Attributes;
using Mainstay.Totem;

namespace Mainstay.Codecs.Bench;

/// <summary>The ring layer: a message packed, ordered by a visit of the token, delivered and unpacked, on a ring of one.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private readonly Outbox _outbox = new();
    private readonly GroupAssembler _assembler = new();
    private readonly Queue<(byte[] Buffer, int Size)> _loop = new(64);
    private readonly Stack<byte[]> _free = new();
    private TotemRing _ring = null!;
    private byte[] _message = [];
    private Instant _now;
    private long _delivered;

    [Params(64, 1_000, 10_000, 100_000)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _message = new byte[Size];
        for (var i = 0; i < 256; i++) _free.Push(new byte[65_536]);
        var options = TotemOptions.TryCreate(new TotemSettings(), 1, isKnet: true, [])
            ?? throw new InvalidOperationException("the defaults are refused");
        _ring = new TotemRing(options, new NodeId(1), [new NodeId(1)], 0);
        _ring.Start(_now, _outbox);
        CarryOut();
        while (_ring.State != TotemState.Operational || _loop.Count == 0) Step();
        _ring.SynchronisationFinished(_now, _ring.InstalledRing, _outbox);
        _assembler.SynchronisationFinished();
        CarryOut();
        for (var i = 0; i < 10_000; i++) MessageThroughTheRing();
    }

    [Benchmark]
    public long MessageThroughTheRing()
    {
        var wanted = _delivered + 1;
        _ring.Submit(_now, MessageGroup.Services, _message, default, DeliveryGuarantee.Agreed, _outbox);
        CarryOut();
        while (_delivered < wanted) Step();
        return _delivered;
    }

    private void Step()
    {
        _now += TimeSpan.FromMicroseconds(10);
        if (_loop.TryDequeue(out var entry))
        {
            _ring.HandleDatagram(_now, entry.Buffer.AsSpan(0, entry.Size), _outbox);
            _free.Push(entry.Buffer);
        }
        else
        {
            if (_ring.NextDeadline > _now) _now = _ring.NextDeadline;
            _ring.HandleTimeout(_now, _outbox);
        }

        CarryOut();
    }

    private void CarryOut()
    {
        foreach (ref readonly var output in _outbox.Outputs)
        {
            switch (output.Kind)
            {
                case OutputKind.SendToken:
                case OutputKind.Multicast when !output.IsHeldBySelf:
                    var buffer = _free.Pop();
                    output.Bytes.Span.CopyTo(buffer);
                    _loop.Enqueue((buffer, output.Bytes.Length));
                    break;
                case OutputKind.Deliver:
                    _assembler.Begin(output);
                    while (_assembler.TryRead(out _)) _delivered++;
                    break;
                case OutputKind.ConfigurationChange:
                    _assembler.HandleConfigurationChange(output.Change!);
                    break;
                default:
                    break;
            }
        }

        _outbox.Clear();
    }
}
