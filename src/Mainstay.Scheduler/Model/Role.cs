namespace Mainstay.Scheduler;

/// <summary>Role of a resource; comparisons use the numeric order (spec/scheduler-history.md section 1).</summary>
public enum Role
{
    /// <summary>Not known or not decided.</summary>
    Unknown = 0,

    /// <summary>Not active.</summary>
    Stopped = 1,

    /// <summary>Active; for promotable resources Unpromoted is used instead.</summary>
    Started = 2,

    /// <summary>Active instance of a promotable clone that is not promoted.</summary>
    Unpromoted = 3,

    /// <summary>Promoted instance of a promotable clone.</summary>
    Promoted = 4,
}

/// <summary>Kind of a resource; the numeric order decides ties between colocations (spec/scheduler-placement.md section 0).</summary>
public enum ResourceVariant
{
    /// <summary>A single resource with an agent.</summary>
    Primitive = 0,

    /// <summary>Primitives that run together, in order.</summary>
    Group = 1,

    /// <summary>Several instances of a primitive or group.</summary>
    Clone = 2,

    /// <summary>Containers with their addresses, connections and an optional contained resource.</summary>
    Bundle = 3,
}

/// <summary>Kind of a node.</summary>
public enum NodeKind
{
    /// <summary>A full member of the cluster.</summary>
    Cluster,

    /// <summary>A node reached through an <c>ocf:pacemaker:remote</c> resource.</summary>
    Remote,

    /// <summary>A virtual node created by a resource's <c>remote-node</c> meta-attribute or by a bundle replica.</summary>
    Guest,
}
