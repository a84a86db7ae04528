namespace Mainstay.Scheduler;

/// <content>
/// What must be together with something that cannot start cannot start either (spec/scheduler-ordering.md section 11). With a stack of its
/// own: a chain of colocations may be as long as there are resources.
/// </content>
internal sealed partial class ActionUpdater
{
    private readonly Stack<BlockStep> _blocks = [];

    /// <summary>Blocks the dependents of an action that is blocked itself.</summary>
    public void Block(PlanAction action)
    {
        // An update in between may block something else, which then is done first.
        int floor = _blocks.Count;
        EnterBlocked(action);
        while (_blocks.Count > floor)
        {
            var step = _blocks.Peek();
            if (step.Dependent is null) BlockNextDependent(step);
            else BlockNextAction(step, step.Dependent);
        }
    }

    private void EnterBlocked(PlanAction action)
    {
        if (action.IsRunnable || action.Task is not (TaskKind.Start or TaskKind.Promote) || action.Resource is not { } resource) return;
        var top = resource.FullTop;
        foreach (var child in top.ChildList)
        {
            var childAction = ActionStore.First(child, action.Task, null);
            if (childAction is null || childAction.IsRunnable) return;
        }

        _blocks.Push(new BlockStep(action) { Colocations = Colocations.WithThis(top) });
    }

    private void BlockNextDependent(BlockStep step)
    {
        while (step.Next < step.Colocations.Count)
        {
            var constraint = step.Colocations[step.Next++];
            if (constraint.Score < Scores.Infinity) continue;
            if (step.Cause.Task == TaskKind.Promote != (constraint.PrimaryRole == Role.Promoted)) continue;
            EnterDependent(constraint.Dependent, step.Cause, constraint.DependentRole == Role.Promoted ? TaskKind.Promote : TaskKind.Start);
            return;
        }

        _blocks.Pop();
    }

    private void EnterDependent(ClusterResource dependent, PlanAction cause, TaskKind task) =>
        _blocks.Push(new BlockStep(cause) { Dependent = dependent, Task = task, Next = dependent.Actions.Count - 1 });

    private void BlockNextAction(BlockStep step, ClusterResource dependent)
    {
        if (step.Blocked is { } blocked)
        {
            step.Blocked = null;
            Update(blocked);
            return;
        }

        for (; step.Next >= 0; step.Next--)
        {
            var action = dependent.Actions[step.Next];
            if (action.Task != step.Task || !action.IsRunnable) continue;
            action.Clear(ActionFlags.Runnable);
            reasons?.Cleared(action, ActionFlags.Runnable, step.Cause, isColocation: true);
            action.SetReason($"colocation with {step.Cause.Resource!.Id}", false);
            step.Next--;
            step.Blocked = action;
            EnterBlocked(action);
            return;
        }

        // After the collective's own action: its update may leave instances without a node, and these need no other reason.
        if (step.NextChild < dependent.ChildList.Count) EnterDependent(dependent.ChildList[step.NextChild++], step.Cause, step.Task);
        else _blocks.Pop();
    }

    /// <summary>A place in the walk: among the colocations of a cause, or among the actions and children of one of its
    /// dependents.</summary>
    private sealed class BlockStep(PlanAction cause)
    {
        public PlanAction Cause { get; } = cause;

        public List<ColocationConstraint> Colocations { get; init; } = [];

        public ClusterResource? Dependent { get; init; }

        public TaskKind Task { get; init; }

        public int Next { get; set; }

        public int NextChild { get; set; }

        /// <summary>An action that was blocked, to be updated once all that depends on it is blocked.</summary>
        public PlanAction? Blocked { get; set; }
    }
}
