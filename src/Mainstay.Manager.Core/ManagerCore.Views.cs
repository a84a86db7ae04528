using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>A node as tools see it.</summary>
public sealed record NodeView(
    uint Id,
    string Name,
    bool IsOnline,
    bool IsPending,
    bool IsUnclean,
    bool IsStandby,
    bool IsMaintenance,
    bool IsShuttingDown,
    bool IsCoordinator);

/// <summary>An action in flight as tools see it.</summary>
public sealed record PendingView(string Key, string Node, long Since);

/// <summary>The run-time state as tools see it.</summary>
/// <param name="Mode">What this replica is.</param>
/// <param name="Coordinator">Name of the coordinator; null where none.</param>
/// <param name="IsQuorate">Whether the partition has quorum.</param>
/// <param name="Votes">Votes present.</param>
/// <param name="ExpectedVotes">Votes expected.</param>
/// <param name="Quorum">Votes needed.</param>
/// <param name="Version">Version of the configuration.</param>
/// <param name="StorageError">Why this node's disk refuses the configuration.</param>
/// <param name="Nodes">All known nodes, ascending by id.</param>
/// <param name="TransitionId">Number of the last transition.</param>
/// <param name="IsIdle">Nothing runs and nothing is due.</param>
/// <param name="Pending">Actions in flight.</param>
public sealed record CoreStatus(
    ReplicaMode Mode,
    string? Coordinator,
    bool IsQuorate,
    uint Votes,
    uint ExpectedVotes,
    uint Quorum,
    string Version,
    string? StorageError,
    IReadOnlyList<NodeView> Nodes,
    long TransitionId,
    bool IsIdle,
    IReadOnlyList<PendingView> Pending);

/// <summary>An attribute as tools see it.</summary>
public sealed record AttributeView(string Name, string Node, string Value, bool IsPrivate);

/// <content>Read access for the shell, between inputs.</content>
public sealed partial class ManagerCore
{
    /// <summary>The CIB with its status; before the first join the configuration found on disk.</summary>
    public CibDocument GetCib() =>
        _state is { } state
            ? StatusView.Compose(state.Configuration, state.Version, state, forScheduler: false)
            : CibDocument.Parse(_stored.Xml).Document ?? CibDocument.CreateEmpty();

    /// <summary>Run-time state.</summary>
    public CoreStatus GetStatus()
    {
        if (_state is not { } state)
        {
            return new CoreStatus(
                Mode,
                Coordinator: null,
                IsQuorate: false,
                Votes: 0,
                ExpectedVotes: 0,
                Quorum: 0,
                VersionOf(_stored.Xml).ToString(),
                _storageError,
                Nodes: [],
                TransitionId: -1,
                IsIdle: false,
                Pending: []);
        }

        var isFencing = Options(state).Boolean("fencing-enabled");
        return new CoreStatus(
            Mode,
            Mode == ReplicaMode.Member && state.Coordinator != 0 ? state.NodeName(state.Coordinator) : null,
            state.Data.Quorum.IsQuorate && Mode == ReplicaMode.Member,
            state.Data.Quorum.Votes,
            state.Data.Quorum.ExpectedVotes,
            state.Data.Quorum.Needed,
            state.Version.ToString(),
            _storageError,
            [.. state.Data.Nodes.Values.Select(node => View(node, state, isFencing)), .. UnseenNodes(state)],
            state.Data.Transition.Id,
            Mode == ReplicaMode.Member && !_isReceiving && state.IsIdle,
            [.. state.Data.InFlight.Values.Select(action => new PendingView(action.Key, state.NodeName(action.NodeId), action.Since))]);
    }

    /// <summary>Transient and private attributes, by name, then node.</summary>
    public IReadOnlyList<AttributeView> GetAttributes()
    {
        var views = new List<AttributeView>();
        foreach (var node in _state?.Data.Nodes.Values ?? Enumerable.Empty<NodeRecord>())
        {
            views.AddRange(node.Attributes.Select(pair => new AttributeView(pair.Key, node.Name, pair.Value.Value, pair.Value.IsPrivate)));
        }

        return [.. views.OrderBy(view => view.Name, StringComparer.Ordinal).ThenBy(view => view.Node, StringComparer.Ordinal)];
    }

    /// <summary>Fencing operations, newest first, pending ones on top.</summary>
    public IReadOnlyList<FencingEntry> GetFencingHistory()
    {
        if (_state is not { } state) return [];
        var pending = state.Data.Fencing.Values.Select(operation => new FencingEntry
        {
            Id = operation.Id,
            Target = operation.Target,
            Action = operation.Action,
            Origin = operation.Origin,
            Client = operation.Client,
            State = "pending",
            Delegate = operation.Running is { } running ? state.NodeName(running.NodeId) : null,
            Device = operation.Running?.Device,
            Requested = operation.Requested,
        });
        return [.. pending, .. Enumerable.Reverse(state.Data.FencingHistory)];
    }

    /// <summary>Nodes of the ring's list whose managers have not been heard of since the cluster started.</summary>
    private IEnumerable<NodeView> UnseenNodes(ReplicatedState state) => _directory.Values
        .Where(node => !state.Data.Nodes.ContainsKey(node.NodeId))
        .Select(node => new NodeView(
            node.NodeId,
            node.Name,
            IsOnline: false,
            IsPending: state.Data.Quorum.RingMembers.Contains(node.NodeId),
            IsUnclean: false,
            IsStandby: false,
            IsMaintenance: false,
            IsShuttingDown: false,
            IsCoordinator: false));

    private static NodeView View(NodeRecord node, ReplicatedState state, bool isFencing)
    {
        var element = state.Configuration.Section("nodes")?.Elements("node")
            .FirstOrDefault(candidate => candidate.Id() == node.Id.ToString(CultureInfo.InvariantCulture));
        string? Attribute(string name) =>
            node.Attributes.TryGetValue(name, out var transient)
                ? transient.Value
                : element?.Elements("instance_attributes").Elements("nvpair")
                    .FirstOrDefault(pair => pair.Value("name") == name)?.Value("value");
        return new NodeView(
            node.Id,
            node.Name,
            IsOnline: node.IsMember,
            IsPending: !node.IsMember && node.RingSince > 0 && node.IsExpectedDown,
            IsUnclean: isFencing && !node.IsMember && !node.IsExpectedDown,
            IsStandby: CibBoolean.IsTrue(Attribute("standby")),
            IsMaintenance: CibBoolean.IsTrue(Attribute("maintenance")),
            IsShuttingDown: node.IsMember && Attribute("shutdown") is { Length: > 0 } and not "0",
            IsCoordinator: state.Coordinator == node.Id);
    }
}
