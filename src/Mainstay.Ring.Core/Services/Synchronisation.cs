using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Services;

/// <summary>What the synchronisation wants done next.</summary>
internal enum SyncStep
{
    /// <summary>Nothing until another message arrives.</summary>
    Wait,

    /// <summary>Send the messages of <see cref="Synchronisation.CurrentService"/>, then a barrier.</summary>
    Process,

    /// <summary>All members sent theirs: apply what was exchanged for <see cref="Synchronisation.CurrentService"/>.</summary>
    Activate,

    /// <summary>All services are synchronised.</summary>
    Finished,
}

/// <summary>
/// The synchronisation protocol after every regular configuration (spec/ring-wire.md section 5): service lists of all members, then
/// one barrier per service, in ascending order. Messages of another ring are discarded.
/// </summary>
internal sealed class Synchronisation
{
    /// <summary>The services a node announces: cmap, cpg, quorum, votequorum.</summary>
    public static readonly int[] OwnServices = [0, 2, 3, 5];

    private readonly SortedSet<uint> _missing = [];
    private readonly SortedSet<int> _union = [];
    private uint[] _members = [];
    private int[] _services = [];
    private Phase _phase = Phase.Idle;
    private int _index;

    private enum Phase
    {
        Idle,
        Building,
        Entering,
        Exchanging,
        Activating,
        Ending,
    }

    /// <summary>The ring that is being synchronised.</summary>
    public RingId Ring { get; private set; }

    /// <summary>The service of a <see cref="SyncStep.Process"/> or <see cref="SyncStep.Activate"/>.</summary>
    public int CurrentService => _services[_index];

    /// <summary>Whether a run is on.</summary>
    public bool IsRunning => _phase != Phase.Idle;

    /// <summary>Begins a run; an unfinished one is given up. The caller sends the own service list.</summary>
    public void Begin(RingId ring, IEnumerable<uint> members)
    {
        Ring = ring;
        _members = [.. members];
        _union.Clear();
        _services = [];
        _index = 0;
        _phase = Phase.Building;
        ExpectAll();
    }

    /// <summary>Takes a message; then ask <see cref="Next"/> until it says <see cref="SyncStep.Wait"/>.</summary>
    public void Handle(uint sender, in SyncMessage message)
    {
        if (message.Ring != Ring) return;
        if (message.Services is { } services)
        {
            if (_phase != Phase.Building) return;
            _union.UnionWith(services);
            if (!_missing.Remove(sender) || _missing.Count > 0) return;
            _services = [.. _union];
            _phase = _services.Length > 0 ? Phase.Entering : Phase.Ending;
        }
        else if (_phase == Phase.Exchanging && _missing.Remove(sender) && _missing.Count == 0)
        {
            _phase = Phase.Activating;
        }
    }

    /// <summary>The next thing to do.</summary>
    public SyncStep Next()
    {
        switch (_phase)
        {
            case Phase.Entering:
                ExpectAll();
                _phase = Phase.Exchanging;
                return SyncStep.Process;
            case Phase.Activating:
                _phase = Phase.Ending;
                return SyncStep.Activate;
            case Phase.Ending when _index + 1 < _services.Length:
                _index++;
                goto case Phase.Entering;
            case Phase.Ending:
                _phase = Phase.Idle;
                return SyncStep.Finished;
            default:
                return SyncStep.Wait;
        }
    }

    private void ExpectAll()
    {
        _missing.Clear();
        _missing.UnionWith(_members);
    }
}
