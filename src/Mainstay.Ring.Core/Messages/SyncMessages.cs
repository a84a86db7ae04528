using Mainstay.Totem;

namespace Mainstay.Ring.Core.Messages;

/// <summary>A message of the synchronisation protocol, group <c>sync</c> (spec/ring-wire.md section 5).</summary>
/// <param name="Ring">The ring it belongs to.</param>
/// <param name="Services">Ascending service ids of a service_build; <see langword="null"/> for a barrier.</param>
internal readonly record struct SyncMessage(RingId Ring, int[]? Services)
{
    public const int BarrierSize = 32;
    public const int BuildSize = 552;
    public const int ServiceCountMax = 128;

    private const uint BarrierId = 0;
    private const uint BuildId = 1;
    private const int RingOffset = 16;
    private const int CountOffset = 32;
    private const int ListOffset = 40;

    public int Size => Services is null ? BarrierSize : BuildSize;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out SyncMessage message)
    {
        message = default;
        if (source.Length < BarrierSize || order.ReadUInt32(source, 8) != (uint)source.Length) return false;
        var ring = new RingId(new NodeId(order.ReadUInt32(source, RingOffset)), order.ReadUInt64(source, RingOffset + 4));
        switch (order.ReadUInt32(source, 0))
        {
            case BarrierId when source.Length == BarrierSize:
                message = new SyncMessage(ring, null);
                return true;
            case BuildId when source.Length == BuildSize:
                var count = order.ReadUInt32(source, CountOffset);
                if (count > ServiceCountMax) return false;
                var services = new int[count];
                for (var i = 0; i < services.Length; i++)
                {
                    var id = order.ReadUInt32(source, ListOffset + (4 * i));
                    if (id > ushort.MaxValue) return false;
                    services[i] = (int)id;
                }

                message = new SyncMessage(ring, services);
                return true;
            default:
                return false;
        }
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        WireOrder.Write(target, 0, Services is null ? BarrierId : BuildId);
        WireOrder.Write(target, 8, (uint)Size);
        WireOrder.Write(target, RingOffset, Ring.Representative.Value);
        WireOrder.Write(target, RingOffset + 4, Ring.Sequence);
        if (Services is null) return;
        WireOrder.Write(target, CountOffset, (uint)Services.Length);
        for (var i = 0; i < Services.Length; i++) WireOrder.Write(target, ListOffset + (4 * i), (uint)Services[i]);
    }
}
