using System.Collections.Immutable;

namespace Mainstay.Totem;

/// <summary>
/// The single-ring protocol (spec/totem.md) with the sending half of the group layer (spec/ring-wire.md section 3) as a pure state
/// machine: inputs carry the monotonic time, outputs are appended to the caller's <see cref="Outbox"/>. Not thread-safe: one owner.
/// </summary>
/// <remarks>
/// The caller's duties: carry outputs out in order (<see cref="Outbox"/>); bring multicasts and tokens to oneself back as datagrams; call
/// <see cref="HandleTimeout"/> when <see cref="NextDeadline"/> has come; feed delivered packets and configuration changes, in order, to
/// one <see cref="GroupAssembler"/>; call <see cref="SynchronisationFinished"/> when the services have synchronised.
/// </remarks>
public sealed partial class TotemRing
{
    /// <summary>Makes a stopped engine; <see cref="Start"/> brings it up.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="self">This node; not <see cref="NodeId.None"/>.</param>
    /// <param name="configured">Nodes whose datagrams count; empty accepts all (no node list).</param>
    /// <param name="storedRingSequence">The sequence last stored, 0 if none (spec/totem.md section 9.1).</param>
    public TotemRing(TotemOptions options, NodeId self, IReadOnlyList<NodeId> configured, ulong storedRingSequence)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configured);
        Self = self;
    }

    /// <summary>This node.</summary>
    public NodeId Self { get; }

    /// <summary>State of the membership protocol.</summary>
    public TotemState State { get; private set; }

    /// <summary>Id of the installed ring: the last regular configuration.</summary>
    public RingId InstalledRing { get; private set; }

    /// <summary>Members of the last regular configuration, ascending; empty before the first.</summary>
    public ImmutableArray<NodeId> Membership { get; private set; } = [];

    /// <summary>When <see cref="HandleTimeout"/> must be called; <see cref="Instant.Never"/> if nothing is due.</summary>
    public Instant NextDeadline => Instant.Never;

    /// <summary>Whether the services still synchronise: only <see cref="MessageGroup.Synchronisation"/> traffic goes out meanwhile.</summary>
    public bool IsSynchronising { get; private set; } = true;

    /// <summary>Messages of at most one packet that can be submitted now.</summary>
    public int AvailableSlots => 0;

    /// <summary>Counters.</summary>
    public TotemStatistics Statistics { get; } = new();

    /// <summary>The transport is up: begins to look for others.</summary>
    public void Start(Instant now, Outbox outbox) => throw new NotImplementedException();

    /// <summary>A datagram arrived (from another node or from this one).</summary>
    public void HandleDatagram(Instant now, ReadOnlySpan<byte> datagram, Outbox outbox) => throw new NotImplementedException();

    /// <summary>Fires every timer whose deadline has come.</summary>
    public void HandleTimeout(Instant now, Outbox outbox) => throw new NotImplementedException();

    /// <summary>
    /// Queues one message for the ring. While <see cref="IsSynchronising"/>, it goes out ahead of what was queued before; callers
    /// then submit synchronisation traffic only.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="group">To which group: exactly one.</param>
    /// <param name="header">First piece.</param>
    /// <param name="payload">Second piece, may be empty; the message is both, back to back.</param>
    /// <param name="guarantee">Carried on the wire only.</param>
    /// <param name="outbox">Receives a hold-cancel where the idle ring must be woken.</param>
    /// <returns>Whether there was room; otherwise nothing happened and the caller tries again after the next token.</returns>
    public bool Submit(
        Instant now,
        MessageGroup group,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> payload,
        DeliveryGuarantee guarantee,
        Outbox outbox) => throw new NotImplementedException();

    /// <summary>Whether <see cref="Submit"/> would take a message of so many bytes now.</summary>
    public bool CanSubmit(int length) => throw new NotImplementedException();

    /// <summary>
    /// The services have synchronised after the regular configuration <paramref name="ring"/>. Ignored if a newer one was installed since.
    /// </summary>
    public void SynchronisationFinished(Instant now, RingId ring, Outbox outbox) => throw new NotImplementedException();

    /// <summary>Forms a new ring, as after a token loss.</summary>
    public void ForceGather(Instant now, Outbox outbox) => throw new NotImplementedException();

    /// <summary>New options or another node list; running timers keep their deadline.</summary>
    public void Reconfigure(TotemOptions options, IReadOnlyList<NodeId> configured) => throw new NotImplementedException();

    /// <summary>Says good-bye (the others reconfigure without waiting for a timeout) and stops for good.</summary>
    public void Leave(Instant now, Outbox outbox) => throw new NotImplementedException();
}
