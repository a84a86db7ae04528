using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>The reasons of a plan: why everything is placed, changed, left alone or fenced as it is.</summary>
public sealed class PlanExplanation
{
    private readonly ClusterState _state;
    private readonly CibDocument _cib;
    private readonly ReasonRecorder _recorder;

    internal PlanExplanation(ClusterState state, CibDocument cib, TransitionGraph graph, ReasonRecorder recorder)
    {
        _state = state;
        _cib = cib;
        _recorder = recorder;
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
}
