using System.Security.Cryptography;
using System.Text.Json;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>
/// The replicated state machine: commands in the agreed order in, the same state on every member out. It knows nothing of the node it
/// runs on; what a member has to do about a command comes out as effects. Invariants: same commands on the same state give the same
/// bytes (<see cref="ComputeDigest"/>); nothing but the commands' own time is used.
/// </summary>
internal sealed partial class ReplicatedState
{
    private CibDocument _configuration;

    public ReplicatedState(CibDocument configuration, StoredConfiguration stored, SortedDictionary<uint, ConfiguredNode> directory)
    {
        Directory = directory;
        _configuration = configuration;
        Data = new StateSnapshot
        {
            Configuration = configuration.ToXml(CibPrintStyle.Compact),
            NumUpdates = configuration.Version.NumUpdates,
            Durability = { Term = Math.Max(stored.Term, stored.Promised), ConfigurationTerm = stored.Term },
        };
    }

    private ReplicatedState(StateSnapshot data, CibDocument configuration, SortedDictionary<uint, ConfiguredNode> directory)
    {
        Directory = directory;
        Data = data;
        _configuration = configuration;
    }

    public StateSnapshot Data { get; }

    /// <summary>The ring's node list: names and votes.</summary>
    public SortedDictionary<uint, ConfiguredNode> Directory { get; }

    /// <summary>The committed configuration, without status. Not to be changed by its readers.</summary>
    public CibDocument Configuration => _configuration;

    public CibVersion Version => _configuration.Version with { NumUpdates = Data.NumUpdates };

    /// <summary>The coordinator: the member with the longest uninterrupted membership, ties by node id. 0 where none.</summary>
    public uint Coordinator => Data.MemberOrder.Count > 0 ? Data.MemberOrder[0] : 0;

    /// <summary>Nothing runs and nothing is due, as far as the replicated facts say.</summary>
    public bool IsIdle =>
        Data.Quorum.IsCurrent
        && !Data.Transition.IsRunning
        && Data.Transition.Base >= Data.LastTrigger
        && Data.InFlight.Count == 0
        && Data.Fencing.Count == 0
        && Data.Durability is { Prepared: null, Queue.Count: 0 };

    /// <summary>Restores a state from another member's snapshot; null where it cannot be read.</summary>
    public static ReplicatedState? TryRestore(StateSnapshot data, SortedDictionary<uint, ConfiguredNode> directory)
    {
        var parsed = CibDocument.Parse(data.Configuration);
        return parsed.Document is { } document ? new ReplicatedState(data, document, directory) : null;
    }

    /// <summary>SHA-256 of the state's bytes, in hexadecimal.</summary>
    public string ComputeDigest() =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Data, CommandJson.Default.StateSnapshot)));

    /// <summary>A copy that later commands do not change.</summary>
    public StateSnapshot TakeSnapshot()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Data, CommandJson.Default.StateSnapshot);
        var copy = JsonSerializer.Deserialize(bytes, CommandJson.Default.StateSnapshot);
        Invariant.Check(copy is not null, "a state can be read back");
        return copy;
    }

    public NodeRecord? FindNode(string? name)
    {
        foreach (var node in Data.Nodes.Values)
        {
            if (string.Equals(node.Name, name, StringComparison.OrdinalIgnoreCase)) return node;
        }

        return null;
    }

    public string NodeName(uint id) =>
        Data.Nodes.TryGetValue(id, out var record) ? record.Name
        : Directory.TryGetValue(id, out var node) ? node.Name
        : $"node {id}";

    public bool IsMember(uint id) => Data.Nodes.TryGetValue(id, out var node) && node.IsMember;

    /// <summary>Applies the next command of the agreed order.</summary>
    public void Apply(uint sender, Command command, List<Effect> effects)
    {
        Data.Position++;
        if (command.Lineage is { } lineage && !string.Equals(lineage, Data.Lineage, StringComparison.Ordinal)) return;
        if (command.Lineage is not null && sender != Coordinator) return;
        switch (command)
        {
            case QuorumCommand quorum: ApplyQuorum(quorum, effects); break;
            case ConfigureCommand configure: ApplyConfigure(configure, effects); break;
            case StoredCommand stored: ApplyStored(stored, effects); break;
            case TransitionCommand transition: ApplyTransition(transition, effects); break;
            case DispatchCommand dispatch: ApplyDispatch(dispatch, effects); break;
            case ResultCommand result: ApplyResult(result, effects); break;
            case AttributeCommand attribute: ApplyAttribute(attribute, effects); break;
            case CleanupCommand cleanup: ApplyCleanup(cleanup, effects); break;
            case ClearFailureCommand clear: ApplyClearFailure(clear); break;
            case PermitShutdownCommand permit: ApplyPermit(permit, effects); break;
            case FenceStartCommand start: ApplyFenceStart(start, effects); break;
            case FenceOffersCommand offers: ApplyFenceOffers(offers); break;
            case FenceQueryOverCommand over: ApplyFenceQueryOver(over); break;
            case FenceRunCommand run: ApplyFenceRun(run, effects); break;
            case FenceDoneCommand done: ApplyFenceDone(done); break;
            case FenceEndCommand end: ApplyFenceEnd(end, effects); break;
            case FenceConfirmCommand confirm: ApplyFenceConfirm(confirm, effects); break;
            default: break; // Exchange and digest commands are the members' own business, not the state's.
        }
    }

    /// <summary>The scheduler has to look at what is new.</summary>
    private void Trigger() => Data.LastTrigger = Data.Position;

    private void StatusChanged() => Data.NumUpdates++;

    private void ApplyTransition(TransitionCommand command, List<Effect> effects)
    {
        var isNew = command.Id != Data.Transition.Id;
        Data.Transition.Id = command.Id;
        Data.Transition.Base = command.Base;
        var wasRunning = Data.Transition.IsRunning;
        Data.Transition.IsRunning = command.IsRunning;
        if (command.IsRunning && isNew)
        {
            effects.Add(new Noted(
                TraceKind.Transition, $"Transition {command.Id} with {command.ActionCount} actions", Subject: command.Id.ToString()));
        }
        else if (wasRunning && !command.IsRunning)
        {
            effects.Add(new Noted(TraceKind.Transition, $"Transition {command.Id} is complete", Subject: command.Id.ToString()));
        }
    }

    private void ApplyPermit(PermitShutdownCommand command, List<Effect> effects)
    {
        if (!Data.Nodes.TryGetValue(command.NodeId, out var node) || !node.IsMember) return;
        node.IsExpectedDown = true;
        StatusChanged();
        effects.Add(new ShutdownPermitted(command.NodeId));
        effects.Add(new Noted(TraceKind.Node, $"Node {node.Name} may shut down", node.Name));
    }
}
