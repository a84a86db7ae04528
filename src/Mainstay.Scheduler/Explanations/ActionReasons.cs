using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Finds the reasons of actions once the plan is made: from what the recorder kept, and from the state that the rules of
/// spec/scheduler-actions.md look at. It changes nothing.
/// </summary>
internal sealed partial class ActionReasons(ClusterState state, CibDocument cib, ReasonRecorder recorder)
{
    private readonly OrderPlaces _places = new(recorder);

    /// <summary>Why an action has to be done.</summary>
    public List<Reason> Of(PlanAction action)
    {
        var reasons = new List<Reason>();
        if (action.Key.Phase != NotifyPhase.None) AddNotify(action, reasons);
        else if (action.Resource is null) AddClusterAction(action, reasons);
        else if (!action.Resource.IsPrimitive) AddCollective(action, action.Resource, reasons);
        else AddPrimitive(action, action.Resource, reasons);
        AddOrders(action, reasons);
        if (reasons.Count == 0) reasons.Add(new Reason(ReasonKind.Unattributed) { Detail = action.Reason });
        return reasons;
    }

    private void AddPrimitive(PlanAction action, ClusterResource resource, List<Reason> reasons)
    {
        switch (action.Task)
        {
            case TaskKind.Start:
                AddStart(action, resource, reasons);
                break;
            case TaskKind.Stop:
                AddStop(action, resource, reasons);
                break;
            case TaskKind.Promote:
                AddPromote(action, resource, reasons);
                break;
            case TaskKind.Demote:
                AddDemote(action, resource, reasons);
                break;
            case TaskKind.MigrateTo or TaskKind.MigrateFrom:
                reasons.Add(new Reason(ReasonKind.LiveMigration)
                {
                    Place = recorder.PlaceOf(resource.Meta.SourceOf("allow-migrate")),
                    Resource = resource,
                    Node = action.Task == TaskKind.MigrateTo ? resource.AssignedNode : state.FindNode(action.Meta["migrate_source"]),
                    Attribute = "allow-migrate",
                });
                break;
            case TaskKind.ReloadAgent:
                reasons.Add(new Reason(ReasonKind.DefinitionChanged) { Resource = resource, Place = recorder.PlaceOf(resource.Config) });
                break;
            case TaskKind.Delete or TaskKind.LrmDelete:
                reasons.Add(new Reason(ReasonKind.HistoryObsolete)
                {
                    Resource = resource,
                    Node = action.Node,
                    Detail = resource.IsRemoved ? "removed" : action.Task == TaskKind.LrmDelete ? "shutdown-lock" : "definition",
                });
                break;
            case TaskKind.ClearFailCount:
                reasons.Add(new Reason(ReasonKind.FailCountObsolete) { Resource = resource, Node = action.Node, Detail = action.Reason });
                break;
            default:
                AddMonitor(action, resource, reasons);
                break;
        }
    }

    private void AddStart(PlanAction action, ClusterResource resource, List<Reason> reasons)
    {
        if (action.Node is { } node && resource.Active.Contains(node) && !resource.IsStartPending)
        {
            AddRestartCauses(resource, node, reasons);
        }
        else
        {
            var kind = resource.IsStartPending && action.IsOptional ? ReasonKind.StartPending : ReasonKind.ToRun;
            reasons.Add(new Reason(kind) { Resource = resource, Node = action.Node });
        }
    }

    private void AddStop(PlanAction action, ClusterResource resource, List<Reason> reasons)
    {
        var node = action.Node;
        if (resource.AssignedNode is null || resource.NextRole == Role.Stopped)
        {
            reasons.Add(new Reason(ReasonKind.NotToRun) { Resource = resource, Node = node });
            reasons.AddRange(WhyNotRunning(resource));
        }
        else if (resource.AssignedNode != node && resource.CurrentNode() == node)
        {
            reasons.Add(new Reason(ReasonKind.Moves) { Resource = resource, Node = resource.AssignedNode });
            if (node is not null && NodeReasons.Unavailability(state, cib, node) is { } gone) reasons.Add(gone);
        }

        if (resource.Active.Count > 1 || resource.IsStopUnexpected || resource.DanglingSources.Contains(node!))
        {
            reasons.Add(new Reason(ReasonKind.MultipleActive)
            {
                Place = recorder.PlaceOf(resource.Meta.SourceOf("multiple-active")),
                Resource = resource,
                Node = node,
                Attribute = "multiple-active",
                Value = resource.Meta["multiple-active"],
            });
        }

        if (node is not null) AddRestartCauses(resource, node, reasons);
    }

    /// <summary>Why a resource cannot simply go on running where it is.</summary>
    private void AddRestartCauses(ClusterResource resource, ClusterNode node, List<Reason> reasons)
    {
        reasons.AddRange(recorder.FailuresOf(resource).Where(f => f.Node == node || f.Node == resource.RemoteNode));
        var changed = resource.Actions.Find(a => a.Reason == "resource definition change");
        if (changed is not null || (resource.IsStartPending && ActionStore.First(resource, TaskKind.Delete, node) is not null))
        {
            reasons.Add(new Reason(ReasonKind.DefinitionChanged) { Resource = resource, Place = recorder.PlaceOf(resource.Config) });
        }

        if (resource.Launcher is { } launcher && launcher.Actions.Exists(a => a is { Task: TaskKind.Stop, IsRequired: true }))
        {
            reasons.Add(new Reason(ReasonKind.Container) { Resource = launcher });
        }

        foreach (var launched in resource.Launched)
        {
            reasons.AddRange(recorder.FailuresOf(launched).Where(f => f.Limit == "restart-container"));
        }

        if (reasons.Count == 0 && resource.IsFailed) reasons.Add(new Reason(ReasonKind.Failure) { Resource = resource, Node = node });
        if (reasons.Count == 0 && resource.IsBlocked) reasons.Add(recorder.WhyUnmanaged(resource, node));
        if (reasons.Count == 0 && resource.Actions.Exists(a => a is { Task: TaskKind.Start, IsRequired: true }))
        {
            reasons.Add(new Reason(ReasonKind.Restart) { Resource = resource, Node = node });
        }
    }

    private void AddPromote(PlanAction action, ClusterResource resource, List<Reason> reasons)
    {
        if (resource.CurrentRole == Role.Promoted && action.Node is { } node && resource.Active.Contains(node))
        {
            AddRestartCauses(resource, node, reasons);
            if (reasons.Count > 0) return;
        }

        var trace = recorder.PromotionOf(resource.Top.IsClone ? Instance(resource) : resource);
        reasons.Add(new Reason(ReasonKind.ToPromote) { Resource = resource, Node = action.Node, Score = trace?.Score });
    }

    private static ClusterResource Instance(ClusterResource primitive) =>
        primitive.Parent is { IsClone: false, IsBundle: false } group ? group : primitive;

    private void AddDemote(PlanAction action, ClusterResource resource, List<Reason> reasons)
    {
        if (resource.NextRole == Role.Promoted && resource.AssignedNode == action.Node)
        {
            AddRestartCauses(resource, action.Node!, reasons);
            return;
        }

        var trace = recorder.PromotionOf(Instance(resource));
        reasons.Add(new Reason(ReasonKind.ToDemote) { Resource = resource, Node = action.Node, Score = trace?.Score });
        if (resource.AssignedNode is not { } next) reasons.AddRange(WhyNotRunning(resource));
        else if (next != action.Node) reasons.Add(new Reason(ReasonKind.Moves) { Resource = resource, Node = next });
        if (action.Node is { } node) reasons.AddRange(recorder.FailuresOf(resource).Where(f => f.Node == node));
    }

    private void AddMonitor(PlanAction action, ClusterResource resource, List<Reason> reasons)
    {
        var place = recorder.PlaceOf(OperationMeta.Find(action.Resource!, action.Key)?.Xml);
        if (action.Task == TaskKind.Cancel)
        {
            var ends = new Reason(ReasonKind.RecurringEnds) { Place = place, Resource = resource, Node = action.Node };
            reasons.Add(ends with { Detail = action.Reason });
        }
        else if (action.Key.IntervalMs == 0)
        {
            reasons.Add(new Reason(ReasonKind.StateUnknown) { Resource = resource, Node = action.Node });
        }
        else
        {
            bool isReplaced = action.Has(ActionFlags.Reschedule);
            var kind = isReplaced ? ReasonKind.DefinitionChanged : ReasonKind.RecurringOperation;
            reasons.Add(new Reason(kind) { Place = place, Resource = resource, Node = action.Node, Attribute = "op" });
        }
    }

    private void AddOrders(PlanAction action, List<Reason> reasons)
    {
        foreach (var change in recorder.FlagsOf(action).Where(c => c.Flag == ActionFlags.Optional))
        {
            reasons.Add(OfOrder(ReasonKind.OrderRequires, action, change));
        }
    }

    private Reason OfOrder(ReasonKind kind, PlanAction action, FlagChange change)
    {
        var cause = change.Cause;
        var place = change.IsColocation ? ColocationPlace(action, cause) : _places.Find(cause, action) ?? _places.Find(action, cause);
        return new Reason(change.IsColocation ? ReasonKind.ColocationBlocks : kind)
        {
            Place = place,
            Resource = cause.Resource,
            Node = cause.Node,
            Operation = state.Tasks.KeyText(cause),
            Attribute = place is null ? Structure(action, cause) : null,
        };
    }

    /// <summary>Which structure orders two actions, if no constraint does.</summary>
    private static string Structure(PlanAction action, PlanAction cause)
    {
        if (action.Resource is not { } a || cause.Resource is not { } b) return "cluster";
        if (a == b) return "same";
        if (a.IsAncestorOf(b)) return "member";
        if (b.IsAncestorOf(a)) return "parent";
        if (a.Parent is { IsGroup: true } group && b.Parent == group) return "group";
        return a.Launcher == b || b.Launcher == a ? "container" : "other";
    }

    private ConfigurationPlace? ColocationPlace(PlanAction action, PlanAction cause)
    {
        for (var r = action.Resource; r is not null; r = r.Parent)
        {
            foreach (var constraint in r.ThisWith)
            {
                if (constraint.Primary == cause.Resource || constraint.Primary.IsAncestorOf(cause.Resource!))
                {
                    return recorder.OfColocation(constraint, false).Place;
                }
            }
        }

        return null;
    }
}
