using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>The notifications around one task of a clone.</summary>
internal sealed class NotificationSet
{
    public required TaskKind Task { get; init; }

    public PlanAction? Pre { get; set; }

    public PlanAction? ConfirmedPre { get; set; }

    public PlanAction? Post { get; set; }

    public PlanAction? ConfirmedPost { get; set; }

    public List<NotifyEntry> Start { get; } = [];

    public List<NotifyEntry> Stop { get; } = [];

    public List<NotifyEntry> Promote { get; } = [];

    public List<NotifyEntry> Demote { get; } = [];

    public List<NotifyEntry> Active { get; } = [];

    public List<NotifyEntry> Inactive { get; } = [];

    public List<NotifyEntry> Unpromoted { get; } = [];

    public List<NotifyEntry> Promoted { get; } = [];

    public TextMap Variables { get; } = new();
}

/// <summary>A resource and the node its operation or state is on.</summary>
internal readonly record struct NotifyEntry(ClusterResource Resource, ClusterNode? Node);

/// <summary>Clone notifications (spec/scheduler-actions.md section 15).</summary>
internal sealed class Notifications(ClusterState state, ActionStore actions, OrderStore orders)
{
    /// <summary>Section 15.1: the pseudo-actions around one task and its completion.</summary>
    public void CreatePseudo(ClusterResource clone, TaskKind task, PlanAction action, PlanAction completion)
    {
        if (!clone.IsNotified) return;
        var set = new NotificationSet { Task = task };
        clone.NotificationSets.Add(set);
        set.Pre = Pseudo(clone, task, NotifyPhase.Pre, task, action.IsOptional);
        set.Pre.Set(ActionFlags.Runnable);
        set.ConfirmedPre = Pseudo(clone, task, NotifyPhase.ConfirmedPre, task, action.IsOptional);
        set.ConfirmedPre.Set(ActionFlags.Runnable);
        orders.Add(set.Pre, set.ConfirmedPre, OrderFlags.Ordered);
        orders.Add(set.ConfirmedPre, action, OrderFlags.Ordered);
        AddPost(clone, set, completion.Key.Task, completion);
        orders.Add(set.ConfirmedPre, set.Post, OrderFlags.Ordered);
        if (task == TaskKind.Stop) OrderStartAfterStop(clone);
    }

    private void OrderStartAfterStop(ClusterResource clone)
    {
        var start = Find(clone, TaskKind.Start);
        var stop = Find(clone, TaskKind.Stop);
        orders.Add(stop?.ConfirmedPost, start?.Pre, OrderFlags.Ordered);
    }

    /// <summary>The order of a promotable clone's notifications.</summary>
    public void OrderPromotable(ClusterResource clone)
    {
        if (!clone.IsNotified) return;
        var start = Find(clone, TaskKind.Start);
        var stop = Find(clone, TaskKind.Stop);
        var promote = Find(clone, TaskKind.Promote);
        var demote = Find(clone, TaskKind.Demote);
        orders.Add(stop?.ConfirmedPost, promote?.Pre, OrderFlags.Ordered);
        orders.Add(start?.ConfirmedPost, promote?.Pre, OrderFlags.Ordered);
        orders.Add(demote?.ConfirmedPost, promote?.Pre, OrderFlags.Ordered);
        orders.Add(demote?.ConfirmedPost, start?.Pre, OrderFlags.Ordered);
        orders.Add(demote?.ConfirmedPost, stop?.Pre, OrderFlags.Ordered);
    }

    private static NotificationSet? Find(ClusterResource clone, TaskKind task) => clone.NotificationSets.Find(s => s.Task == task);

    private void AddPost(ClusterResource resource, NotificationSet set, TaskKind completionTask, PlanAction completion)
    {
        set.Post = Pseudo(resource, completionTask, NotifyPhase.Post, set.Task, completion.IsOptional);
        set.ConfirmedPost = Pseudo(resource, completionTask, NotifyPhase.ConfirmedPost, set.Task, completion.IsOptional);
        foreach (var post in new[] { set.Post, set.ConfirmedPost })
        {
            post.Priority = Scores.Infinity;
            if (completion.IsRunnable) post.Set(ActionFlags.Runnable);
            else post.Clear(ActionFlags.Runnable);
        }

        orders.Add(completion, set.Post, OrderFlags.FirstImpliesThen);
        orders.Add(set.Post, set.ConfirmedPost, OrderFlags.FirstImpliesThen);
    }

    private PlanAction Pseudo(ClusterResource resource, TaskKind keyTask, NotifyPhase phase, TaskKind task, bool optional)
    {
        var action = actions.Custom(resource, new ActionKey(keyTask, 0, phase), null, optional);
        action.Set(ActionFlags.Pseudo);
        action.Meta["notify_key_type"] = TaskNames.PhaseName(phase);
        action.Meta["notify_key_operation"] = actions.Names.Name(keyTask);
        action.Meta["notify_type"] = phase is NotifyPhase.Pre or NotifyPhase.ConfirmedPre ? "pre" : "post";
        action.Meta["notify_operation"] = actions.Names.Name(task);
        return action;
    }

    /// <summary>Sections 15.2 to 15.5: the real notifications, once the flags of the clone's actions are final.</summary>
    public void CreateReal(ClusterResource clone)
    {
        foreach (var task in new[] { TaskKind.Start, TaskKind.Stop, TaskKind.Promote, TaskKind.Demote })
        {
            if (Find(clone, task) is not { } set) continue;
            foreach (var primitive in clone.Primitives()) Collect(set, primitive, withActions: true);
            NotificationVariables.Fill(state, clone, set);
            RequireIfUsed(set);
            foreach (var primitive in clone.Primitives()) CreateFor(primitive, set, TaskList(set));
        }
    }

    /// <summary>Section 15.6: peers learn that an instance was stopped by fencing.</summary>
    public void CreateAfterFencing(ClusterResource resource, PlanAction stop, PlanAction fence)
    {
        var set = new NotificationSet { Task = TaskKind.Stop };
        AddPost(resource, set, TaskKind.Stonith, fence);
        foreach (var primitive in resource.Top.Primitives()) Collect(set, primitive, withActions: false);
        if (resource.Top.IsClone) NotificationVariables.Fill(state, resource.Top, set);
        set.Variables["notify_stop_resource"] = resource.Id;
        set.Variables["notify_stop_uname"] = stop.Node?.Name ?? " ";
        set.Post!.Clear(ActionFlags.Optional);
        set.ConfirmedPost!.Clear(ActionFlags.Optional);
        foreach (var primitive in resource.Top.Primitives()) CreateFor(primitive, set, null);
    }

    private static void Collect(NotificationSet set, ClusterResource primitive, bool withActions)
    {
        var entry = new NotifyEntry(primitive, primitive.Active.Count > 0 ? primitive.Active[0] : null);
        switch (primitive.CurrentRole)
        {
            case Role.Stopped:
                set.Inactive.Add(entry);
                break;
            case Role.Started:
                set.Active.Add(entry);
                break;
            case Role.Unpromoted:
                set.Unpromoted.Add(entry);
                set.Active.Add(entry);
                break;
            case Role.Promoted:
                set.Promoted.Add(entry);
                set.Active.Add(entry);
                break;
            default:
                break;
        }

        if (!withActions) return;
        foreach (var action in primitive.Actions)
        {
            if (action.IsOptional || action.Node is not { } node) continue;
            if (!action.IsRunnable && (action.Task != TaskKind.Stop || !node.Unclean)) continue;
            var list = action.Task switch
            {
                TaskKind.Start => set.Start,
                TaskKind.Stop => set.Stop,
                TaskKind.Promote => set.Promote,
                TaskKind.Demote => set.Demote,
                _ => null,
            };
            list?.Add(new NotifyEntry(primitive, node));
        }
    }

    private static List<NotifyEntry> TaskList(NotificationSet set) => set.Task switch
    {
        TaskKind.Start => set.Start,
        TaskKind.Stop => set.Stop,
        TaskKind.Promote => set.Promote,
        _ => set.Demote,
    };

    private static void RequireIfUsed(NotificationSet set)
    {
        if (TaskList(set).Count == 0) return;
        set.Pre?.Clear(ActionFlags.Optional);
        set.ConfirmedPre?.Clear(ActionFlags.Optional);
        set.Post?.Clear(ActionFlags.Optional);
        set.ConfirmedPost?.Clear(ActionFlags.Optional);
    }

    private void CreateFor(ClusterResource primitive, NotificationSet set, List<NotifyEntry>? taskList)
    {
        foreach (var action in primitive.Actions)
        {
            if (action.IsOptional || action.Node is null) continue;
            if (action.Task is not (TaskKind.Start or TaskKind.Stop or TaskKind.Promote or TaskKind.Demote)) continue;
            foreach (var (name, value) in set.Variables) action.Meta[name] = value;
        }

        if (set.Task != TaskKind.Stop && taskList is { Count: 0 }) return;
        if (set.Task is TaskKind.Stop or TaskKind.Demote) CreateForDown(primitive, set);
        else CreateForUp(primitive, set);
    }

    private void CreateForDown(ClusterResource primitive, NotificationSet set)
    {
        if (primitive.CurrentRole == Role.Stopped) return;
        var stop = ActionStore.First(primitive, TaskKind.Stop, null);
        foreach (var node in primitive.Active)
        {
            if (stop is { IsPseudo: true } && (node.Unclean || node.RemoteReset)) continue;
            Notify(primitive, node, set, set.Pre, set.ConfirmedPre, NotifyPhase.Pre);
            if (set.Task == TaskKind.Demote || stop is null || stop.IsOptional)
            {
                Notify(primitive, node, set, set.Post, set.ConfirmedPost, NotifyPhase.Post);
            }
        }
    }

    private void CreateForUp(ClusterResource primitive, NotificationSet set)
    {
        if (primitive.NextRole == Role.Stopped) return;
        var start = ActionStore.First(primitive, TaskKind.Start, null);
        if (start?.Node is { IsRemoteOrGuest: true, Connection: { } connection }
            && ActionStore.First(connection, TaskKind.Start, null) is { IsRunnable: false })
        {
            return;
        }

        if (primitive.AssignedNode is not { } node) return;
        if (set.Task != TaskKind.Start || start is null || start.IsOptional)
        {
            Notify(primitive, node, set, set.Pre, set.ConfirmedPre, NotifyPhase.Pre);
        }

        Notify(primitive, node, set, set.Post, set.ConfirmedPost, NotifyPhase.Post);
    }

    private void Notify(
        ClusterResource primitive, ClusterNode node, NotificationSet set, PlanAction? pseudo, PlanAction? confirmed, NotifyPhase phase)
    {
        if (pseudo is null || confirmed is null || !pseudo.IsRunnable || !node.Online) return;
        var notify = actions.Custom(primitive, new ActionKey(set.Task, 0, phase), node, pseudo.IsOptional);
        foreach (var (name, value) in pseudo.Meta) notify.Meta.TryAdd(name, value);
        foreach (var (name, value) in set.Variables) notify.Meta[name] = value;
        RelationStore.Relate(pseudo, notify, OrderFlags.Ordered);
        RelationStore.Relate(notify, confirmed, OrderFlags.Ordered);
        if (phase != NotifyPhase.Post) return;
        notify.Priority = Scores.Infinity;
        foreach (var monitor in primitive.Actions)
        {
            if (monitor.Task != TaskKind.Cancel && monitor.Key.IntervalMs > 0) RelationStore.Relate(confirmed, monitor, OrderFlags.Ordered);
        }
    }
}

/// <summary>The lists that agents see in notifications (section 15.4).</summary>
internal static class NotificationVariables
{
    public static void Fill(ClusterState state, ClusterResource clone, NotificationSet set)
    {
        var variables = set.Variables;
        variables["notify_stop_resource"] = Resources(set.Stop);
        variables["notify_stop_uname"] = Nodes(set.Stop);
        variables["notify_start_resource"] = Resources(set.Start);
        variables["notify_start_uname"] = Nodes(set.Start);
        variables["notify_demote_resource"] = Resources(set.Demote);
        variables["notify_demote_uname"] = Nodes(set.Demote);
        variables["notify_promote_resource"] = Resources(set.Promote);
        variables["notify_promote_uname"] = Nodes(set.Promote);
        variables["notify_active_resource"] = Resources(set.Active);
        variables["notify_active_uname"] = Nodes(set.Active);
        variables["notify_unpromoted_resource"] = variables["notify_slave_resource"] = Resources(set.Unpromoted);
        variables["notify_unpromoted_uname"] = variables["notify_slave_uname"] = Nodes(set.Unpromoted);
        variables["notify_promoted_resource"] = variables["notify_master_resource"] = Resources(set.Promoted);
        variables["notify_promoted_uname"] = variables["notify_master_uname"] = Nodes(set.Promoted);
        variables["notify_inactive_resource"] = Resources(set.Inactive);
        variables["notify_available_uname"] = Join(state.NodeList.Where(clone.Table.Contains).Select(n => n.Name));
        variables["notify_all_uname"] = Join(state.NodeList.Select(n => n.Name));
        if (string.Equals(clone.Meta["container-attribute-target"], "host", StringComparison.OrdinalIgnoreCase))
        {
            variables["notify_all_hosts"] = Join(state.NodeList.Select(HostName).OfType<string>());
        }
    }

    private static string? HostName(ClusterNode node) =>
        node is { IsGuest: true, Connection.Launcher: { } container } ? container.CurrentNode()?.Name ?? node.Name : node.Name;

    private static IEnumerable<NotifyEntry> Sorted(List<NotifyEntry> entries) => entries
        .OrderBy(e => e.Resource.Id, StringComparer.Ordinal)
        .ThenBy(e => e.Node?.Id ?? "", StringComparer.Ordinal);

    private static string Resources(List<NotifyEntry> entries) => Join(Distinct(entries).Select(e => e.Resource.Id));

    private static string Nodes(List<NotifyEntry> entries) =>
        Join(Distinct(entries).Where(e => e.Node is not null).Select(e => e.Node!.Name));

    private static IEnumerable<NotifyEntry> Distinct(List<NotifyEntry> entries)
    {
        string? last = null;
        foreach (var entry in Sorted(entries))
        {
            if (entry.Resource.Id == last) continue;
            last = entry.Resource.Id;
            yield return entry;
        }
    }

    private static string Join(IEnumerable<string> names)
    {
        string text = string.Join(' ', names);
        return text.Length == 0 ? " " : text;
    }
}
