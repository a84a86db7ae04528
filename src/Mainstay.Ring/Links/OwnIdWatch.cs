using Mainstay.Knet;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// Finds packets of another host that uses this node's id (transports udpu and udp; knet sees to it itself): they are dropped, and the log
/// names the address, once each.
/// </summary>
internal sealed class OwnIdWatch(uint self, LinkAddress address, RingLog log)
{
    /// <summary>Who forges addresses is not to fill the log.</summary>
    private const int ToldMax = 16;

    private readonly HashSet<LinkAddress> _told = [];

    /// <summary>Packets dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether a packet is in this node's name, but not from its address.</summary>
    public bool Refuses(ReadOnlySpan<byte> datagram, LinkAddress source)
    {
        if (source == address || DatagramSender.Of(datagram).Value != self) return false;
        Dropped++;
        if (_told.Count < ToldMax && _told.Add(source))
        {
            log.Error($"{source} uses this node's id {self}: its packets are dropped; give every node its own nodeid");
        }

        return true;
    }
}
