using Mainstay.Ring.Core.Messages;

namespace Mainstay.Ring.Core.Map;

/// <summary>Messages sent and received, by service and function.</summary>
internal sealed class ServiceTraffic
{
    private const int Width = 8;

    private readonly ulong[] _received = new ulong[Width * Width];
    private readonly ulong[] _sent = new ulong[Width * Width];

    public ulong Received(ServiceId service, int function) => _received[((int)service * Width) + function];

    public ulong Sent(ServiceId service, int function) => _sent[((int)service * Width) + function];

    public void CountReceived(ServiceHeader header) => Count(_received, header);

    /// <summary>Counts a service message of this node's own making.</summary>
    public void CountSent(ReadOnlySpan<byte> message)
    {
        if (ServiceHeader.TryRead(message, WireOrder.Little, out var header)) Count(_sent, header);
    }

    public void CountSent(ServiceHeader header) => Count(_sent, header);

    private static void Count(ulong[] counters, ServiceHeader header)
    {
        if ((int)header.Service < Width && header.Function < Width) counters[((int)header.Service * Width) + header.Function]++;
    }
}
