using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <summary>Who a datagram says it is from, for transports that do not say so themselves (udp, udpu).</summary>
public static class DatagramSender
{
    /// <summary>
    /// The node that sent a datagram, going by its header; none for data messages, which a member may send again for another, and for what
    /// cannot be read.
    /// </summary>
    /// <param name="datagram">A Totem packet, unchecked.</param>
    public static NodeId Of(ReadOnlySpan<byte> datagram)
    {
        if (!PacketHeader.TryRead(datagram, out var header) || header.Type == PacketType.Message)
        {
            return NodeId.None;
        }

        // A leave names its sender elsewhere.
        return header.Type == PacketType.Join && JoinPacket.TryRead(datagram, header, out var join) ? join.Sender : header.Sender;
    }
}
