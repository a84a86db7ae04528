namespace Mainstay.Simulator.Ring;

/// <summary>The kinds of trouble that a simulation makes. What happens to single datagrams comes first.</summary>
public enum FaultKind
{
    /// <summary>A datagram was lost on a path that was up.</summary>
    DatagramLost,

    /// <summary>A datagram arrived twice.</summary>
    DatagramDuplicated,

    /// <summary>A datagram overtook an earlier one of the same path.</summary>
    DatagramReordered,

    /// <summary>A datagram was held up for many times the usual delay.</summary>
    DatagramDelayed,

    /// <summary>A datagram met a cut path.</summary>
    DatagramCutOff,

    /// <summary>A datagram met a full receive queue.</summary>
    DatagramOverflowed,

    /// <summary>A byte of a datagram was changed on the way; only where crypto must notice.</summary>
    DatagramDamaged,

    /// <summary>A datagram was larger than its path carries.</summary>
    DatagramTooLarge,

    /// <summary>A directed path with a loss or delay of its own, counted once in each run.</summary>
    AsymmetricPath,

    /// <summary>Paths went down and came up again by themselves.</summary>
    LinkFlap,

    /// <summary>Paths were cut: one node, halves, one direction, halves with a common node, or deafness.</summary>
    Partition,

    /// <summary>Of these and of the flapping: on one of several links only.</summary>
    SingleLink,

    /// <summary>A link carried only smaller packets for a while.</summary>
    PathMtuShrunk,

    /// <summary>A process crashed at any moment.</summary>
    Crash,

    /// <summary>A process crashed between two effects of a membership change.</summary>
    CrashInChange,

    /// <summary>A process came back without its stored ring id.</summary>
    StorageLost,

    /// <summary>A process left in good order.</summary>
    Leave,

    /// <summary>A process was not scheduled for a while; its clock went on.</summary>
    Pause,

    /// <summary>A node stood still, its clock included (a suspended virtual machine).</summary>
    Suspension,

    /// <summary>A node took long over every datagram for a while.</summary>
    SlowNode,

    /// <summary>The monotonic clock of a node jumped forward.</summary>
    ClockStep,

    /// <summary>A node was told that another is gone, which was so.</summary>
    EvidenceRight,

    /// <summary>A node was told that another is gone, which was not so.</summary>
    EvidenceWrong,

    /// <summary>A node was told that the ring had to wait for another, right or wrong.</summary>
    StallEvidence,

    /// <summary>A node was told to form a new ring.</summary>
    ForcedGather,

    /// <summary>The message numbers of a ring passed 2^32.</summary>
    SequenceWrap,
}

/// <summary>How often each kind of trouble happened.</summary>
public sealed class RingFaults
{
    private readonly long[] _counts = new long[Enum.GetValues<FaultKind>().Length];

    /// <summary>How often one kind happened.</summary>
    public long this[FaultKind kind] => _counts[(int)kind];

    /// <summary>What happened to single datagrams.</summary>
    public long Datagrams => Sum(FaultKind.DatagramLost, FaultKind.DatagramTooLarge);

    /// <summary>What happened to nodes and paths.</summary>
    public long Events => Sum(FaultKind.AsymmetricPath, FaultKind.SequenceWrap);

    /// <summary>Whether a kind exists only in rings on knet.</summary>
    public static bool NeedsKnet(FaultKind kind) =>
        kind is FaultKind.DatagramDamaged or FaultKind.DatagramTooLarge or FaultKind.SingleLink or FaultKind.PathMtuShrunk;

    /// <summary>Counts one.</summary>
    public void Count(FaultKind kind, long count = 1) => _counts[(int)kind] += count;

    /// <summary>Adds another run's counts.</summary>
    public void Add(RingFaults other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var index = 0; index < _counts.Length; index++)
        {
            _counts[index] += other._counts[index];
        }
    }

    private long Sum(FaultKind first, FaultKind last)
    {
        var sum = 0L;
        for (var kind = first; kind <= last; kind++)
        {
            sum += this[kind];
        }

        return sum;
    }
}
