namespace Mainstay.Scheduler;

/// <summary>Clearing of fail counts (spec/scheduler-actions.md section 11).</summary>
internal static class FailCountClearing
{
    public static PlanAction Add(ClusterState state, ActionStore actions, ClusterResource resource, ClusterNode node, string reason)
    {
        _ = state;
        var action = actions.Custom(resource, TaskKind.ClearFailCount, node, false);
        action.Meta["op_no_wait"] = "true";
        action.SetReason(reason, false);
        return action;
    }
}
