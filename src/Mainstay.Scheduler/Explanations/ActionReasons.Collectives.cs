namespace Mainstay.Scheduler;

/// <content>Actions of collectives and of the cluster itself.</content>
internal sealed partial class ActionReasons
{
    private void AddNotify(PlanAction action, List<Reason> reasons)
    {
        var resource = action.Resource!;
        var place = recorder.PlaceOf(resource.Meta.SourceOf("notify") ?? resource.Top.Meta.SourceOf("notify"));
        reasons.Add(new Reason(ReasonKind.Notify)
        {
            Place = place,
            Resource = resource.FindAncestorClone() ?? resource,
            Node = action.Node,
            Attribute = "notify",
            Operation = action.Meta.GetValueOrDefault("notify_operation"),
            Value = action.Meta.GetValueOrDefault("notify_type"),
        });
    }

    private void AddCollective(PlanAction action, ClusterResource collective, List<Reason> reasons)
    {
        var task = TaskNames.Base(action.Task);
        foreach (var member in collective.SelfAndDescendants())
        {
            if (member == collective || !member.IsPrimitive) continue;
            var acting = member.Actions.Find(a => a.Task == task && a is { IsRequired: true, Key.Phase: NotifyPhase.None });
            if (acting is null) continue;
            reasons.Add(new Reason(ReasonKind.MembersAct)
            {
                Resource = member,
                Node = acting.Node,
                Operation = state.Tasks.KeyText(acting),
            });
        }

        if (reasons.Count > 0) return;

        // The point is in the graph for the sake of the order: its opposite or its parent has something to do.
        foreach (var relation in action.After.Concat(action.Before))
        {
            if (relation.Action is not { IsRequired: true, Resource: { } other } || !IsRelative(collective, other)) continue;
            reasons.Add(new Reason(ReasonKind.MembersAct)
            {
                Resource = other,
                Node = relation.Action.Node,
                Operation = state.Tasks.KeyText(relation.Action),
            });
            return;
        }
    }

    private static bool IsRelative(ClusterResource a, ClusterResource b) => a == b || a.IsAncestorOf(b) || b.IsAncestorOf(a);

    private void AddClusterAction(PlanAction action, List<Reason> reasons)
    {
        switch (action.Task)
        {
            case TaskKind.Stonith when action.Meta.GetValueOrDefault("stonith_action") == "on":
                string why = action.Reason ?? "the definition of a device changed";
                reasons.Add(new Reason(ReasonKind.Unfencing) { Node = action.Node, Detail = why });
                break;
            case TaskKind.Stonith:
                reasons.AddRange(recorder.FencingsOf(action.Node!));
                if (reasons.Count == 0) reasons.Add(new Reason(ReasonKind.Fencing) { Node = action.Node, Detail = action.Reason });
                break;
            case TaskKind.Shutdown:
                reasons.Add(new Reason(ReasonKind.NodeShutdown)
                {
                    Place = NodeReasons.AttributePlace(cib, action.Node!, "shutdown"),
                    Node = action.Node,
                    Attribute = "shutdown",
                    Value = action.Node!.Attributes.GetValueOrDefault("shutdown"),
                });
                break;
            case TaskKind.MaintenanceNodes:
                var told = state.NodeList.Find(n => n.IsRemoteOrGuest && n.Maintenance != n.RemoteMaintenanceSent);
                reasons.Add(new Reason(ReasonKind.MaintenanceNotice) { Node = told });
                break;
            case TaskKind.LoadStopped:
                reasons.Add(new Reason(ReasonKind.LoadOrder) { Node = action.Node, Attribute = "placement-strategy" });
                break;
            case TaskKind.OneOrMore:
                string least = ReasonRecorder.Text(action.RequiredBefore);
                reasons.Add(new Reason(ReasonKind.OneOrMore) { Place = GatePlace(action), Limit = least });
                break;
            default:
                break;
        }
    }

    private ConfigurationPlace? GatePlace(PlanAction gate) => recorder.Orderings
        .Where(o => o.Ordering.FirstAction == gate || o.Ordering.ThenAction == gate)
        .Select(o => recorder.PlaceOf(o.Place)).FirstOrDefault();

    /// <summary>Why an action cannot be done, or is left out although it has to be done.</summary>
    public List<Reason> ObstaclesOf(PlanAction action)
    {
        var reasons = new List<Reason>();
        if (action.Resource is { IsManaged: false } resource && !action.IsPseudo && action.Task != TaskKind.Monitor)
        {
            reasons.Add(recorder.WhyUnmanaged(resource, action.Node));
        }

        if (!action.IsRunnable) AddUnrunnable(action, reasons);
        if (reasons.Count == 0 && action is { IsRunnable: true, IsPseudo: false, Node: { } node }
            && !GraphRules.CanBeAdded(action) && action.IsRequired)
        {
            reasons.Add(NodeReasons.Unavailability(state, cib, node)
                ?? new Reason(ReasonKind.NodeOffline) { Node = node, Resource = node.Connection?.Launcher ?? node.Connection });
        }

        return reasons;
    }

    private void AddUnrunnable(PlanAction action, List<Reason> reasons)
    {
        foreach (var change in recorder.FlagsOf(action).Where(c => c.Flag == ActionFlags.Runnable))
        {
            reasons.Add(OfOrder(ReasonKind.OrderBlocks, action, change));
        }

        if (action.Resource is { IsPrimitive: false } collective)
        {
            if (reasons.Count == 0) AddMembersObstacles(action, collective, reasons);
            return;
        }

        if (action.Resource is not { } resource) return;
        if (action.Reason is "no quorum" or "quorum freeze")
        {
            reasons.Insert(0, new Reason(action.Reason == "no quorum" ? ReasonKind.NoQuorum : ReasonKind.QuorumFreeze)
            {
                Place = recorder.OptionPlace("no-quorum-policy"),
                Resource = resource,
                Attribute = "no-quorum-policy",
                Value = state.Options.Text("no-quorum-policy", "stop"),
            });
        }

        if (reasons.Count == 0 && action.Key.IntervalMs > 0
            && ActionStore.First(resource, TaskKind.Start, action.Node) is { IsRunnable: false } start)
        {
            reasons.AddRange(ObstaclesOf(start));
        }

        if (action.Node is not { } node)
        {
            reasons.AddRange(WhyNotRunning(resource));
            if (reasons.Count == 0) reasons.Add(new Reason(ReasonKind.NoNode) { Resource = resource });
        }
        else if (reasons.Count == 0 && NodeReasons.Unavailability(state, cib, node) is { } unavailable)
        {
            reasons.Add(unavailable);
        }

        if (reasons.Count == 0 && (resource.AssignedNode is null || resource.NextRole == Role.Stopped))
        {
            reasons.AddRange(WhyNotRunning(resource));
        }

        if (reasons.Count == 0) AddBlockingInput(action, reasons);
    }

    /// <summary>What an action waits for in vain, where no change of a flag was recorded.</summary>
    private void AddBlockingInput(PlanAction action, List<Reason> reasons)
    {
        var input = action.Before.Find(r => !r.Action.IsRunnable && r.Flags != OrderFlags.None);
        if (input is { } blocking)
        {
            reasons.Add(OfOrder(ReasonKind.OrderBlocks, action,
                new FlagChange(ActionFlags.Runnable, blocking.Action, IsColocation: false)));
        }
        else if (ActionStore.First(action.Resource!, TaskKind.Start, action.Node) is { IsRunnable: false } start && start != action)
        {
            reasons.AddRange(ObstaclesOf(start));
        }
        else if (action.Node is { IsGuest: true } guest)
        {
            reasons.Add(new Reason(ReasonKind.NodeOffline) { Node = guest, Resource = guest.Connection?.Launcher ?? guest.Connection });
        }
        else if (action.Resource is { Parent: { IsGroup: true } group })
        {
            var sibling = group.ChildList.SelectMany(m => m.Actions)
                .FirstOrDefault(a => a != action && a is { IsRunnable: false, Key.Phase: 0 });
            if (sibling is null) return;
            reasons.Add(OfOrder(ReasonKind.OrderBlocks, action, new FlagChange(ActionFlags.Runnable, sibling, IsColocation: false)));
        }
    }

    /// <summary>A point in the order of a collective cannot be reached because of what its members cannot do.</summary>
    private void AddMembersObstacles(PlanAction action, ClusterResource collective, List<Reason> reasons)
    {
        var task = TaskNames.Base(action.Task);
        foreach (var member in collective.Primitives())
        {
            var own = member.Actions.Find(a => a.Task == task && a.Key.Phase == NotifyPhase.None && !a.IsRunnable);
            var found = own is not null ? ObstaclesOf(own) : WhyNotRunning(member);
            if (found.Count == 0) continue;
            reasons.Add(new Reason(ReasonKind.MembersAct) { Resource = member, Operation = own is null ? null : state.Tasks.KeyText(own) });
            foreach (var reason in found.Where(r => !reasons.Contains(r))) reasons.Add(reason);
            return;
        }
    }

    /// <summary>Why a primitive will not run, from the placement alone.</summary>
    public List<Reason> WhyNotRunning(ClusterResource resource)
    {
        if (recorder.PlacementOf(resource) is not { } trace) return [];
        if (trace.Why.Kind is not (ReasonKind.NoNode or ReasonKind.OnlyNode or ReasonKind.HighestScore or ReasonKind.Preferred
            or ReasonKind.TieName or ReasonKind.TieCapacity or ReasonKind.TieCurrentNode or ReasonKind.TieFewerResources))
        {
            return [trace.Why];
        }

        var everywhere = trace.Changes.FirstOrDefault(c => c.Reason.Kind is ReasonKind.TargetRole or ReasonKind.Ticket
            or ReasonKind.InstanceLimit or ReasonKind.Removed);
        if (everywhere is not null) return [everywhere.Reason];
        var failures = recorder.FailuresOf(resource);
        bool stops = resource.NextRole == Role.Stopped;
        if (stops && failures.FirstOrDefault(f => f.Limit == "stop") is { } stopping) return [stopping];
        if (stops && trace.Chosen is not null && failures is [.., { } failure]) return [failure];
        var reasons = new List<Reason> { trace.Why };
        foreach (var standing in trace.Nodes)
        {
            if (trace.Obstacle(standing.Node) is { } obstacle && !reasons.Contains(obstacle)) reasons.Add(obstacle);
        }

        return reasons;
    }
}
