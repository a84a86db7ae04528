using System.Net;

namespace Mainstay.Knet;

/// <summary>
/// The configured members of a <c>udpu</c> ring: who gets a multicast, where a token goes, and whose datagrams are taken
/// (spec/ring-wire.md section 1). Immutable; a reload makes a new one.
/// </summary>
public sealed class UnicastMembers
{
    private readonly uint[] _nodeIds;
    private readonly IPAddress[] _addresses;

    /// <summary>Makes the table.</summary>
    /// <param name="members">Node id and address of every configured node, this one too.</param>
    /// <param name="blockUnlisted"><c>totem.block_unlisted_ips</c>: drop datagrams of addresses that are not configured.</param>
    public UnicastMembers(IEnumerable<KeyValuePair<uint, IPAddress>> members, bool blockUnlisted)
    {
        var sorted = members.OrderBy(m => m.Key).ToArray();
        _nodeIds = [.. sorted.Select(m => m.Key)];
        _addresses = [.. sorted.Select(m => Canonical(m.Value))];
        BlocksUnlisted = blockUnlisted;
    }

    /// <summary>Whether unlisted sources are dropped.</summary>
    public bool BlocksUnlisted { get; }

    /// <summary>Number of members. A multicast is one datagram to each of them, this node included (loopback).</summary>
    public int Count => _nodeIds.Length;

    /// <summary>Address by index, ascending node id.</summary>
    public IPAddress AddressAt(int index) => _addresses[index];

    /// <summary>Node id by index, ascending.</summary>
    public uint NodeIdAt(int index) => _nodeIds[index];

    /// <summary>Index of a node; negative where it is not configured.</summary>
    public int IndexOf(uint nodeId) => Array.BinarySearch(_nodeIds, nodeId);

    private static IPAddress Canonical(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
