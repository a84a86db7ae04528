namespace Mainstay.Scheduler;

/// <summary>Pass 13: the actions of every resource (spec/scheduler-actions.md sections 5 to 7 and 10).</summary>
internal sealed partial class CreateActionsPass(ClusterState state, ActionStore actions, OrderStore orders)
{
    private readonly RecurringActions _recurring = new(state, actions, orders);
    private readonly Notifications _notifications = new(state, actions, orders);

    public void Run()
    {
        foreach (var resource in state.ResourceList) Create(resource);
    }

    private void Create(ClusterResource resource)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                CreatePrimitive(resource);
                break;
            case ResourceVariant.Group:
                CreateGroup(resource);
                break;
            case ResourceVariant.Clone:
                CreateClone(resource);
                break;
            default:
                CreateBundle(resource);
                break;
        }
    }

    private sealed class Transition
    {
        public ClusterNode? Current;
        public bool NeedStop;
        public bool NeedPromote;
        public bool Migrates;
        public bool IsMoving;
    }

    private void CreatePrimitive(ClusterResource resource)
    {
        var transition = new Transition { Current = resource.CurrentNode() };
        if (resource.NextRole == Role.Unknown) resource.NextRole = resource.AssignedNode is not null ? Role.Started : Role.Stopped;
        foreach (var source in resource.DanglingSources)
        {
            var stop = actions.Custom(resource, TaskKind.Stop, source, false);
            stop.Set(ActionFlags.MigrationAbort);
        }

        DecideMove(resource, transition);
        DecideMultiplyActive(resource, transition);
        if (resource.IsStartPending && resource.AssignedNode is not null)
        {
            var start = actions.Custom(resource, TaskKind.Start, resource.AssignedNode, true);
            start.Set(ActionFlags.AlwaysInGraph);
        }

        if (!transition.IsMoving) DecideRestart(resource, transition);
        Restart(resource, transition);
        Transit(resource);
        _recurring.Create(resource);
        if (transition.Migrates) CreateMigration(resource, transition.Current!);
    }

    private static void DecideMove(ClusterResource resource, Transition transition)
    {
        if (transition.Current is null || resource.AssignedNode is null || transition.Current == resource.AssignedNode) return;
        if (resource.NextRole < Role.Started) return;
        transition.IsMoving = true;
        transition.NeedStop = true;
        transition.Migrates = CanMigrate(resource, transition.Current);
    }

    private static bool CanMigrate(ClusterResource resource, ClusterNode? current) =>
        resource is { AllowsMigration: true, IsManaged: true, IsFailed: false, IsStartPending: false }
        && current is { Unclean: false } && resource.AssignedNode is { Unclean: false };

    private static void DecideMultiplyActive(ClusterResource resource, Transition transition)
    {
        int all = resource.Active.Count;
        int clean = resource.Active.Count(n => n.IsOnlineAndClean);
        bool isMultiplyActive = false;
        if (resource is { MigrationSource: { } source, MigrationTarget: { } target } && transition.Migrates && all == 2
            && transition.Current == source && resource.AssignedNode == target)
        {
            // The migration that is under way is continued.
        }
        else if (resource.MigrationSource is not null || resource.MigrationTarget is not null)
        {
            transition.NeedStop = true;
            transition.Migrates = false;
            resource.MigrationSource = null;
            resource.MigrationTarget = null;
        }
        else
        {
            isMultiplyActive = (resource.NeedsFencing ? all : clean) > 1;
        }

        if (!isMultiplyActive)
        {
            resource.IsStopUnexpected = false;
            return;
        }

        switch (resource.MultipleActive)
        {
            case MultipleActivePolicy.StopStart:
                transition.NeedStop = true;
                break;
            case MultipleActivePolicy.StopUnexpected:
                transition.NeedStop = true;
                resource.IsStopUnexpected = true;
                break;
            default:
                break;
        }
    }

    private void DecideRestart(ClusterResource resource, Transition transition)
    {
        if (resource.IsFailed)
        {
            if (resource.StopIfFailed) transition.NeedStop = true;
            else if (resource.NextRole == Role.Promoted) transition.NeedPromote = true;
        }
        else if (resource.IsBlocked)
        {
            transition.NeedStop = true;
        }
        else if (resource.CurrentRole > Role.Started && transition.Current is not null && resource.AssignedNode is not null)
        {
            var start = actions.Custom(resource, TaskKind.Start, resource.AssignedNode, true);
            if (start.IsRequired) transition.NeedStop = true;
        }
    }

    /// <summary>From the current role down to Stopped, and up again on the assigned node.</summary>
    private void Restart(ClusterResource resource, Transition transition)
    {
        resource.IsRestarting = true;
        var role = resource.CurrentRole;
        while (role != Role.Stopped)
        {
            var next = RoleSteps.Next(role, Role.Stopped);
            if (!Step(resource, role, next, transition.Current, !transition.NeedStop)) break;
            role = next;
        }

        role = Role.Stopped;
        while (resource.CurrentRole <= resource.NextRole && role != resource.CurrentRole && !resource.IsBlocked)
        {
            var next = RoleSteps.Next(role, resource.CurrentRole);
            bool required = transition.NeedStop || (next == Role.Promoted && transition.NeedPromote);
            if (!Step(resource, role, next, resource.AssignedNode, !required)) break;
            role = next;
        }

        resource.IsRestarting = false;
    }

    private void Transit(ClusterResource resource)
    {
        var role = resource.CurrentRole;
        while (role != resource.NextRole)
        {
            var next = RoleSteps.Next(role, resource.NextRole);
            if (!Step(resource, role, next, resource.AssignedNode, false)) break;
            role = next;
        }
    }

    private bool Step(ClusterResource resource, Role from, Role to, ClusterNode? node, bool optional)
    {
        switch (RoleSteps.Action(from, to))
        {
            case TaskKind.Stop:
                Stop(resource, optional);
                return true;
            case TaskKind.Start:
                Start(resource, node, optional);
                return true;
            case TaskKind.Promote:
                Promote(resource, node, optional);
                return true;
            case TaskKind.Demote:
                Demote(resource, optional);
                return true;
            default:
                return false;
        }
    }

    private static bool IsExpectedNode(ClusterResource resource, ClusterNode? node) =>
        resource is { IsRestarting: true, IsStopUnexpected: true, NextRole: > Role.Stopped } && node is not null
            && node == resource.AssignedNode;

    private void Stop(ClusterResource resource, bool optional)
    {
        foreach (var node in resource.Active.ToArray())
        {
            if (IsExpectedNode(resource, node)) continue;
            bool nodeOptional = optional;
            if (resource.MigrationTarget is { } target)
            {
                if (node == target && node == resource.AssignedNode) continue;
                nodeOptional = false;
            }

            var stop = actions.Custom(resource, TaskKind.Stop, node, nodeOptional);
            if (resource.AssignedNode is null) stop.SetReason("node availability", true);
            else if (resource is { IsRestarting: true, IsStopUnexpected: true }) stop.SetReason("being multiply active", true);
            if (!resource.IsManaged) stop.Clear(ActionFlags.Runnable);
            if (!resource.NeedsUnfencing) continue;
            var unfence = Fencing.Action(state, actions, node, "on", true, null, false);
            orders.Add(stop, unfence, OrderFlags.ThenImpliesFirst);
        }
    }

    private void Start(ClusterResource resource, ClusterNode? node, bool optional)
    {
        var start = actions.Custom(resource, TaskKind.Start, node, true);
        if (node is not null)
        {
            Unfencing.OrderAfter(state, actions, orders, resource, node, start, OrderFlags.FirstImpliesThen);
        }

        if (start.IsRunnable && !optional) start.Clear(ActionFlags.Optional);
        if (IsExpectedNode(resource, node)) start.Set(ActionFlags.Pseudo);
    }

    private void Promote(ClusterResource resource, ClusterNode? node, bool optional)
    {
        bool isRunnable = node is not null && ActionStore.All(resource, TaskKind.Start, node).TrueForAll(a => a.IsRunnable);
        if (isRunnable)
        {
            var promote = actions.Custom(resource, TaskKind.Promote, node, optional);
            if (IsExpectedNode(resource, node)) promote.Set(ActionFlags.Pseudo);
            return;
        }

        foreach (var promote in ActionStore.All(resource, TaskKind.Promote, node)) promote.Clear(ActionFlags.Runnable);
    }

    private void Demote(ClusterResource resource, bool optional)
    {
        foreach (var node in resource.Active.ToArray())
        {
            if (!IsExpectedNode(resource, node)) actions.Custom(resource, TaskKind.Demote, node, optional);
        }
    }

    /// <summary>Section 10.</summary>
    private void CreateMigration(ClusterResource resource, ClusterNode source)
    {
        var target = resource.AssignedNode!;
        bool isPartial = resource.MigrationTarget is not null;
        var start = actions.Custom(resource, TaskKind.Start, target, true);
        actions.Custom(resource, TaskKind.Stop, source, true).Set(ActionFlags.Migratable);
        var to = isPartial ? null : actions.Custom(resource, TaskKind.MigrateTo, source, true);
        var from = actions.Custom(resource, TaskKind.MigrateFrom, target, true);
        start.Set(ActionFlags.Migratable | ActionFlags.Pseudo);
        from.Set(ActionFlags.Migratable);
        if (to is null)
        {
            from.Needs = start.Needs;
            orders.Add(resource, TaskKind.Monitor, resource, TaskKind.MigrateFrom, OrderFlags.Ordered);
        }
        else
        {
            to.Set(ActionFlags.Migratable);
            to.Needs = start.Needs;
            orders.Add(resource, TaskKind.Monitor, resource, TaskKind.MigrateTo, OrderFlags.Ordered);
            orders.Add(resource, TaskKind.MigrateTo, resource, TaskKind.MigrateFrom,
                OrderFlags.Ordered | OrderFlags.UnmigratableThenBlocks);
        }

        orders.Add(resource, TaskKind.MigrateFrom, resource, TaskKind.Stop, OrderFlags.Ordered | OrderFlags.UnmigratableThenBlocks);
        orders.Add(
            resource,
            TaskKind.MigrateFrom,
            resource,
            TaskKind.Start,
            OrderFlags.Ordered | OrderFlags.UnmigratableThenBlocks | OrderFlags.FirstElseThen);
        SetMigrationMeta(from, source, target);
        if (to is null) return;
        SetMigrationMeta(to, source, target);
        if (!resource.IsRemoteConnection) to.Meta["record-pending"] = "true";
    }

    private static void SetMigrationMeta(PlanAction action, ClusterNode source, ClusterNode target)
    {
        action.Meta["migrate_source"] = source.Name;
        action.Meta["migrate_target"] = target.Name;
    }
}

/// <summary>How a resource gets from one role to another (spec/scheduler-actions.md section 5).</summary>
internal static class RoleSteps
{
    /// <summary>The immediate next role on the way to the final one.</summary>
    public static Role Next(Role from, Role final) => from switch
    {
        Role.Unknown => Role.Stopped,
        Role.Stopped => final == Role.Promoted ? Role.Unpromoted : final,
        Role.Started => final,
        Role.Unpromoted => final == Role.Started ? Role.Stopped : final,
        _ => final == Role.Promoted ? Role.Promoted : Role.Unpromoted,
    };

    /// <summary>The operation that makes one step; None ends the sequence.</summary>
    public static TaskKind Action(Role from, Role to) => (from, to) switch
    {
        (Role.Unknown or Role.Started, Role.Stopped) => TaskKind.Stop,
        (Role.Unpromoted, Role.Stopped or Role.Started) => TaskKind.Stop,
        (Role.Stopped, Role.Started or Role.Unpromoted) => TaskKind.Start,
        (Role.Started or Role.Unpromoted, Role.Promoted) => TaskKind.Promote,
        (Role.Promoted, Role.Stopped or Role.Started or Role.Unpromoted) => TaskKind.Demote,
        _ => TaskKind.None,
    };
}
