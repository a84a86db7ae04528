namespace Mainstay.Scheduler;

/// <summary>
/// Finds and creates actions (spec/scheduler-actions.md sections 2 to 4). All passes go through it, so ids follow the order of creation.
/// </summary>
internal sealed class ActionStore(ClusterState state, ConfigReader config)
{
    private readonly OperationMeta _meta = new(state, config);

    public TaskNames Names => state.Tasks;

    public OperationMeta Meta => _meta;

    public ConfigReader Config => config;

    /// <summary>Finds the action with this key on this node, or creates it; a requirement, once made, stays.</summary>
    public PlanAction Custom(ClusterResource resource, ActionKey key, ClusterNode? node, bool optional)
    {
        var action = Existing(resource, key, node) ?? Create(resource, key, node, optional);
        if (action.Node is not null && !action.IsPseudo && !resource.IsManaged && !action.Meta.ContainsKey("interval"))
        {
            action.Set(ActionFlags.Optional);
        }
        else if (!optional)
        {
            action.Clear(ActionFlags.Optional);
        }

        EvaluateExtra(action);
        UpdateRunnable(action);
        return action;
    }

    public PlanAction Custom(ClusterResource resource, TaskKind task, ClusterNode? node, bool optional) =>
        Custom(resource, new ActionKey(task), node, optional);

    /// <summary>A pseudo-action of a collective resource: created or found without node, runnable.</summary>
    public PlanAction Collective(ClusterResource resource, TaskKind task, bool optional, bool runnable)
    {
        var action = Custom(resource, task, null, optional);
        action.Set(ActionFlags.Pseudo);
        if (runnable) action.Set(ActionFlags.Runnable);
        return action;
    }

    /// <summary>A pseudo-action of the cluster, found by its key or created optional and runnable.</summary>
    public PlanAction Pseudo(string key, TaskKind task)
    {
        if (state.ActionsByFixedKey.TryGetValue(key, out var existing)) return existing;
        var action = Add(new PlanAction(state.Actions.Count + 1, null, new ActionKey(task), key, null));
        action.Set(ActionFlags.Pseudo | ActionFlags.Optional);
        return action;
    }

    /// <summary>An action of the cluster on a node, found by its key or created.</summary>
    public PlanAction NodeAction(string key, TaskKind task, ClusterNode? node, bool optional)
    {
        if (!state.ActionsByFixedKey.TryGetValue(key, out var action))
        {
            action = Add(new PlanAction(state.Actions.Count + 1, null, new ActionKey(task), key, node));
            if (optional) action.Set(ActionFlags.Optional);
        }

        if (!optional) action.Clear(ActionFlags.Optional);
        return action;
    }

    /// <summary>All actions of a resource with a key, oldest first; those without node adopt the node asked for.</summary>
    public static List<PlanAction> All(ClusterResource resource, ActionKey key, ClusterNode? node)
    {
        if (resource.Actions.WithKey(key) is not { } actions) return [];
        var found = new List<PlanAction>(node is null ? actions.Count : 1);
        AllInto(found, actions, node);
        return found;
    }

    /// <summary>As <see cref="All(ClusterResource, ActionKey, ClusterNode?)"/> without node, into a list that is emptied first.</summary>
    public static void AllInto(List<PlanAction> found, ClusterResource resource, ActionKey key)
    {
        found.Clear();
        if (resource.Actions.WithKey(key) is { } actions) AllInto(found, actions, null);
    }

    private static void AllInto(List<PlanAction> found, List<PlanAction> actions, ClusterNode? node)
    {
        foreach (var action in actions)
        {
            if (node is null || action.Node == node)
            {
                found.Add(action);
            }
            else if (action.Node is null)
            {
                action.Node = node;
                found.Add(action);
            }
        }
    }

    public static List<PlanAction> All(ClusterResource resource, TaskKind task, ClusterNode? node) =>
        All(resource, new ActionKey(task), node);

    /// <summary>The newest action with a task, on a node if one is given.</summary>
    public static PlanAction? First(ClusterResource resource, TaskKind task, ClusterNode? node)
    {
        if (!resource.Actions.MayHaveTask(task)) return null;
        for (int i = resource.Actions.Count - 1; i >= 0; i--)
        {
            var action = resource.Actions[i];
            if (action.Task == task && (node is null || action.Node == node)) return action;
        }

        return null;
    }

    /// <summary>The newest action with a key, on a node if one is given.</summary>
    public static PlanAction? First(ClusterResource resource, ActionKey key, ClusterNode? node)
    {
        if (resource.Actions.WithKey(key) is not { } actions) return null;
        for (int i = actions.Count - 1; i >= 0; i--)
        {
            if (node is null || actions[i].Node == node) return actions[i];
        }

        return null;
    }

    public static PlanAction? Existing(ClusterResource resource, ActionKey key, ClusterNode? node)
    {
        if (node is not null && resource.Actions.TryOldest(key, node, out var oldest)) return oldest;
        PlanAction? found = null;
        foreach (var action in resource.Actions.WithKey(key) ?? [])
        {
            if (node is not null && action.Node is null) action.Node = node;
            if (node is null || action.Node == node) found ??= action;
        }

        return found;
    }

    private PlanAction Create(ClusterResource resource, ActionKey key, ClusterNode? node, bool optional)
    {
        var action = new PlanAction(state.Actions.Count + 1, resource, key, null, node);
        if (optional) action.Set(ActionFlags.Optional);
        if (key.Task == TaskKind.LrmDelete) action.Set(ActionFlags.OnDc);
        Add(action);
        resource.Actions.Add(action);
        _meta.Fill(action);
        return action;
    }

    private PlanAction Add(PlanAction action)
    {
        state.Actions.Add(action);
        if (action.FixedKey is { } key) state.ActionsByFixedKey[key] = action;
        return action;
    }

    private void EvaluateExtra(PlanAction action)
    {
        if (action.HasExtraEvaluated || action.Node is null) return;
        action.HasExtraEvaluated = true;
        action.Extra = _meta.Extra(action);
    }

    /// <summary>Whether the action can run at all (spec/scheduler-actions.md section 4).</summary>
    private void UpdateRunnable(PlanAction action)
    {
        if (action.IsPseudo) return;
        var resource = action.Resource!;
        bool onDc = action.Has(ActionFlags.OnDc);
        if (action.Node is not { } node)
        {
            action.Clear(ActionFlags.Runnable);
            return;
        }

        if (!onDc && !node.Online && (!node.IsGuest || node.RemoteReset))
        {
            action.Clear(ActionFlags.Runnable);
            if (resource.IsManaged && action.Task == TaskKind.Stop && !node.Unclean)
            {
                Fencing.Fence(state, this, node, "stop is unrunnable", false);
            }

            return;
        }

        if (!onDc && node.Pending)
        {
            action.Clear(ActionFlags.Runnable);
            return;
        }

        if (action.Needs == ActionNeeds.Nothing)
        {
            action.Reason = null;
            if (node.IsGuest && !Fencing.CanFence(state, node)) action.Clear(ActionFlags.Runnable);
            else action.Set(ActionFlags.Runnable);
            return;
        }

        switch (EffectivePolicy(resource, node))
        {
            case QuorumPolicy.Stop:
                action.Clear(ActionFlags.Runnable);
                action.SetReason("no quorum", true);
                break;
            // What is active stays as it was found: a restart forced before placement, which has no node yet, cannot run.
            case QuorumPolicy.Freeze:
                if (resource.IsFullyActive() && resource.NextRole <= resource.CurrentRole) break;
                action.Clear(ActionFlags.Runnable);
                action.SetReason("quorum freeze", true);
                break;
            default:
                action.Set(ActionFlags.Runnable);
                break;
        }
    }

    private QuorumPolicy EffectivePolicy(ClusterResource resource, ClusterNode node)
    {
        _ = node;
        if (state.HasQuorum) return QuorumPolicy.Ignore;
        if (state.Options.QuorumPolicy != QuorumPolicy.Demote) return state.Options.QuorumPolicy;
        if (resource.CurrentRole is not (Role.Promoted or Role.Unpromoted)) return QuorumPolicy.Stop;
        if (resource.NextRole > Role.Unpromoted) resource.NextRole = Role.Unpromoted;
        return QuorumPolicy.Ignore;
    }
}
