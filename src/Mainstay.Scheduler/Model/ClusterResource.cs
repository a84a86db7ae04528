using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// A resource: a primitive, or a group, clone or bundle with the resources it consists of. Instances of clones are resources
/// of their own, named <c>NAME:NUMBER</c>.
/// </summary>
public sealed partial class ClusterResource
{
    internal ClusterResource(int index, string id, ResourceVariant variant, XElement config)
    {
        Index = index;
        Id = id;
        Variant = variant;
        Config = config;
    }

    /// <summary>Id, with instance number for instances of clones.</summary>
    public string Id { get; }

    /// <summary>Kind of resource.</summary>
    public ResourceVariant Variant { get; }

    /// <summary>The group, clone or bundle this resource is part of, or null.</summary>
    public ClusterResource? Parent { get; internal set; }

    /// <summary>Members, instances, or for a bundle containers, addresses, connections and the inner clone; in current order.</summary>
    public IReadOnlyList<ClusterResource> Children => ChildList;

    /// <summary>Agent standard of a primitive.</summary>
    public string? AgentClass { get; internal init; }

    /// <summary>Agent provider of a primitive.</summary>
    public string? Provider { get; internal init; }

    /// <summary>Agent name of a primitive.</summary>
    public string? AgentType { get; internal init; }

    /// <summary>Meta-attributes in force, including inherited ones and defaults.</summary>
    public NvTable Meta { get; internal set; } = new();

    /// <summary>Role by the recorded history.</summary>
    public Role CurrentRole { get; internal set; } = Role.Stopped;

    /// <summary>Role wanted or decided; Unknown until decided.</summary>
    public Role NextRole { get; internal set; } = Role.Unknown;

    /// <summary>Nodes where the resource is active, in the order in which history showed it.</summary>
    public IReadOnlyList<ClusterNode> ActiveNodes => Active;

    /// <summary>Node the resource was assigned to, or null.</summary>
    public ClusterNode? AssignedNode
    {
        get;
        internal set
        {
            field = value;
            Family.AssignmentChanges++;
        }
    }

    /// <summary>True if the cluster may start and stop the resource.</summary>
    public bool IsManaged { get; internal set; } = true;

    /// <summary>True if a failure forbids any further action.</summary>
    public bool IsBlocked { get; internal set; }

    /// <summary>True if the resource or its node is in maintenance.</summary>
    public bool IsInMaintenance { get; internal set; }

    /// <summary>True if the resource's last operation failed.</summary>
    public bool IsFailed { get; internal set; }

    /// <summary>True if the failure has no consequence (<c>on-fail=ignore</c>).</summary>
    public bool IsFailureIgnored { get; internal set; }

    /// <summary>True if the resource is not configured any more.</summary>
    public bool IsRemoved { get; internal set; }

    /// <summary>True if instances of the resource differ from each other.</summary>
    public bool IsUnique { get; internal set; } = true;

    /// <summary>True if the resource has promoted and unpromoted roles.</summary>
    public bool IsPromotable { get; internal set; }

    /// <summary>True for resources the scheduler adds by itself (connections to guest nodes).</summary>
    public bool IsImplicit { get; internal set; }

    /// <summary>Name of the operation known to be in flight, or null.</summary>
    public string? PendingTask { get; internal set; }

    /// <summary>Interval of <see cref="PendingTask"/> in milliseconds.</summary>
    public long PendingIntervalMs { get; internal set; }

    /// <summary>Node of <see cref="PendingTask"/>.</summary>
    public ClusterNode? PendingNode { get; internal set; }

    /// <summary>Node the resource is locked to by a shutdown, or null.</summary>
    public ClusterNode? LockNode { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
