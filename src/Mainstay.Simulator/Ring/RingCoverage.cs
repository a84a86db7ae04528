using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>Which rare things did happen: the "sometimes" half of testing.</summary>
public sealed class RingCoverage
{
    private readonly SortedDictionary<string, long> _hits = new(StringComparer.Ordinal);

    /// <summary>Hits by probe, ascending by name.</summary>
    public IReadOnlyDictionary<string, long> Hits => _hits;

    /// <summary>Counts one probe.</summary>
    public void Hit(string probe, long count = 1)
    {
        if (count > 0)
        {
            _hits[probe] = _hits.GetValueOrDefault(probe) + count;
        }
    }

    /// <summary>Adds another run's hits.</summary>
    public void Add(RingCoverage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (probe, count) in other._hits)
        {
            Hit(probe, count);
        }
    }

    internal void Note(in TraceEvent trace)
    {
        switch (trace.Kind)
        {
            case TraceKind.StateChanged:
                Hit($"state {(TotemState)trace.First} -> {(TotemState)trace.Second}");
                break;
            case TraceKind.GatherEntered:
                Hit($"gather {(GatherReason)trace.First}");
                break;
            case TraceKind.RecoveryPlan when trace.First > 0:
                Hit("recovery sends old messages again");
                break;
            case TraceKind.MessagesLost:
                Hit("recovery skips messages that nobody holds");
                break;
            case TraceKind.HeldOut or TraceKind.FailedToReceive
                or TraceKind.PauseDetected or TraceKind.ContinuousGather or TraceKind.NodeLeaving:
                Hit($"trace {trace.Kind}");
                break;
            default:
                break;
        }
    }

    internal void Note(TotemStatistics statistics, GroupAssembler assembler)
    {
        Hit("message retransmitted", statistics.MessagesRetransmitted);
        Hit("token retransmitted", statistics.TokensRetransmitted);
        Hit("hold cancelled", statistics.HoldCancelsSent);
        Hit("merge detected", statistics.MergeDetectsReceived);
        Hit("fragment dropped", assembler.FragmentsDropped);
        foreach (var reason in Enum.GetValues<DropReason>())
        {
            Hit($"drop {reason}", statistics.Dropped(reason));
        }
    }
}
