namespace Mainstay.Scheduler;

/// <summary>A node that will be fenced.</summary>
/// <param name="Task">What is done, e.g. <c>Fence (reboot)</c>.</param>
/// <param name="Node">The node; for guests with the container that is fenced instead.</param>
/// <param name="Reason">Why.</param>
public sealed record PlannedNodeChange(string Task, string Node, string Reason);

/// <summary>A resource that will change its state or place.</summary>
public sealed record PlannedResourceChange
{
    /// <summary>What happens to it: <c>Start</c>, <c>Move</c>, <c>Re-promote</c> ...</summary>
    public required string Change { get; init; }

    /// <summary>Id of the resource.</summary>
    public required string Resource { get; init; }

    /// <summary>Name of the node it is on; absent if it is on none.</summary>
    public string? Origin { get; init; }

    /// <summary>Name of the node it will be on; absent if it will be on none.</summary>
    public string? Destination { get; init; }

    /// <summary>Its present role.</summary>
    public required string OldRole { get; init; }

    /// <summary>Its next role.</summary>
    public required string NewRole { get; init; }

    /// <summary>Whether the roles are worth telling: one of them is more than started.</summary>
    public bool ShowsRoles { get; init; }

    /// <summary>Why; absent if it is plain.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether it cannot be carried out.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>Whether the role stays the same.</summary>
    public bool KeepsRole { get; init; }

    /// <summary>Whether the node stays the same.</summary>
    public bool KeepsNode => Origin is not null && string.Equals(Origin, Destination, StringComparison.Ordinal);

    internal string Details
    {
        get
        {
            if (Origin is null) return ShowsRoles ? $"{OldRole} -> {NewRole} {Destination}" : Destination ?? "";
            if (Destination is null) return ShowsRoles ? $"{OldRole} {Origin}" : Origin;
            if (KeepsRole && KeepsNode) return ShowsRoles ? $"{OldRole} {Origin}" : Origin;
            if (KeepsRole) return ShowsRoles ? $"{Origin} -> {Destination} {OldRole}" : $"{Origin} -> {Destination}";
            return KeepsNode ? $"{OldRole} -> {NewRole} {Origin}" : $"{OldRole} {Origin} -> {NewRole} {Destination}";
        }
    }

    internal string ReasonText => (Reason, IsBlocked) switch
    {
        (null, false) => "",
        (null, true) => "blocked",
        (_, false) => $"due to {Reason}",
        _ => $"due to {Reason} (blocked)",
    };
}

/// <summary>What a plan changes, for people (spec/scheduler-output.md section 6).</summary>
/// <param name="Nodes">Nodes that will be fenced.</param>
/// <param name="Resources">Resources that will change.</param>
public sealed record PlannedChanges(IReadOnlyList<PlannedNodeChange> Nodes, IReadOnlyList<PlannedResourceChange> Resources)
{
    /// <summary>One line per change, in columns.</summary>
    public IReadOnlyList<string> ToText()
    {
        var items = Nodes.Select(n => $"{n.Task} {n.Node} '{n.Reason}'").ToList();
        int nameWidth = 5;
        int detailsWidth = 0;
        foreach (var change in Resources)
        {
            if (change.Resource.Length > nameWidth) nameWidth = change.Resource.Length + 2;
            detailsWidth = Math.Max(detailsWidth, change.Details.Length);
        }

        foreach (var change in Resources)
        {
            string text = $"{change.Change,-8}   {change.Resource.PadRight(nameWidth)}   ( {change.Details.PadLeft(detailsWidth)} )";
            string reason = change.ReasonText;
            items.Add(reason.Length == 0 ? text : $"{text}  {reason}");
        }

        return items;
    }
}
