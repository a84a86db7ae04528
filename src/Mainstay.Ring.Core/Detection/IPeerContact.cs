using Mainstay.Totem;

namespace Mainstay.Ring.Core.Detection;

/// <summary>What the links know of the other nodes. Asked only while something is wrong.</summary>
public interface IPeerContact
{
    /// <summary>
    /// When anything came from a node last: a packet of the ring, an answer to a probe. <see cref="Instant.Zero"/> where nothing ever did.
    /// </summary>
    Instant LastHeard(NodeId node);

    /// <summary>From now on answers are counted anew; links that do not count them do nothing.</summary>
    void CountAnswers()
    {
    }

    /// <summary>
    /// Of all pings and probes to a node since <see cref="CountAnswers"/>, how many were answered, in thousandths, on its best link; -1
    /// where too few were sent to tell.
    /// </summary>
    int AnsweredPermille(NodeId node) => -1;
}
