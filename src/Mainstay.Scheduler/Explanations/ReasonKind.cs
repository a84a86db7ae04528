namespace Mainstay.Scheduler;

/// <summary>What kind of fact is a reason. The numbers are no contract; names are (they appear in JSON output).</summary>
public enum ReasonKind
{
    /// <summary>A change nobody accounted for. Tests make sure that there is none.</summary>
    Unattributed,

    /// <summary>Where a resource may run at all: everywhere in a symmetric cluster; with the node's own score if it has one.</summary>
    Start,

    /// <summary>A location constraint, perhaps through a rule.</summary>
    Location,

    /// <summary><c>resource-stickiness</c> of a running resource.</summary>
    Stickiness,

    /// <summary>As many failures on the node as <c>migration-threshold</c> allows.</summary>
    FailureThreshold,

    /// <summary>Health attributes of the node (<c>node-health-strategy</c>).</summary>
    NodeHealth,

    /// <summary>The resource is locked to a node that was shut down cleanly (<c>shutdown-lock</c>).</summary>
    ShutdownLock,

    /// <summary>Another location constraint has <c>resource-discovery="exclusive"</c>.</summary>
    ExclusiveDiscovery,

    /// <summary>A colocation of this resource with another one, seen from the dependent.</summary>
    Colocation,

    /// <summary>A colocation of another resource with this one: the wishes of the dependent count for its primary.</summary>
    DependentWishes,

    /// <summary>Members of a group run together.</summary>
    Group,

    /// <summary>What runs in, or belongs to, a container goes where the container is.</summary>
    Container,

    /// <summary><c>target-role</c>.</summary>
    TargetRole,

    /// <summary>A ticket that this site does not hold.</summary>
    Ticket,

    /// <summary>A failed operation and what its <c>on-fail</c> asks for.</summary>
    Failure,

    /// <summary>An operation that found the agent not installed, not configured or not permitted on the node.</summary>
    HardError,

    /// <summary>The resource is active on more nodes than one (<c>multiple-active</c>).</summary>
    MultipleActive,

    /// <summary>The resource is not managed and stays where it is.</summary>
    Unmanaged,

    /// <summary>Connections and fence devices do not run on remote or guest nodes.</summary>
    NotOnRemoteNodes,

    /// <summary>As many instances as the clone or bundle may have have been assigned.</summary>
    InstanceLimit,

    /// <summary>The node has as many instances as one node may have.</summary>
    InstanceLimitOnNode,

    /// <summary>The collective resource may not run on the node, so its instance may not.</summary>
    CollectiveBanned,

    /// <summary>The resource is no longer configured.</summary>
    Removed,

    /// <summary>The node lacks capacity (<c>placement-strategy</c>).</summary>
    Utilization,

    /// <summary>What runs inside a bundle runs on the node of its replica only.</summary>
    Bundle,

    /// <summary>A promotion score that the agent set as node attribute.</summary>
    PromotionScore,

    /// <summary>No promotion score is set.</summary>
    NoPromotionScore,

    /// <summary>In an opt-in cluster (<c>symmetric-cluster=false</c>) no location constraint names the node.</summary>
    NotAllowed,

    /// <summary>The node is offline.</summary>
    NodeOffline,

    /// <summary>The node's state is not known and it has to be fenced.</summary>
    NodeUnclean,

    /// <summary>The node is in standby.</summary>
    NodeStandby,

    /// <summary>The node is in maintenance.</summary>
    NodeMaintenance,

    /// <summary>The node is shutting down.</summary>
    NodeShutdown,

    /// <summary>The node is joining and not ready.</summary>
    NodePending,

    /// <summary>The chosen node has the highest score.</summary>
    HighestScore,

    /// <summary>Among equal scores: the node where the resource runs.</summary>
    TieCurrentNode,

    /// <summary>Among equal scores: the node with more capacity left.</summary>
    TieCapacity,

    /// <summary>Among equal scores: the node with fewer resources assigned.</summary>
    TieFewerResources,

    /// <summary>Among equal scores: the node whose name comes first.</summary>
    TieName,

    /// <summary>The only node that is possible.</summary>
    OnlyNode,

    /// <summary>A node that was asked for in advance: of the current instance, of a partner, or the most capable one.</summary>
    Preferred,

    /// <summary>No node is possible.</summary>
    NoNode,

    /// <summary><c>stop-all-resources</c>.</summary>
    StopAllResources,

    /// <summary><c>maintenance-mode</c>, <c>maintenance</c> or <c>is-managed</c> keeps the cluster from acting.</summary>
    Maintenance,

    /// <summary>A failure forbids any further action (<c>on-fail=block</c>, or a stop that failed and cannot be fenced).</summary>
    Blocked,

    /// <summary>Fencing is enabled, but there is no fence device.</summary>
    NoFenceDevice,

    /// <summary>The partition has no quorum.</summary>
    NoQuorum,

    /// <summary>The partition has no quorum and everything is frozen.</summary>
    QuorumFreeze,

    /// <summary>The resource is to be on another node than now.</summary>
    Moves,

    /// <summary>The resource is to run on the node.</summary>
    ToRun,

    /// <summary>The resource is not to run there any more.</summary>
    NotToRun,

    /// <summary>The instance is to be promoted.</summary>
    ToPromote,

    /// <summary>The instance is not to be promoted any more.</summary>
    ToDemote,

    /// <summary>The resource is restarted, so it is stopped first and started after.</summary>
    Restart,

    /// <summary>Parameters or agent are not those it was started with.</summary>
    DefinitionChanged,

    /// <summary>An ordering with another action makes this one necessary.</summary>
    OrderRequires,

    /// <summary>An ordering with an action that cannot be carried out forbids this one.</summary>
    OrderBlocks,

    /// <summary>A mandatory colocation with a resource that cannot start forbids this action.</summary>
    ColocationBlocks,

    /// <summary>It is not known whether the resource runs on the node.</summary>
    StateUnknown,

    /// <summary>An operation that is configured to be repeated.</summary>
    RecurringOperation,

    /// <summary>A recurring operation that is no longer wanted there.</summary>
    RecurringEnds,

    /// <summary>A point in the order of a group, clone or bundle whose members have something to do.</summary>
    MembersAct,

    /// <summary>Instances are told about the actions of others (<c>notify</c>).</summary>
    Notify,

    /// <summary>The agent can move the resource without stopping it.</summary>
    LiveMigration,

    /// <summary>A fail count is of no use any more.</summary>
    FailCountObsolete,

    /// <summary>History of a resource is of no use any more.</summary>
    HistoryObsolete,

    /// <summary>A node has to be fenced; the text of the reference says why.</summary>
    Fencing,

    /// <summary>A node has to be given access before resources start there (<c>requires=unfencing</c>).</summary>
    Unfencing,

    /// <summary>A remote or guest node is told about its maintenance.</summary>
    MaintenanceNotice,

    /// <summary>Load has to be gone from a node before more is put there.</summary>
    LoadOrder,

    /// <summary>At least some of several resources have to be active first (<c>require-all=false</c>, <c>clone-min</c>).</summary>
    OneOrMore,

    /// <summary>A start was under way when the state was recorded.</summary>
    StartPending,

    /// <summary>A fence device or connection is needed for another resource.</summary>
    Connection,
}
