using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Scores for nodes of one resource (spec/scheduler-placement.md section 5).</summary>
internal sealed class LocationConstraint
{
    public required string Id { get; init; }

    public required ClusterResource Resource { get; init; }

    /// <summary>Role the constraint is limited to, or Unknown.</summary>
    public Role RoleFilter { get; init; }

    public DiscoveryMode Discovery { get; init; }

    public List<(ClusterNode Node, int Score)> Nodes { get; } = [];
}

/// <summary>A dependent resource that wants to be, or not to be, with a primary (spec/scheduler-placement.md section 8).</summary>
internal sealed class ColocationConstraint
{
    public required string Id { get; init; }

    public required ClusterResource Dependent { get; init; }

    public required ClusterResource Primary { get; init; }

    public Role DependentRole { get; init; }

    public Role PrimaryRole { get; init; }

    public required int Score { get; init; }

    /// <summary>Node attribute to be equal; null means the node itself.</summary>
    public string? NodeAttribute { get; init; }

    /// <summary>True if the user configured it, false if it follows from the structure of a resource.</summary>
    public bool IsExplicit { get; init; }

    public bool HasInfluence { get; init; }

    public bool IsMandatory => Math.Abs(Score) >= Scores.Infinity;
}

/// <summary>Dependence on a ticket (spec/scheduler-placement.md section 11).</summary>
internal sealed class TicketConstraint
{
    public required string Id { get; init; }

    public required Ticket Ticket { get; init; }

    public required ClusterResource Resource { get; init; }

    public Role Role { get; init; }

    public required TicketLossPolicy LossPolicy { get; init; }
}

/// <summary>What happens to resources when their ticket is lost.</summary>
internal enum TicketLossPolicy
{
    Stop,
    Demote,
    Fence,
    Freeze,
}

/// <summary>A site's permission to run resources.</summary>
public sealed class Ticket
{
    internal Ticket(string id) => Id = id;

    /// <summary>Name of the ticket.</summary>
    public string Id { get; }

    /// <summary>True if this site holds the ticket.</summary>
    public bool IsGranted { get; internal set; }

    /// <summary>True if the ticket is not to be used at the moment.</summary>
    public bool IsStandby { get; internal set; }

    /// <summary>When it was last granted (seconds since 1970), -1 if never.</summary>
    public long LastGranted { get; internal set; } = -1;

    /// <summary>All recorded attributes.</summary>
    public TextMap Attributes { get; } = new();

    internal bool IsLost => !IsGranted || IsStandby;
}
