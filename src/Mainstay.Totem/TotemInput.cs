namespace Mainstay.Totem;

/// <summary>What a ring can be told: packets by type, timers, and the wishes of its owner (spec/totem.md section 1.1).</summary>
public enum TotemInput : byte
{
    /// <summary>A regular token.</summary>
    RegularToken,

    /// <summary>A data message.</summary>
    Message,

    /// <summary>A representative looks for other rings.</summary>
    MergeDetect,

    /// <summary>A join message.</summary>
    Join,

    /// <summary>A commit token.</summary>
    CommitToken,

    /// <summary>Somebody wakes an idle ring.</summary>
    HoldCancel,

    /// <summary>A join message by which a node leaves.</summary>
    LeaveOfOther,

    /// <summary>No token for the token timeout.</summary>
    TokenLossTimer,

    /// <summary>No token for the warning share of the timeout.</summary>
    TokenWarningTimer,

    /// <summary>No token for the heartbeat timeout.</summary>
    HeartbeatTimer,

    /// <summary>The token may not have arrived at the next node.</summary>
    TokenRetransmitTimer,

    /// <summary>The token was held long enough.</summary>
    HoldTimer,

    /// <summary>A delayed join is due.</summary>
    SendJoinTimer,

    /// <summary>The join is due again.</summary>
    JoinTimer,

    /// <summary>No agreement in time.</summary>
    ConsensusTimer,

    /// <summary>Idle for long.</summary>
    MergeDetectTimer,

    /// <summary>The watch over this process's scheduling.</summary>
    PauseTimer,

    /// <summary>The transport is up.</summary>
    Start,

    /// <summary>A message to send.</summary>
    Submit,

    /// <summary>The services have synchronised.</summary>
    SynchronisationFinished,

    /// <summary>A new ring is wanted.</summary>
    ForceGather,

    /// <summary>This node leaves.</summary>
    Leave,

    /// <summary>Evidence that another node is gone.</summary>
    PeerGone,

    /// <summary>Evidence that the ring had to wait for another member.</summary>
    PeerStalled,
}
