using Mainstay.Knet;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <summary>
/// What runs have reached: the "sometimes" half of testing. States x inputs, transitions between states, named rules of spec/totem.md,
/// reasons of Gather, reasons of dropped datagrams.
/// </summary>
public sealed class RingCoverage
{
    private static readonly TotemState[] s_states = Enum.GetValues<TotemState>();
    private static readonly TotemInput[] s_inputs = Enum.GetValues<TotemInput>();
    private static readonly TotemRule[] s_rules = Enum.GetValues<TotemRule>();
    private static readonly GatherReason[] s_reasons = Enum.GetValues<GatherReason>();
    private static readonly DropReason[] s_drops = Enum.GetValues<DropReason>();

    private static readonly KnetEventKind[] s_linkEvents = Enum.GetValues<KnetEventKind>();
    private static readonly KnetDropReason[] s_linkDrops = Enum.GetValues<KnetDropReason>();

    private readonly long[,] _inputs = new long[s_states.Length, s_inputs.Length];
    private readonly long[,] _transitions = new long[s_states.Length, s_states.Length];
    private readonly long[] _rules = new long[s_rules.Length];
    private readonly long[] _reasons = new long[(int)s_reasons[^1] + 1];
    private readonly long[] _drops = new long[s_drops.Length];
    private readonly long[] _linkEvents = new long[s_linkEvents.Length];
    private readonly long[] _linkDrops = new long[s_linkDrops.Length];
    private readonly SortedDictionary<string, long> _watch = new(StringComparer.Ordinal);
    private long _continuousGathers;
    private long _fragmentsDropped;

    /// <summary>Everything that was reached at least once, by name, ascending.</summary>
    public IReadOnlyDictionary<string, long> Hits
    {
        get
        {
            var hits = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var probe in Probes())
            {
                if (probe.Count > 0)
                {
                    hits.Add(probe.Name, probe.Count);
                }
            }

            return hits;
        }
    }

    /// <summary>How often one kind of input was taken in one state.</summary>
    public long Inputs(TotemState state, TotemInput input) => _inputs[(int)state, (int)input];

    /// <summary>How often a rule decided something.</summary>
    public long Rules(TotemRule rule) => _rules[(int)rule];

    /// <summary>Adds another run's hits.</summary>
    public void Add(RingCoverage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var state in s_states)
        {
            foreach (var input in s_inputs)
            {
                _inputs[(int)state, (int)input] += other._inputs[(int)state, (int)input];
            }

            foreach (var to in s_states)
            {
                _transitions[(int)state, (int)to] += other._transitions[(int)state, (int)to];
            }
        }

        AddAll(_rules, other._rules);
        AddAll(_reasons, other._reasons);
        AddAll(_drops, other._drops);
        AddAll(_linkEvents, other._linkEvents);
        AddAll(_linkDrops, other._linkDrops);
        foreach (var (what, count) in other._watch)
        {
            _watch[what] = _watch.GetValueOrDefault(what) + count;
        }

        _continuousGathers += other._continuousGathers;
        _fragmentsDropped += other._fragmentsDropped;
    }

    internal void Note(in TraceEvent trace)
    {
        switch (trace.Kind)
        {
            case TraceKind.StateChanged:
                _transitions[(int)trace.First, (int)trace.Second]++;
                break;
            case TraceKind.GatherEntered:
                _reasons[(int)trace.First]++;
                break;
            case TraceKind.ContinuousGather:
                _continuousGathers++;
                break;
            default:
                break;
        }
    }

    internal void Note(TotemStatistics statistics, GroupAssembler assembler)
    {
        foreach (var state in s_states)
        {
            foreach (var input in s_inputs)
            {
                _inputs[(int)state, (int)input] += statistics.Handled(state, input);
            }
        }

        foreach (var rule in s_rules)
        {
            _rules[(int)rule] += statistics.Applied(rule);
        }

        foreach (var reason in s_drops)
        {
            _drops[(int)reason] += statistics.Dropped(reason);
        }

        _fragmentsDropped += assembler.FragmentsDropped;
    }

    internal void Note(KnetEventKind kind) => _linkEvents[Array.IndexOf(s_linkEvents, kind)]++;

    internal void Note(KnetStatistics statistics)
    {
        for (var index = 0; index < s_linkDrops.Length; index++)
        {
            _linkDrops[index] += statistics.Dropped(s_linkDrops[index]);
        }
    }

    /// <summary>The watch over the members did something.</summary>
    internal void NoteWatch(string what) => _watch[what] = _watch.GetValueOrDefault(what) + 1;

    private static void AddAll(long[] target, long[] source)
    {
        for (var index = 0; index < target.Length; index++)
        {
            target[index] += source[index];
        }
    }

    private IEnumerable<(string Name, long Count)> Probes()
    {
        foreach (var state in s_states)
        {
            foreach (var to in s_states)
            {
                yield return ($"state {state} -> {to}", _transitions[(int)state, (int)to]);
            }

            foreach (var input in s_inputs)
            {
                yield return ($"input {state} {input}", Inputs(state, input));
            }
        }

        foreach (var rule in s_rules)
        {
            yield return ($"rule {rule}", Rules(rule));
        }

        foreach (var reason in s_reasons)
        {
            yield return ($"gather {reason}", _reasons[(int)reason]);
        }

        foreach (var reason in s_drops)
        {
            yield return ($"drop {reason}", _drops[(int)reason]);
        }

        foreach (var kind in s_linkEvents)
        {
            yield return ($"knet {kind}", _linkEvents[Array.IndexOf(s_linkEvents, kind)]);
        }

        foreach (var reason in s_linkDrops)
        {
            yield return ($"knet drop {reason}", _linkDrops[Array.IndexOf(s_linkDrops, reason)]);
        }

        foreach (var (what, count) in _watch)
        {
            yield return ($"watch {what}", count);
        }

        yield return ("gather again and again", _continuousGathers);
        yield return ("fragment dropped", _fragmentsDropped);
    }
}
