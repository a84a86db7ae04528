using Mainstay.Ring.Core.Map;

namespace Mainstay.Ring.Core;

/// <summary>One link between this node and another, or itself, as its transport knows it.</summary>
public sealed record LinkStatus
{
    /// <summary>The node at the other end; this node's own id for its loopback.</summary>
    public required uint NodeId { get; init; }

    /// <summary>Number of the link, from 0.</summary>
    public required int Link { get; init; }

    /// <summary>Protocol below it as the reference names it: <c>udp</c> with knet, empty with udp and udpu.</summary>
    public required string Protocol { get; init; }

    /// <summary>This node's address.</summary>
    public required string LocalAddress { get; init; }

    /// <summary>The other node's address.</summary>
    public required string RemoteAddress { get; init; }

    /// <summary>Whether the link is configured and in use.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>Whether the other node is heard of through it.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>Bytes of user data that a packet carries.</summary>
    public required int Mtu { get; init; }

    /// <summary>
    /// Counters by their name in <c>stats.knet.nodeN.linkL</c>, other than <c>enabled</c>, <c>connected</c> and <c>mtu</c>; empty where the
    /// transport keeps none.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, MapValue>> Counters { get; init; } = [];
}
