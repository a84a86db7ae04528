using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <content>Why something cannot be on a node, and why actions are done.</content>
internal sealed partial class ReasonText
{
    /// <summary>Why a resource cannot be on a node, as a clause that needs no further context.</summary>
    public string Obstacle(Reason reason, ClusterResource resource, ClusterNode node)
    {
        switch (reason.Kind)
        {
            case ReasonKind.Start:
                return $"the score of {node} itself is negative";
            case ReasonKind.Location:
                return $"{Cause(reason)} keeps {Named(reason.Resource, resource)} away from {node} (score {Score(reason.Score ?? 0)})";
            case ReasonKind.Colocation:
                return Together(reason, resource, node);
            case ReasonKind.DependentWishes:
                return $"{reason.Resource}, which {Constraint(reason, "a colocation")} ties to {resource}, cannot run on {node}";
            case ReasonKind.Group or ReasonKind.Container:
                return reason.Node is { } at ? $"{resource} has to be with {reason.Resource}, which is on {at}"
                    : $"{resource} has to be with {reason.Resource}, which has no node or cannot be on {node}";
            case ReasonKind.Bundle:
                return reason.Resource is null ? $"{node} runs only what its bundle contains"
                    : $"{resource} runs only inside its own container";
            case ReasonKind.Utilization:
                return $"{node} has {reason.Limit} {reason.Attribute} left, {reason.Value} needed";
            case ReasonKind.NotAllowed:
                return $"the cluster is opt-in (symmetric-cluster=false) and no location constraint allows {resource} on {node}";
            case ReasonKind.FailureThreshold:
                return $"{Failures(reason)} on {node} and migration-threshold is {reason.Limit}{In(reason.Place)}";
            case ReasonKind.CollectiveBanned:
                return $"{reason.Resource} as a whole may not run on {node}";
            case ReasonKind.NodeHealth:
                return $"the health of {node} forbids it ({reason.Attribute}={reason.Value})";
            case ReasonKind.ShutdownLock:
                return $"{resource} is reserved for {reason.Node}, which was shut down (shutdown-lock)";
            case ReasonKind.ExclusiveDiscovery:
                return $"{Constraint(reason, "a location constraint")} allows only the nodes it names (resource-discovery=exclusive)";
            default:
                return Fact(reason);
        }
    }

    private static string Named(ClusterResource? named, ClusterResource resource) => named is null ? resource.Id : named.Id;

    private string Together(Reason reason, ClusterResource resource, ClusterNode node)
    {
        string constraint = Constraint(reason, "a colocation");
        string role = reason.Detail is { } primaryRole ? $" ({primaryRole})" : "";
        if (reason.Score < 0) return $"{constraint} forbids {resource} to be with {reason.Resource}{role}, which is on "
            + $"{reason.Node ?? node}";
        if (reason.Node is { } at && at != node) return $"{constraint} wants {resource} with {reason.Resource}{role}, which is on {at}";
        bool runs = reason.Resource is { } other && PlannedCluster.Primitives(other).Any(p => Plan.WillRunOn(p) is not null);
        return $"{constraint} wants {resource} with {reason.Resource}{role}, which will not run {(runs ? $"on {node}" : "anywhere")}";
    }

    private string? ActionFact(Reason reason)
    {
        string resource = reason.Resource?.Id ?? "it";
        return reason.Kind switch
        {
            ReasonKind.Container => $"its container {resource} is stopped or restarted",
            ReasonKind.ToRun => $"{resource} is to run on {reason.Node}",
            ReasonKind.NotToRun => $"{resource} is not to run on {reason.Node}",
            ReasonKind.Moves => $"{resource} is to run on {reason.Node}",
            ReasonKind.ToPromote => $"{resource} is to be promoted on {reason.Node}{Promotion(reason)}",
            ReasonKind.ToDemote => $"{resource} is not to be promoted on {reason.Node}{Promotion(reason)}",
            ReasonKind.Restart => $"{resource} is restarted{At(reason)}",
            ReasonKind.DefinitionChanged => $"{resource} was started with other parameters than it has now{In(reason.Place)}",
            ReasonKind.OrderRequires => $"{reason.Operation}{At(reason)} requires it: {Order(reason)}",
            ReasonKind.OrderBlocks when reason.Attribute == "interleave" =>
                $"there is no instance of {resource} for it to go with on a node (interleave{In(reason.Place)})",
            ReasonKind.OrderBlocks => $"{reason.Operation}{At(reason)} has to come first and cannot be done: {Order(reason)}",
            ReasonKind.ColocationBlocks => $"{resource}, with which it has to be ({Constraint(reason, "a colocation")}), cannot start",
            ReasonKind.StateUnknown => $"it is not known whether {resource} runs on {reason.Node}",
            ReasonKind.RecurringOperation => $"the operation is configured to be repeated{In(reason.Place)}",
            ReasonKind.RecurringEnds => $"the recurring operation is not wanted on {reason.Node}{Because(reason.Detail)}",
            ReasonKind.MembersAct => $"{reason.Operation ?? resource}{At(reason)} is part of it",
            ReasonKind.Notify => $"instances of {resource} are told about each {reason.Operation} (notify=true{In(reason.Place)})",
            ReasonKind.LiveMigration => $"{resource} is moved without being stopped (allow-migrate{In(reason.Place)})",
            ReasonKind.FailCountObsolete => $"the fail count of {resource} on {reason.Node} is obsolete{Because(reason.Detail)}",
            ReasonKind.HistoryObsolete => $"the history of {resource} on {reason.Node} is of no use any more",
            ReasonKind.OneOrMore => $"at least {reason.Limit} of the resources before it must be active ({Constraint(reason, "an order")})",
            ReasonKind.StartPending => $"a start of {resource} was under way",
            _ => null,
        };
    }

    private static string Because(string? detail) => string.IsNullOrEmpty(detail) ? "" : $": {detail}";

    private static string Promotion(Reason reason) => reason.Score is { } score ? $" (promotion score {Score(score)})" : "";

    private string Order(Reason reason)
    {
        if (reason.Place is not null) return Constraint(reason, "an order");
        return reason.Attribute switch
        {
            "same" => "both are steps of the same resource",
            "member" or "parent" => "one is part of the other",
            "group" => "members of a group act in order",
            "container" => "one runs inside the other",
            "cluster" => "resources and nodes depend on each other",
            _ => "the structure of the resources orders them",
        };
    }
}
