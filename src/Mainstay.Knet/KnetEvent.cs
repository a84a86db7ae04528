using Mainstay.Totem;

namespace Mainstay.Knet;

/// <summary>What an operator may want to know.</summary>
public enum KnetEventKind
{
    /// <summary>A link came up.</summary>
    LinkUp = 0,

    /// <summary>A link went down.</summary>
    LinkDown = 1,

    /// <summary>The first usable link of a host.</summary>
    HostReachable = 2,

    /// <summary>The last usable link of a host is gone.</summary>
    HostUnreachable = 3,

    /// <summary>The path MTU of a link: <see cref="KnetEvent.Value"/> bytes on the wire; 0 where it is too small to be used.</summary>
    LinkMtu = 4,

    /// <summary>Data per fragment for all hosts: <see cref="KnetEvent.Value"/> bytes.</summary>
    DataMtu = 5,

    /// <summary>A packet that no key opens: another cluster, another key, an attacker.</summary>
    NotAuthentic = 6,

    /// <summary>A packet from an address that is not configured for its host and link.</summary>
    UnlistedSource = 7,

    /// <summary>A packet of a host that is not configured.</summary>
    UnknownHost = 8,

    /// <summary>A packet of another host that has this node's id.</summary>
    OwnNodeId = 9,

    /// <summary>A packet of another protocol version.</summary>
    OtherVersion = 10,

    /// <summary>A ping for another link id than the one it came on: the nodes number their links differently.</summary>
    WrongLink = 11,

    /// <summary>Data compressed in a way that this version cannot read: <see cref="KnetEvent.Value"/> is the model.</summary>
    UnreadableCompression = 12,

    /// <summary>Packets are sent with new crypto settings: <see cref="KnetTransport.Crypto"/>.</summary>
    CryptoInUse = 13,
}

/// <summary>One event.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Node">The host, where it is known.</param>
/// <param name="Link">The link.</param>
/// <param name="Value">A number; what it means depends on the kind.</param>
/// <param name="Source">Where the packet came from, for refused packets.</param>
public readonly record struct KnetEvent(KnetEventKind Kind, NodeId Node, int Link, int Value, LinkAddress Source);
