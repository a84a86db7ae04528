namespace Mainstay.Scheduler;

/// <summary>The list of changes shown to people (spec/scheduler-output.md section 6).</summary>
internal sealed class TransitionSummary(ClusterState state)
{
    private readonly List<PlannedResourceChange> _changes = [];

    /// <summary>
    /// The items of the list. Making it changes details of the plan, as in the reference: a resource that is active counts as
    /// started, and actions without node adopt the one they are asked for. So it is made once, before the graph.
    /// </summary>
    public PlannedChanges Describe()
    {
        var nodes = new List<PlannedNodeChange>();
        for (int i = state.Actions.Count - 1; i >= 0; i--)
        {
            var action = state.Actions[i];
            if (action.Resource is not null || action.IsOptional || action.Task != TaskKind.Stonith || action.Reason is null) continue;
            string op = action.Meta.GetValueOrDefault("stonith_action", "");
            string node = action.Node!.Name;
            if (action.Node is { IsGuest: true, Connection.Launcher: { } container }) node += $" (resource: {container.Id})";
            nodes.Add(new PlannedNodeChange($"Fence ({op})", node, action.Reason));
        }

        foreach (var resource in state.ResourceList) Describe(resource);
        return new PlannedChanges(nodes, _changes);
    }

    private void Describe(ClusterResource resource)
    {
        if (resource.IsPrimitive)
        {
            DescribePrimitive(resource);
            return;
        }

        if (!resource.IsBundle)
        {
            foreach (var child in resource.ChildList) Describe(child);
            return;
        }

        foreach (var replica in resource.Bundle!.Replicas)
        {
            if (replica.Ip is { } ip) DescribePrimitive(ip);
            DescribePrimitive(replica.Container);
            if (replica.Connection is { } connection) DescribePrimitive(connection);
            if (replica.Child is { } child) DescribePrimitive(child);
        }
    }

    private sealed class Facts
    {
        public ClusterNode? Current;
        public ClusterNode? Next;
        public bool IsMoving;
        public PlanAction? Start;
        public PlanAction? Stop;
        public PlanAction? Promote;
        public PlanAction? Demote;
    }

    private void DescribePrimitive(ClusterResource resource)
    {
        var facts = new Facts { Next = resource.AssignedNode };
        if (resource.IsActiveAnywhere)
        {
            facts.Current = resource.CurrentNode();
            if (resource.CurrentRole == Role.Stopped) resource.CurrentRole = Role.Started;
        }

        if (facts.Current is null && resource.IsRemoved) return;
        if (!resource.IsManaged || (facts.Current is null && facts.Next is null)) return;
        facts.IsMoving = facts.Current is not null && facts.Next is not null && facts.Current != facts.Next;
        facts.Start = ActionStore.Existing(resource, new ActionKey(TaskKind.Start), facts.Next);
        var stopNode = facts.Start is { IsRunnable: true } ? facts.Current : null;
        facts.Stop = ActionStore.Existing(resource, new ActionKey(TaskKind.Stop), stopNode);
        if (facts.Stop is null && resource.IsStopUnexpected)
        {
            facts.Stop = ActionStore.Existing(resource, new ActionKey(TaskKind.Stop), null);
        }

        facts.Promote = ActionStore.Existing(resource, new ActionKey(TaskKind.Promote), facts.Next);
        facts.Demote = ActionStore.Existing(resource, new ActionKey(TaskKind.Demote), facts.Next);
        if (resource.CurrentRole == resource.NextRole) DescribeSameRole(resource, facts);
        else DescribeNewRole(resource, facts);
    }

    private void DescribeSameRole(ClusterResource resource, Facts facts)
    {
        var (current, next, start, stop) = (facts.Current, facts.Next, facts.Start, facts.Stop);
        var migrate = facts.Next is null ? null : ActionStore.Existing(resource, new ActionKey(TaskKind.MigrateFrom), facts.Next);
        if (migrate is { IsRunnable: true } && current is not null)
        {
            Add("Migrate", resource, current, next, start, null);
        }
        else if (resource.IsReload)
        {
            Add("Reload", resource, current, next, start, null);
        }
        else if (start is null || start.IsOptional)
        {
            if (facts is { Demote.IsRequired: true, Promote.IsRequired: true })
            {
                Add("Re-promote", resource, current, next, facts.Promote, facts.Demote);
            }
        }
        else if (!start.IsRunnable)
        {
            Add("Stop", resource, current, null, stop, stop?.Reason is null ? start : stop);
        }
        else if (facts.IsMoving)
        {
            Add(resource.IsFailed ? "Recover" : "Move", resource, current, next, stop, null);
        }
        else if (resource.IsFailed)
        {
            Add("Recover", resource, current, null, stop, null);
        }
        else
        {
            Add("Restart", resource, current, next, start, null);
        }
    }

    private void DescribeNewRole(ClusterResource resource, Facts facts)
    {
        var (current, next, start, stop) = (facts.Current, facts.Next, facts.Start, facts.Stop);
        if (stop is not null && (resource.NextRole == Role.Stopped || start is { IsRunnable: false }))
        {
            foreach (var node in resource.Active)
            {
                var own = ActionStore.Existing(resource, new ActionKey(TaskKind.Stop), node);
                Add("Stop", resource, node, null, own, own?.Reason is null ? start : own);
            }
        }
        else if (stop is not null && resource.IsFailed && resource.StopIfFailed)
        {
            Add("Recover", resource, current, next, stop, start);
        }
        else if (facts.IsMoving)
        {
            Add("Move", resource, current, next, stop, null);
        }
        else if (resource.IsReload)
        {
            Add("Reload", resource, current, next, start, null);
        }
        else if (stop is { IsRequired: true })
        {
            Add("Restart", resource, current, next, start, null);
        }
        else if (resource.CurrentRole == Role.Promoted)
        {
            Add("Demote", resource, current, next, facts.Demote, null);
        }
        else if (resource.NextRole == Role.Promoted)
        {
            Add("Promote", resource, current, next, facts.Promote, null);
        }
        else if (resource.CurrentRole == Role.Stopped && resource.NextRole > Role.Stopped)
        {
            Add("Start", resource, current, next, start, null);
        }
    }

    private void Add(string change, ClusterResource resource, ClusterNode? origin, ClusterNode? destination, PlanAction? action,
        PlanAction? source)
    {
        state.Reasons?.Changes(change, resource, origin, destination, action is { IsRunnable: false });
        bool isBlocked = action is { IsRunnable: false };
        var cause = source ?? action;
        _changes.Add(new PlannedResourceChange
        {
            Change = change,
            Resource = resource.Id,
            Origin = origin?.Name,
            Destination = destination?.Name,
            OldRole = RoleText(resource, resource.CurrentRole),
            NewRole = RoleText(resource, resource.NextRole),
            KeepsRole = resource.CurrentRole == resource.NextRole,
            ShowsRoles = resource.CurrentRole > Role.Started || resource.NextRole > Role.Unpromoted,
            Reason = cause?.Reason,
            IsBlocked = cause is not null && isBlocked,
        });
    }

    private static string RoleText(ClusterResource resource, Role role) =>
        role == Role.Started && resource.Top.IsPromotable ? nameof(Role.Unpromoted) : role.ToString();
}
