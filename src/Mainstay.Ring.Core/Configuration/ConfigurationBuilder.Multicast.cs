using System.Globalization;
using System.Net;
using Mainstay.Knet;

namespace Mainstay.Ring.Core.Configuration;

/// <content>Transport udp: the group that all nodes listen to (spec/ring-wire.md section 1).</content>
internal sealed partial class ConfigurationBuilder
{
    private const string GroupKey = "totem.interface.0.mcastaddr";

    private MulticastSection? ReadMulticast(TotemSection totem, ConfiguredNode local)
    {
        if (totem.Port < 2)
        {
            Refuse(
                "transport udp sends from the port below mcastport, which must therefore be at least 2",
                LineOf("totem.interface.0.mcastport"));
        }

        var timeToLive = (int)Math.Min(Number("totem.interface.0.ttl", 1), byte.MaxValue);
        if (Text("totem.interface.0.broadcast", "no") == "yes")
        {
            if (!IsIpv6(local.ResolvedAddress)) return new MulticastSection(IPAddress.Broadcast, timeToLive);
            Refuse("IPv6 has no broadcast: give interface 0 a mcastaddr", LineOf("totem.interface.0.broadcast"));
            return null;
        }

        var text = Text(GroupKey, string.Empty);
        if (text.Length == 0)
        {
            if (totem.ClusterName.Length > 0) return new MulticastSection(DefaultGroup(totem.ClusterName, local), timeToLive);
            Refuse("No multicast address specified for interface 0 (give it mcastaddr, or totem a cluster_name)", 0);
            return null;
        }

        if (!IPAddress.TryParse(text, out var group) || !IsMulticast(group))
        {
            Refuse($"mcastaddr {text} is no multicast address (224.0.0.0 to 239.255.255.255, or ff00::/8)", LineOf(GroupKey));
            return null;
        }

        if (IsIpv6(group) == IsIpv6(local.ResolvedAddress)) return new MulticastSection(group, timeToLive);
        Refuse($"mcastaddr {text} is of another address family than the nodes ({local.ResolvedAddress})", LineOf(GroupKey));
        return null;
    }

    private void PublishMulticast(TotemSection totem, MulticastSection multicast)
    {
        _keys[GroupKey] = CmapValue.Of(multicast.Group.ToString());
        _keys.TryAdd(
            "totem.interface.0.mcastport", new CmapValue(CmapValueType.UInt16, totem.Port.ToString(CultureInfo.InvariantCulture), 0));
    }

    private static IPAddress DefaultGroup(string clusterName, ConfiguredNode local) =>
        IPAddress.Parse(UdpFraming.DefaultGroup(clusterName, 0, IsIpv6(local.ResolvedAddress)));

    private static bool IsMulticast(IPAddress address) =>
        address.IsIPv6Multicast || (!IsIpv6(address) && address.GetAddressBytes()[0] is >= 224 and <= 239);

    private static bool IsIpv6(IPAddress address) => address.GetAddressBytes().Length > 4;
}
