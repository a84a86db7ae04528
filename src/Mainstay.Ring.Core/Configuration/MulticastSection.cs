using System.Net;

namespace Mainstay.Ring.Core.Configuration;

/// <summary>Where a ring of transport <c>udp</c> meets (spec/corosync-conf.md section 2, <c>interface</c>).</summary>
/// <param name="Group"><c>mcastaddr</c>; 255.255.255.255 where <c>broadcast</c> is set.</param>
/// <param name="TimeToLive"><c>ttl</c>: how many routers a multicast passes, 0 to 255; 0 stays on the host.</param>
public sealed record MulticastSection(IPAddress Group, int TimeToLive)
{
    /// <summary>Whether datagrams go to all hosts of the network rather than to a group.</summary>
    public bool IsBroadcast => Group.Equals(IPAddress.Broadcast);
}
