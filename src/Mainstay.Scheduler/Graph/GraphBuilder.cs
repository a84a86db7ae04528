namespace Mainstay.Scheduler;

/// <summary>Pass 17: the transition graph (spec/scheduler-output.md section 2).</summary>
internal sealed class GraphBuilder(ClusterState state, ConfigReader config, ActionStore actions, OrderStore orders)
{
    private readonly Notifications _notifications = new(state, actions, orders);
    private readonly GraphActionFactory _factory = new(state, config, actions);
    private readonly List<PlanAction> _added = [];

    public TransitionGraph Build()
    {
        _added.EnsureCapacity(state.Actions.Count);
        foreach (var resource in state.ResourceList) AddResource(resource);
        AddMaintenance();
        for (int i = state.Actions.Count - 1; i >= 0; i--)
        {
            if (!state.Actions[i].Has(ActionFlags.InGraph)) Consider(state.Actions[i]);
        }

        foreach (var action in _added) _factory.LookUp(action);
        var options = state.Options;
        return new TransitionGraph
        {
            ClusterDelay = options.Text("cluster-delay", "60s"),
            FencingTimeout = options.Text("fencing-timeout", "60s"),
            FailedStartOffset = options.StartFailureIsFatal ? "INFINITY" : "1",
            BatchLimit = ConfigReader.Integer(options.Text("batch-limit", "0")),
            MigrationLimit = ConfigReader.Integer(options.Text("migration-limit", "-1")),
            RecheckBy = Recheck(),
            Synapses = new PlannedSynapses(_added, _factory),
            Unattainable = Unattainable(),
        };
    }

    /// <summary>
    /// An input that is required and cannot run counts unless its order is a plain one (spec/scheduler-output.md section 2.4), so that
    /// for example a resource serialized with one that is blocked does not start.
    /// </summary>
    private List<GraphAction> Unattainable()
    {
        var found = new List<PlanAction>();
        var seen = new HashSet<PlanAction>();
        foreach (var action in _added)
        {
            foreach (ref readonly var input in action.Before.AsSpan())
            {
                if (input.IsGraphed && !input.Action.Has(ActionFlags.InGraph) && seen.Add(input.Action)) found.Add(input.Action);
            }
        }

        found.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return found.ConvertAll(_factory.Create);
    }

    private long? Recheck()
    {
        if (config.RecheckBy is { } byRule) state.UpdateRecheck(byRule);
        return state.RecheckBy;
    }

    private void AddResource(ClusterResource resource)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                AddOwn(resource);
                break;
            case ResourceVariant.Group:
                AddOwn(resource);
                foreach (var member in resource.ChildList) AddResource(member);
                break;
            case ResourceVariant.Clone:
                for (int i = resource.Actions.Count - 1; i >= 0; i--) CollectiveFlags.Of(resource, resource.Actions[i], null);
                if (resource.IsNotified) _notifications.CreateReal(resource);
                foreach (var instance in resource.ChildList) AddResource(instance);
                AddOwn(resource);
                break;
            default:
                AddBundle(resource);
                break;
        }
    }

    private void AddBundle(ClusterResource bundle)
    {
        if (bundle.Bundle!.InnerClone is { } clone) AddResource(clone);
        foreach (var replica in bundle.Bundle.Replicas)
        {
            if (replica.Ip is { } ip) AddResource(ip);
            AddResource(replica.Container);
            if (replica.Connection is { } connection) AddResource(connection);
        }
    }

    private void AddOwn(ClusterResource resource)
    {
        for (int i = resource.Actions.Count - 1; i >= 0; i--) Consider(resource.Actions[i]);
    }

    private void AddMaintenance()
    {
        bool any = state.NodeList.Exists(n => n.IsRemoteOrGuest && n.Maintenance != n.RemoteMaintenanceSent);
        if (!any) return;
        var action = actions.Pseudo("maintenance_nodes", TaskKind.MaintenanceNodes);
        action.Set(ActionFlags.AlwaysInGraph);
    }

    private void Consider(PlanAction action)
    {
        if (!action.Has(ActionFlags.Considered))
        {
            action.Set(ActionFlags.Considered);
            MergeInputs(action);
        }

        if (action.Has(ActionFlags.InGraph) || !GraphRules.CanBeAdded(action)) return;
        action.Set(ActionFlags.InGraph);
        _added.Add(action);
        for (int i = action.Before.Count - 1; i >= 0; i--)
        {
            ref var input = ref action.Before[i];
            if (GraphRules.IsInput(action, ref input)) input.IsGraphed = true;
        }
    }

    /// <summary>Inputs by ascending id, one per action: kept descending because the rules visit the list from its end.</summary>
    private static void MergeInputs(PlanAction action)
    {
        if (action.Before.Count < 2) return;
        action.Before.SortDescending();
        var inputs = action.Before.AsSpan();
        int last = 0;
        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[last].Action == inputs[i].Action) inputs[last].Flags |= inputs[i].Flags;
            else inputs[++last] = inputs[i];
        }

        action.Before.Truncate(last + 1);
    }
}
