using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>Whether the cluster may fence now.</summary>
internal enum FencingVerdict
{
    /// <summary>Yes.</summary>
    Go,

    /// <summary>Not before a grace period is over.</summary>
    Hold,

    /// <summary>It failed too often.</summary>
    GivenUp,
}

/// <summary>
/// Limits on what the engine fires: load (spec/agents.md section 6.6) and the two cases in which fencing waits although the plan wants it:
/// a node not seen since this cluster's state began (dc-deadtime), and a node that is alive on the ring while only its manager is gone.
/// </summary>
internal sealed class FiringPolicy
{
    /// <summary>How long a manager may take to come back on a node that never left the ring.</summary>
    public const int ManagerReturnMs = 3000;

    private readonly int _batchLimit;
    private readonly int _nodeActionLimit;
    private readonly int _migrationLimit;
    private readonly int _attemptsMax;
    private readonly SortedSet<uint> _recentlyLostManagers;
    private readonly bool _isStartGrace;

    public FiringPolicy(ClusterOptionValues options, bool isStartGrace, SortedSet<uint> recentlyLostManagers)
    {
        _batchLimit = options.Integer("batch-limit");
        _nodeActionLimit = options.Integer("node-action-limit");
        _migrationLimit = options.Integer("migration-limit");
        _attemptsMax = Math.Max(1, options.Integer("fencing-max-attempts"));
        _isStartGrace = isStartGrace;
        _recentlyLostManagers = recentlyLostManagers;
    }

    public bool MayDispatch(ReplicatedState state, uint node, string task, List<InFlightAction> dispatched)
    {
        if (_batchLimit > 0 && state.Data.InFlight.Count + dispatched.Count >= _batchLimit) return false;
        var onNode = state.Data.InFlight.Values.Concat(dispatched).Where(action => action.NodeId == node).ToList();
        if (_nodeActionLimit > 0 && onNode.Count >= _nodeActionLimit) return false;
        return task is not ("migrate_to" or "migrate_from")
            || _migrationLimit <= 0
            || onNode.Count(action => action.Task is "migrate_to" or "migrate_from") < _migrationLimit;
    }

    public FencingVerdict JudgeFencing(ReplicatedState state, string target)
    {
        if (state.IsGivenUp(target, _attemptsMax)) return FencingVerdict.GivenUp;
        var node = state.FindNode(target);
        if (node is null) return _isStartGrace ? FencingVerdict.Hold : FencingVerdict.Go;
        return node is { IsManagerLost: true, RingSince: > 0 } && _recentlyLostManagers.Contains(node.Id)
            ? FencingVerdict.Hold
            : FencingVerdict.Go;
    }
}
