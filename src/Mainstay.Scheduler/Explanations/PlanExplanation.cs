using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>The reasons of a plan: why everything is placed, changed, left alone or fenced as it is.</summary>
public sealed class PlanExplanation
{
    private readonly ClusterState _state;
    private readonly CibDocument _cib;
    private readonly ReasonRecorder _recorder;
    private readonly ActionReasons _actions;

    internal PlanExplanation(ClusterState state, CibDocument cib, TransitionGraph graph, ReasonRecorder recorder)
    {
        _state = state;
        _cib = cib;
        _recorder = recorder;
        _actions = new ActionReasons(state, cib, recorder);
        Graph = graph;
    }

    /// <summary>The transition graph that is explained.</summary>
    public TransitionGraph Graph { get; }

    /// <summary>The choice of a node for a primitive.</summary>
    /// <param name="primitive">The primitive.</param>
    /// <returns>The choice; null for collectives, whose members and instances are assigned.</returns>
    public PlacementTrace? Placement(ClusterResource primitive) => _recorder.PlacementOf(primitive);

    /// <summary>The promotion score of an instance of a promotable clone.</summary>
    /// <param name="instance">The instance.</param>
    /// <returns>The score with what made it, or null if the instance cannot be promoted by its kind.</returns>
    public PromotionTrace? Promotion(ClusterResource instance) => _recorder.PromotionOf(instance);

    /// <summary>The changes that the list of changes shows for a primitive.</summary>
    /// <param name="primitive">The primitive.</param>
    /// <returns>None if it stays as it is; several if it is stopped on several nodes.</returns>
    public IReadOnlyList<PlannedChange> Changes(ClusterResource primitive) => _recorder.ChangesOf(primitive);

    /// <summary>The failures of a resource that have consequences.</summary>
    /// <param name="resource">A primitive.</param>
    /// <returns>In the order in which history showed them.</returns>
    public IReadOnlyList<Reason> Failures(ClusterResource resource) => _recorder.FailuresOf(resource);

    /// <summary>Why nothing may run on a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The cause, or null if the node is available.</returns>
    public Reason? Unavailability(ClusterNode node) => NodeReasons.Unavailability(_state, _cib, node);

    /// <summary>Why a node has to be fenced.</summary>
    /// <param name="node">The node.</param>
    /// <returns>All causes in the order in which they were found; none if it need not be fenced.</returns>
    public IReadOnlyList<Reason> Fencings(ClusterNode node) => _recorder.FencingsOf(node);

    /// <summary>Why the cluster leaves a resource alone.</summary>
    /// <param name="resource">A resource that is not managed.</param>
    /// <returns>The cause; null for a managed resource.</returns>
    public Reason? Unmanaged(ClusterResource resource) => resource.IsManaged ? null : _recorder.WhyUnmanaged(resource, null);

    /// <summary>Why a primitive will not run.</summary>
    /// <param name="primitive">The primitive.</param>
    /// <returns>The reasons, the most direct first; none if it will run (or be started).</returns>
    public IReadOnlyList<Reason> NotRunning(ClusterResource primitive)
    {
        if (primitive.AssignedNode is null || primitive.NextRole == Role.Stopped) return _actions.WhyNotRunning(primitive);
        if (Plan.WillRunOn(primitive) is not null) return [];
        return ActionStore.First(primitive, TaskKind.Start, primitive.AssignedNode) is { } start ? _actions.ObstaclesOf(start) : [];
    }

    /// <summary>The actions of the graph, with their reasons.</summary>
    /// <returns>In order of their numbers.</returns>
    public IReadOnlyList<ActionExplanation> Actions() => [.. Find(static a => a.Has(ActionFlags.InGraph))];

    /// <summary>All actions that were thought of: those of the graph, optional ones and those that cannot be done.</summary>
    /// <returns>In order of their numbers.</returns>
    public IReadOnlyList<ActionExplanation> AllActions() => [.. Find(static _ => true)];

    /// <summary>Why a node that has to be fenced cannot be.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The cause; null if fencing is possible.</returns>
    public Reason? FencingObstacle(ClusterNode node)
    {
        if (Fencing.CanFence(_state, node)) return null;
        if (!_state.Options.FencingEnabled)
        {
            return new Reason(ReasonKind.NoFenceDevice)
            {
                Place = _recorder.OptionPlace("fencing-enabled"),
                Attribute = "fencing-enabled",
                Value = "false",
            };
        }

        if (!Fencing.IsPossible(_state)) return new Reason(ReasonKind.NoFenceDevice);
        return new Reason(ReasonKind.NoQuorum)
        {
            Place = _recorder.OptionPlace("no-quorum-policy"),
            Node = node,
            Attribute = "no-quorum-policy",
            Value = _state.Options.Text("no-quorum-policy", "stop"),
        };
    }

    private IEnumerable<ActionExplanation> Find(Func<PlanAction, bool> isWanted)
    {
        var inputs = Graph.Synapses.ToDictionary(s => s.Actions[0].Id, s => s.Inputs);
        foreach (var action in _state.Actions.Where(isWanted))
        {
            bool isInGraph = action.Has(ActionFlags.InGraph);
            yield return new ActionExplanation
            {
                Id = action.Id,
                Key = _state.Tasks.KeyText(action),
                Task = _state.Tasks.Name(action.Task),
                IntervalMs = action.Key.IntervalMs,
                Resource = action.Resource,
                Node = action.Node,
                IsRequired = action.IsRequired,
                IsRunnable = action.IsRunnable,
                IsPseudo = action.IsPseudo,
                IsInGraph = isInGraph,
                Reasons = isInGraph || action.IsRequired ? _actions.Of(action) : [],
                Obstacles = _actions.ObstaclesOf(action),
                Inputs = inputs.GetValueOrDefault(action.Id, []),
            };
        }
    }
}
