using System.Globalization;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Reasons in words. A cause is a noun phrase ("location constraint loc-web (line 34)").</summary>
internal sealed partial class ReasonText(bool showsLines)
{
    private const int Infinity = 1_000_000;

    /// <summary>A score as users write it.</summary>
    public static string Score(int score) => score switch
    {
        >= Infinity => "INFINITY",
        <= -Infinity => "-INFINITY",
        _ => score.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>An element of the configuration in words, with its line where the configuration is a file.</summary>
    public string Place(ConfigurationPlace place)
    {
        string name = place.Element switch
        {
            "rsc_location" => "location constraint ",
            "rsc_colocation" => "colocation ",
            "rsc_order" => "order ",
            "rsc_ticket" => "ticket constraint ",
            "resource_set" => "set ",
            "nvpair" => "",
            "op" => "operation ",
            _ => place.Element + " ",
        };
        return $"{name}{place.Id}{Line(place)}";
    }

    private string Line(ConfigurationPlace place) =>
        showsLines && place.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $" (line {place.Line})") : "";

    private string In(ConfigurationPlace? place)
    {
        if (place is null) return "";
        string line = showsLines && place.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $", line {place.Line}") : "";
        return $" ({place.Id}{line})";
    }

    private string Constraint(Reason reason, string fallback)
    {
        if (reason.Place is not { } place) return fallback;
        string text = Place(place);
        if (reason.Part is not { } part || part.Id == place.Id) return text;
        return $"{text}, {(part.Element == "resource_set" ? "set" : part.Element)} {part.Id}";
    }

    /// <summary>What changes a score, as a noun phrase.</summary>
    public string Cause(ScoreChange change) =>
        change is { Reason.Kind: ReasonKind.Start, Amount: not 0 } ? "score of the node itself" : Cause(change.Reason);

    /// <summary>What a fact is, as a noun phrase.</summary>
    public string Cause(Reason reason) => reason.Kind switch
    {
        ReasonKind.Start => "possible",
        ReasonKind.Location => Constraint(reason, "a location constraint") + (reason.Detail is { } role ? $" for role {role}" : ""),
        ReasonKind.Stickiness => $"resource-stickiness{In(reason.Place)}",
        ReasonKind.FailureThreshold => $"{Failures(reason)} on {reason.Node}, migration-threshold is {reason.Limit}{In(reason.Place)}",
        ReasonKind.NodeHealth => $"health of {reason.Node} ({reason.Attribute}={reason.Value})",
        ReasonKind.ShutdownLock => $"shutdown lock: reserved for {reason.Node}, which was shut down",
        ReasonKind.ExclusiveDiscovery => $"{Constraint(reason, "a location constraint")} allows only the nodes it names (exclusive)",
        ReasonKind.Colocation => Constraint(reason, "a colocation") + " with " + reason.Resource
            + (reason.Detail is { } primaryRole ? $" ({primaryRole})" : "") + At(reason),
        ReasonKind.DependentWishes => $"{Constraint(reason, "a colocation")}: {reason.Resource} is to be with it",
        ReasonKind.Group => $"group: together with {reason.Resource}{At(reason)}",
        ReasonKind.Container => $"together with {reason.Resource}{At(reason)}",
        ReasonKind.Bundle => "inside a bundle: only in its own container",
        ReasonKind.NotOnRemoteNodes => "connections and fence devices do not run on remote nodes",
        ReasonKind.InstanceLimit => $"no more than {reason.Limit ?? reason.Value} instances ({reason.Attribute}){In(reason.Place)}",
        ReasonKind.InstanceLimitOnNode => $"no more than {reason.Limit} per node ({reason.Attribute}){In(reason.Place)}",
        ReasonKind.CollectiveBanned => $"{reason.Resource} may not run there",
        ReasonKind.Utilization => $"{reason.Attribute}: {reason.Value} needed, {reason.Limit} left",
        ReasonKind.PromotionScore when reason.Attribute is null => $"promotion score of {reason.Resource}",
        ReasonKind.PromotionScore => $"promotion score {reason.Attribute}{In(reason.Place)}",
        ReasonKind.NoPromotionScore => "no promotion score is set",
        _ => OwnFact(reason) ?? reason.Kind.ToString(),
    };

    private static string Failures(Reason reason) =>
        reason.Value == "INFINITY" ? $"a fatal failure of {reason.Resource}"
        : reason.Value == "1" ? $"1 failure of {reason.Resource}" : $"{reason.Value} failures of {reason.Resource}";

    private static string At(Reason reason) => reason.Node is { } node ? $" on {node}" : "";

    /// <summary>A fact as a clause without full stop.</summary>
    public string Fact(Reason reason) => OwnFact(reason) ?? Cause(reason);

    private string? OwnFact(Reason reason) => reason.Kind switch
    {
        ReasonKind.TargetRole => $"{reason.Attribute} is {reason.Value}{In(reason.Place)}",
        ReasonKind.Ticket => TicketFact(reason),
        ReasonKind.Failure => FailureFact(reason),
        ReasonKind.HardError => $"{Operation(reason)} on {reason.Node} ended with exit status {Exit(reason)}, which rules it out there",
        ReasonKind.MultipleActive => $"{reason.Resource} is active on more nodes than one (multiple-active={reason.Value ?? "stop_start"})",
        ReasonKind.Unmanaged => $"{reason.Resource} is not managed",
        ReasonKind.Removed => $"{reason.Resource} is no longer in the configuration",
        ReasonKind.NotAllowed => "the cluster is opt-in (symmetric-cluster=false) and no location constraint allows it there",
        ReasonKind.StopAllResources => $"stop-all-resources is set{In(reason.Place)}",
        ReasonKind.Maintenance => $"{reason.Attribute}={reason.Value ?? "true"}{In(reason.Place)} keeps the cluster from acting",
        ReasonKind.Blocked =>
            reason.Operation is null ? $"{reason.Resource} is blocked" : $"{FailureFact(reason)}, and nothing more is done",
        ReasonKind.NoFenceDevice => reason.Value == "false" ? $"fencing is switched off{In(reason.Place)}"
            : "fencing is enabled, but there is no fence device",
        ReasonKind.NoQuorum => $"the partition has no quorum (no-quorum-policy={reason.Value}{In(reason.Place)})",
        ReasonKind.QuorumFreeze => $"the partition has no quorum and is frozen (no-quorum-policy=freeze{In(reason.Place)})",
        ReasonKind.NoNode => "no node is possible",
        ReasonKind.HighestScore => $"the score is higher than that of {reason.Node}",
        ReasonKind.TieCurrentNode => $"the score is that of {reason.Node}, and it runs there already",
        ReasonKind.TieCapacity => $"the score is that of {reason.Node}, which has less capacity left",
        ReasonKind.TieFewerResources => $"the score is that of {reason.Node}, which has more resources",
        ReasonKind.TieName => $"the score is that of {reason.Node}, whose name comes later",
        ReasonKind.OnlyNode => "no other node is possible",
        ReasonKind.Preferred => $"the score is not less than that of {reason.Node}, and the node was looked at first",
        _ => NodeFact(reason) ?? ActionFact(reason),
    };

    private string TicketFact(Reason reason)
    {
        string state = reason.Value == "standby" ? "is in standby" : "is not granted";
        return $"ticket {reason.Attribute} {state}, and {Constraint(reason, "a ticket constraint")} needs it";
    }

    private string FailureFact(Reason reason)
    {
        if (reason.Operation is null) return $"{reason.Resource} failed{At(reason)}";
        string onFail = reason.Attribute == "on-fail" ? $" (on-fail={reason.Limit})" : "";
        return $"{Operation(reason)} failed on {reason.Node} with exit status {Exit(reason)}{onFail}";
    }

    private static string Exit(Reason reason)
    {
        string name = reason.Value switch
        {
            "0" => " (ok)",
            "1" => " (error)",
            "2" => " (invalid parameter)",
            "3" => " (unimplemented)",
            "4" => " (insufficient privileges)",
            "5" => " (not installed)",
            "6" => " (not configured)",
            "7" => " (not running)",
            "8" => " (promoted)",
            "9" => " (promoted, failed)",
            "193" => " (unknown)",
            _ => "",
        };
        return reason.Value + name + (string.IsNullOrEmpty(reason.Detail) ? "" : $": {reason.Detail}");
    }

    private static string Operation(Reason reason) => reason.Operation ?? "an operation";

    private string? NodeFact(Reason reason) => reason.Kind switch
    {
        ReasonKind.NodeOffline when reason.Resource is { } connection => $"{reason.Node} is not connected ({connection} is not running)",
        ReasonKind.NodeOffline => $"{reason.Node} is offline",
        ReasonKind.NodeUnclean => $"{reason.Node} is unclean: it has to be fenced first",
        ReasonKind.NodeStandby when reason.Operation is not null => $"{reason.Node} is in standby because {FailureFact(reason)}",
        ReasonKind.NodeStandby => $"{reason.Node} is in standby{In(reason.Place)}",
        ReasonKind.NodeMaintenance => $"{reason.Node} is in maintenance{In(reason.Place)}",
        ReasonKind.NodeShutdown => $"{reason.Node} is shutting down",
        ReasonKind.NodePending => $"{reason.Node} is joining and not ready yet",
        ReasonKind.Fencing => $"{reason.Node} has to be fenced: {reason.Detail}",
        ReasonKind.Unfencing => $"{reason.Node} has to be unfenced first: {reason.Detail}",
        ReasonKind.MaintenanceNotice => $"{reason.Node} has to be told whether it is in maintenance",
        ReasonKind.LoadOrder => $"what leaves {reason.Node} has to stop before more starts there (placement-strategy)",
        _ => null,
    };

    /// <summary>The fact with names instead of objects, for JSON.</summary>
    public AnswerReason Structured(Reason reason) => new()
    {
        Kind = reason.Kind.ToString(),
        Text = Fact(reason),
        Element = reason.Place?.Element,
        Id = reason.Place?.Id,
        Line = showsLines && reason.Place is { Line: > 0 } place ? place.Line : null,
        Part = reason.Part?.Id,
        Resource = reason.Resource?.Id,
        Node = reason.Node?.Name,
        Operation = reason.Operation,
        Attribute = reason.Attribute,
        Value = reason.Value,
        Limit = reason.Limit,
        Score = reason.Score,
    };
}
