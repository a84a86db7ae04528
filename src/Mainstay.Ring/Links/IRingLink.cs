using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring.Links;

/// <summary>
/// What carries the ring's packets to other nodes and back; packets to this node itself are not its matter. Runs on the daemon's loop.
/// </summary>
internal interface IRingLink : IDisposable
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

    /// <summary>Sends a packet to all other nodes.</summary>
    void Multicast(Instant now, ReadOnlySpan<byte> packet);

    /// <summary>Sends a packet to one other node.</summary>
    void Send(Instant now, uint node, ReadOnlySpan<byte> packet);

    /// <summary>Takes a reloaded configuration, which changes nothing that cannot change at run time.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A new socket cannot be opened; everything is as before.</exception>
    void Reconfigure(Instant now, RingConfiguration configuration);

    /// <summary>Counters by name, for the status.</summary>
    void AddCounters(IDictionary<string, long> counters);
}
