using Mainstay.Totem;

namespace Mainstay.Ring.Core.Detection;

/// <summary>What the links know of the other nodes. Asked only while something is wrong.</summary>
public interface IPeerContact
{
    /// <summary>
    /// When anything came from a node last: a packet of the ring, an answer to a probe. <see cref="Instant.Zero"/> where nothing ever did.
    /// </summary>
    Instant LastHeard(NodeId node);
}
