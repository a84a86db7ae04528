using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <content>What the passes of the scheduler keep per resource.</content>
public sealed partial class ClusterResource
{
    private NodeSet _probed;

    internal int Index { get; }

    /// <summary>The effective configuration: templates expanded; shared between instances of a clone.</summary>
    internal XElement Config { get; }

    internal List<ClusterResource> ChildList { get; set; } = [];

    /// <summary>Shared by everything below one top-level resource.</summary>
    internal Family Family { get; set; } = new();

    /// <summary>How the resource appears in the graph, once that is final.</summary>
    internal GraphResource? GraphDescription { get; set; }

    /// <summary>Where the instances of a collective are assigned, and where they are active now.</summary>
    internal InstanceMap? AssignedInstances { get; set; }

    internal InstanceMap? ActiveInstances { get; set; }

    /// <summary>Parameters by dense node number, -1 without a node.</summary>
    internal Dictionary<int, NvTable>? ParameterCache { get; set; }

    /// <summary>Whether the parameters depend on rules; null if that is not known yet.</summary>
    internal bool? HasParameterRules { get; set; }

    internal List<OperationConfig> Operations { get; set; } = [];

    /// <summary>What is known of the operations, shared with all instances; null before it was asked for.</summary>
    internal List<OperationSettings>? OperationSettings { get; set; }

    internal Amounts Utilization { get; } = new();

    internal int Priority { get; set; }

    internal int Stickiness { get; set; }

    internal int MigrationThreshold { get; set; } = Scores.Infinity;

    /// <summary>Seconds, 0 if failures never expire.</summary>
    internal long FailureTimeout { get; set; }

    internal long ReconnectInterval { get; set; }

    internal MultipleActivePolicy MultipleActive { get; set; }

    internal bool IsCritical { get; set; } = true;

    internal bool IsNotified { get; set; }

    internal bool AllowsMigration { get; set; }

    internal bool NeedsFencing { get; set; }

    internal bool NeedsQuorum { get; set; }

    internal bool NeedsUnfencing { get; set; }

    internal bool IsFenceDevice { get; set; }

    internal bool IsRemoteConnection { get; set; }

    internal bool AllowsUnhealthyNodes { get; set; }

    internal bool HasExclusiveProbes { get; set; }

    internal bool StopIfFailed { get; set; }

    internal bool IsStartPending { get; set; }

    internal bool IsRemovedLaunched { get; set; }

    internal bool IsReload { get; set; }

    internal bool IsStopUnexpected { get; set; }

    internal bool IsRestarting { get; set; }

    internal bool IsUnassigned { get; set; } = true;

    internal bool IsAssigning { get; set; }

    internal bool IsMerging { get; set; }

    internal bool IsLoopMarked { get; set; }

    /// <summary>Name under which history was found if it differs from <see cref="Id"/>.</summary>
    internal string? HistoryId { get; set; }

    /// <summary>Instance number of a clone instance, -1 otherwise.</summary>
    internal int InstanceNumber { get; set; } = -1;

    internal List<ClusterNode> Active { get; } = [];

    /// <summary>Nodes that recorded whether the resource is active there.</summary>
    internal ref NodeSet Probed => ref _probed;

    internal ClusterNode? MigrationSource { get; set; }

    internal ClusterNode? MigrationTarget { get; set; }

    /// <summary>Sources of dangling migrations, newest first.</summary>
    internal List<ClusterNode> DanglingSources { get; } = [];

    internal long LockTime { get; set; }

    internal NodeTable Table { get; set; } = new(0);

    /// <summary>Score of the assigned node at the moment of assignment.</summary>
    internal int AssignedScore { get; set; }

    internal int PromotionPriority { get; set; }

    internal bool HasPromotionScores { get; set; }

    internal ClusterResource? Launcher { get; set; }

    internal List<ClusterResource> Launched { get; } = [];

    /// <summary>For a remote connection: the node it connects.</summary>
    internal ClusterNode? RemoteNode { get; set; }

    /// <summary>Name of the guest node the resource launches.</summary>
    internal string? RemoteTarget => Meta["remote-node"];

    internal CloneSettings? Clone { get; set; }

    internal BundleSettings? Bundle { get; set; }

    internal BundleReplica? Replica { get; set; }

    internal bool IsColocatedGroup { get; set; }

    internal bool IsOrdered { get; set; }

    /// <summary>Location constraints, newest first.</summary>
    internal List<LocationConstraint> Locations { get; } = [];

    internal List<ColocationConstraint> ThisWith { get; } = [];

    internal List<ColocationConstraint> WithThis { get; } = [];

    internal List<TicketConstraint> Tickets { get; } = [];

    internal List<NotificationSet> NotificationSets { get; } = [];

    /// <summary>The resource's actions, oldest first.</summary>
    internal ActionList Actions { get; } = new();

    internal bool IsPrimitive => Variant == ResourceVariant.Primitive;

    internal bool IsGroup => Variant == ResourceVariant.Group;

    internal bool IsClone => Variant == ResourceVariant.Clone;

    internal bool IsBundle => Variant == ResourceVariant.Bundle;

    internal bool IsCloneOrBundle => Variant >= ResourceVariant.Clone;

    internal bool IsActiveAnywhere => Active.Count > 0;

    /// <summary>True for everything inside a bundle: containers, addresses, connections, the inner clone and its instances.</summary>
    internal bool IsInBundle => Parent is { IsBundle: true } || (Parent?.IsInBundle ?? false);

    /// <summary>True for the resource that runs inside a bundle's containers.</summary>
    internal bool IsBundled => FindAncestorClone() is { Parent.IsBundle: true };

    /// <summary>The outermost ancestor below a bundle (spec/scheduler-placement.md section 0).</summary>
    internal ClusterResource Top
    {
        get
        {
            var top = this;
            while (top.Parent is { IsBundle: false } parent) top = parent;
            return top;
        }
    }

    /// <summary>The outermost ancestor, crossing into bundles.</summary>
    internal ClusterResource FullTop
    {
        get
        {
            var top = this;
            while (top.Parent is { } parent) top = parent;
            return top;
        }
    }

    /// <summary>Resource that failures and bans concern: the whole clone for anonymous instances.</summary>
    internal ClusterResource BanTarget => IsUnique ? this : Top;

    internal bool IsAncestorOf(ClusterResource other)
    {
        for (var r = other.Parent; r is not null; r = r.Parent)
        {
            if (r == this) return true;
        }

        return false;
    }

    /// <summary>Id without instance number.</summary>
    internal string BaseName => field ??= WithoutInstanceNumber(Id);

    /// <summary>Name to look up history and node attributes by.</summary>
    internal string HistoryName => HistoryId ?? Id;

    internal static string WithoutInstanceNumber(string id)
    {
        int end = id.Length;
        while (end > 0 && char.IsAsciiDigit(id[end - 1])) end--;
        return end < id.Length && end > 1 && id[end - 1] == ':' ? id[..(end - 1)] : id;
    }

    internal ClusterResource? FindAncestorClone()
    {
        for (var r = this; r is not null; r = r.Parent)
        {
            if (r.IsClone) return r;
        }

        return null;
    }

    /// <summary>The resource and everything below it, parents first.</summary>
    internal IEnumerable<ClusterResource> SelfAndDescendants()
    {
        var stack = new Stack<ClusterResource>();
        stack.Push(this);
        while (stack.TryPop(out var resource))
        {
            yield return resource;
            for (int i = resource.ChildList.Count - 1; i >= 0; i--) stack.Push(resource.ChildList[i]);
        }
    }

    internal IEnumerable<ClusterResource> Primitives()
    {
        if (IsPrimitive) return [this];
        return IsGroup ? ChildList : SelfAndDescendants().Where(r => r.IsPrimitive);
    }
}

/// <summary>What happens to a resource that is active on several nodes.</summary>
internal enum MultipleActivePolicy
{
    StopStart,
    StopOnly,
    Block,
    StopUnexpected,
}

/// <summary>Settings of a clone (spec/cib-model.md section 7.4).</summary>
internal sealed class CloneSettings
{
    public int Max { get; set; }

    public int NodeMax { get; set; } = 1;

    public int PromotedMax { get; set; } = 1;

    public int PromotedNodeMax { get; set; } = 1;

    public int Min { get; set; }

    public bool Interleave { get; set; }

    /// <summary>Id of the cloned resource as configured, without instance number.</summary>
    public string ChildId { get; set; } = "";

    /// <summary>Configuration of the cloned resource, for further instances.</summary>
    public required XElement ChildConfig { get; init; }

    public int InstancesCreated { get; set; }

    /// <summary>True if the agent cannot have unique instances though they were asked for.</summary>
    public bool IsForcedAnonymous { get; set; }

    public bool RolesStarted { get; set; }

    public int PromotedCount { get; set; }
}

/// <summary>Settings of a bundle (spec/cib-model.md section 7.9).</summary>
internal sealed class BundleSettings
{
    public int ReplicaCount { get; set; } = 1;

    public int ReplicasPerHost { get; set; } = 1;

    public int PromotedMax { get; set; }

    public string Image { get; set; } = "";

    public string Agent { get; set; } = "docker";

    public ClusterResource? InnerClone { get; set; }

    public List<BundleReplica> Replicas { get; } = [];
}

/// <summary>One replica of a bundle.</summary>
internal sealed class BundleReplica
{
    public required int Offset { get; init; }

    public required ClusterResource Container { get; init; }

    public ClusterResource? Ip { get; set; }

    public ClusterResource? Connection { get; set; }

    public ClusterResource? Child { get; set; }

    public ClusterNode? Node { get; set; }

    public string? IpAddress { get; set; }
}

/// <summary>One configured operation.</summary>
internal sealed class OperationConfig
{
    public required XElement Xml { get; init; }

    public required TaskKind Task { get; init; }

    public required string Name { get; init; }

    public required uint IntervalMs { get; init; }

    public required bool Enabled { get; init; }

    public string? Role { get; init; }

    public string? Id { get; init; }
}
