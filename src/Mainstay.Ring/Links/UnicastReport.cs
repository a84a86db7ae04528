using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Links;

/// <summary>
/// The one link of transports udpu and udp. It is not watched: a node is connected as long as it is in the ring. A packet carries what is
/// left of <c>netmtu</c> beside two message headers (spec/ring-wire.md section 1).
/// </summary>
internal sealed class UnicastReport(RingConfiguration configuration) : ILinkReport
{
    private const int HeadersSize = 2 * 45;

    public string Transport => configuration.Totem.Transport == RingTransport.Udp ? "udp" : "udpu";

    public IReadOnlyList<LinkStatus> Links(IReadOnlyList<uint> members) =>
    [
        .. configuration.Nodes.OrderBy(n => n.NodeId).Select(node => new LinkStatus
        {
            NodeId = node.NodeId,
            Link = 0,
            Protocol = string.Empty,
            LocalAddress = configuration.LocalNode.ResolvedAddress.ToString(),
            RemoteAddress = node.ResolvedAddress.ToString(),
            IsEnabled = true,
            IsConnected = members.Contains(node.NodeId),
            Mtu = (int)configuration.Totem.NetMtu - HeadersSize,
        }),
    ];

    public IEnumerable<KeyValuePair<string, MapValue>> Statistics() => [];
}
