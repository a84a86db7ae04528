using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>Recurring operations (spec/scheduler-actions.md section 8).</summary>
internal sealed class RecurringActions(ClusterState state, ActionStore actions, OrderStore orders)
{
    private const OrderFlags Implied = OrderFlags.FirstImpliesThen | OrderFlags.UnrunnableFirstBlocks;
    private const OrderFlags Ordered = OrderFlags.Ordered | OrderFlags.UnrunnableFirstBlocks;

    public void Create(ClusterResource resource)
    {
        if (resource.IsBlocked || resource.IsInMaintenance) return;
        PlanAction? start = null;
        if (resource.AssignedNode is { Maintenance: false } && (resource.NextRole != Role.Stopped || !resource.IsManaged))
        {
            start = actions.Custom(resource, TaskKind.Start, resource.AssignedNode, true);
        }

        foreach (var op in resource.Operations)
        {
            if (!IsUsable(resource, op, out var role)) continue;
            if (role == Role.Stopped)
            {
                if (resource.IsUnique) CreateStopped(resource, op);
            }
            else if (start is not null)
            {
                CreateActive(resource, op, role, start);
            }
        }
    }

    /// <summary>Whether an operation is one to repeat; its role is Unknown if none is configured.</summary>
    public static bool IsUsable(ClusterResource resource, OperationConfig op, out Role role)
    {
        role = Role.Unknown;
        if (op.IntervalMs == 0 || op.Id is null || !op.Enabled) return false;
        if (op.Task is TaskKind.Stop or TaskKind.Start or TaskKind.Demote or TaskKind.Promote or TaskKind.ReloadAgent
            or TaskKind.MigrateTo or TaskKind.MigrateFrom)
        {
            return false;
        }

        foreach (var other in resource.Operations)
        {
            if (other != op && other.Task == op.Task && other.IntervalMs == op.IntervalMs) return false;
        }

        if (op.Role is null) return true;
        if (ConfigReader.ParseRole(op.Role) is not { } parsed) return false;
        role = parsed;
        return true;
    }

    private void CreateActive(ClusterResource resource, OperationConfig op, Role role, PlanAction start)
    {
        var key = new ActionKey(op.Task, op.IntervalMs);
        var node = resource.AssignedNode;
        bool isOptional = start.IsOptional && node is not null;
        if (isOptional)
        {
            var existing = ActionStore.All(resource, key, node);
            isOptional = existing.Count > 0 && !existing.Exists(a => a.Has(ActionFlags.Reschedule));
        }

        bool matches = role == Role.Unknown ? resource.NextRole != Role.Promoted : resource.NextRole == role;
        if (!matches)
        {
            if (isOptional) CancelBeforeRoleChange(resource, key, role, node!);
            return;
        }

        var monitor = actions.Custom(resource, key, node, isOptional);
        if (!start.IsRunnable || node is null || !node.IsOnlineAndClean) monitor.Clear(ActionFlags.Runnable);
        if (resource.NextRole == Role.Promoted) monitor.Meta["op_target_rc"] = "8";
        if (node is not null && !resource.IsManaged) return;
        orders.Add(resource, TaskKind.Start, monitor, Implied);
        orders.Add(resource, TaskKind.ReloadAgent, monitor, Implied);
        if (resource.NextRole == Role.Promoted) orders.Add(resource, TaskKind.Promote, monitor, Ordered);
        else if (resource.CurrentRole == Role.Promoted) orders.Add(resource, TaskKind.Demote, monitor, Ordered);
    }

    private void CancelBeforeRoleChange(ClusterResource resource, ActionKey key, Role role, ClusterNode node)
    {
        var cancel = Cancel(resource, key, node);
        TaskKind? before = role switch
        {
            Role.Promoted => TaskKind.Demote,
            _ when resource.NextRole == Role.Promoted => TaskKind.Promote,
            _ when resource.NextRole == Role.Stopped => TaskKind.Stop,
            _ => null,
        };
        if (before is { } task) orders.Add(cancel, resource, task, OrderFlags.UnrunnableFirstBlocks);
    }

    /// <summary>Turns the recurring action into its cancellation.</summary>
    public PlanAction Cancel(ClusterResource resource, ActionKey key, ClusterNode node)
    {
        var cancel = actions.Custom(resource, key, node, false);
        cancel.Task = TaskKind.Cancel;
        cancel.CancelTask = key.Task;
        cancel.Meta["operation"] = actions.Names.Name(key.Task);
        cancel.Meta["interval"] = key.IntervalMs.ToString(CultureInfo.InvariantCulture);
        return cancel;
    }

    /// <summary>Section 8.2: monitors that make sure the resource is not active elsewhere.</summary>
    private void CreateStopped(ClusterResource resource, OperationConfig op)
    {
        var key = new ActionKey(op.Task, op.IntervalMs);
        foreach (var node in state.NodeList)
        {
            bool isActiveNode = resource.AssignedNode == node && resource.NextRole != Role.Stopped;
            if (isActiveNode)
            {
                if (ActionStore.All(resource, key, node).Count == 0) continue;
                var cancel = Cancel(resource, key, node);
                if (resource.NextRole is Role.Started or Role.Unpromoted)
                {
                    orders.Add(cancel, resource, TaskKind.Start, OrderFlags.UnrunnableFirstBlocks);
                }

                continue;
            }

            CreateStoppedOn(resource, key, node);
        }
    }

    private void CreateStoppedOn(ClusterResource resource, ActionKey key, ClusterNode node)
    {
        bool isRunning = ActionStore.All(resource, key, node).Count > 0;
        var monitor = actions.Custom(resource, key, node, isRunning);
        monitor.Meta["op_target_rc"] = "7";
        if (resource.IsManaged)
        {
            foreach (var probe in ActionStore.All(resource, TaskKind.Monitor, node))
            {
                orders.Add(probe, monitor, OrderFlags.UnrunnableFirstBlocks);
            }
        }

        foreach (var stop in ActionStore.All(resource, TaskKind.Stop, node))
        {
            if (stop.IsRequired && monitor.IsRequired && !resource.IsManaged) monitor.Set(ActionFlags.Optional);
            if (!stop.IsRunnable) monitor.Clear(ActionFlags.Runnable);
            if (resource.IsManaged) orders.Add(stop, monitor, Implied);
        }

        if (!node.IsOnlineAndClean) monitor.Clear(ActionFlags.Runnable);
    }
}
