using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Detection;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// What carries the ring's packets to other nodes and back; packets to this node itself are not its matter. Runs on the daemon's loop.
/// </summary>
internal interface IRingLink : IPeerContact, IDisposable
{
    /// <summary>Descriptors to wait on.</summary>
    ReadOnlySpan<int> Descriptors { get; }

    /// <summary>When <see cref="HandleTimeout"/> must be called.</summary>
    Instant NextDeadline { get; }

    /// <summary>What it tells of its links.</summary>
    ILinkReport Report { get; }

    /// <summary>Begins to work.</summary>
    void Start(Instant now);

    /// <summary>Does what is due.</summary>
    void HandleTimeout(Instant now);

    /// <summary>The next packet that waits, empty when none does; valid until the next call of this method.</summary>
    ReadOnlySpan<byte> Receive(Instant now);

    /// <summary>
    /// Whether packets were read already that <see cref="Receive"/> has still to return: the descriptors do not tell of them.
    /// </summary>
    bool HasRest { get; }

    /// <summary>Sends a packet to all other nodes, at the next <see cref="Flush"/> at the latest.</summary>
    /// <param name="now">The time.</param>
    /// <param name="packet">The packet, in memory that neither moves nor changes before the flush.</param>
    void Multicast(Instant now, ReadOnlySpan<byte> packet);

    /// <summary>Sends a packet to one other node, at the next <see cref="Flush"/> at the latest.</summary>
    /// <param name="now">The time.</param>
    /// <param name="node">The node.</param>
    /// <param name="packet">The packet, in memory that neither moves nor changes before the flush.</param>
    void Send(Instant now, uint node, ReadOnlySpan<byte> packet);

    /// <summary>Sends what waits.</summary>
    void Flush();

    /// <summary>Asks a node, on every link, for a sign of life.</summary>
    void Probe(Instant now, NodeId node);

    /// <summary>Reads what the kernel knows of datagrams that came back; called when a descriptor tells of an error.</summary>
    void ReadErrors(Instant now);

    /// <summary>This host's interface of a link can carry nothing any more, as the kernel says.</summary>
    void HandleInterfaceDown(Instant now, int link);

    /// <summary>The next node whose host refuses the ring's datagrams, and whether the last probe was among them.</summary>
    bool TryTakeRefused(out (NodeId Node, bool IsProbe) refused);

    /// <summary>Takes a reloaded configuration, which changes nothing that cannot change at run time.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A new socket cannot be opened; everything is as before.</exception>
    void Reconfigure(Instant now, RingConfiguration configuration);

    /// <summary>Counters by name, for the status.</summary>
    void AddCounters(IDictionary<string, long> counters);
}
