using System.Globalization;

namespace Mainstay.Knet;

/// <summary>
/// Facts of the transports <c>udpu</c> and <c>udp</c>: the datagram is the Totem packet itself (spec/ring-wire.md section 1).
/// </summary>
public static class UdpFraming
{
    /// <summary>Port of link 0 where the configuration names none.</summary>
    public const int DefaultPort = 5405;

    /// <summary>Largest datagram that is read: what a UDP payload can hold.</summary>
    public const int DatagramSizeMax = 65536;

    /// <summary>Room kept for two multicast headers in a network packet (an encapsulated packet in recovery has two).</summary>
    public const int HeaderReserve = 2 * 45;

    /// <summary>Largest process-group packet for a <c>netmtu</c>: 1410 for 1500, 65446 for 65536.</summary>
    public static int PacketSizeMax(uint netMtu) => (int)Math.Clamp(netMtu, 256, 65536) - HeaderReserve;

    /// <summary>The multicast group of the <c>udp</c> transport where none is configured.</summary>
    /// <param name="clusterName"><c>totem.cluster_name</c>.</param>
    /// <param name="link">Link number.</param>
    /// <param name="isIpv6">Family of the nodes' addresses.</param>
    public static string DefaultGroup(string clusterName, int link, bool isIpv6 = false)
    {
        uint hash = 0;
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(clusterName)) hash = (hash << 1) + b;
        var id = (hash + (uint)link) & 0xffff;
        return isIpv6
            ? string.Create(CultureInfo.InvariantCulture, $"ff15::{id:x}")
            : string.Create(CultureInfo.InvariantCulture, $"239.192.{id >> 8}.{id % 255}");
    }
}
