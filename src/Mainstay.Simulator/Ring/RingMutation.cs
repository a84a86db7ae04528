namespace Mainstay.Simulator.Ring;

/// <summary>Ways in which a run is wrong on purpose: each breaks one guarantee, and its checker must say so.</summary>
internal enum RingMutation
{
    /// <summary>A true run.</summary>
    None,

    /// <summary>I1: a node is not in the configuration that it installs.</summary>
    SelfMissing,

    /// <summary>I2: a transitional configuration is left out.</summary>
    TransitionalLeftOut,

    /// <summary>I3: a ring id is as low as that of the first ring.</summary>
    RingIdReused,

    /// <summary>I4: a node installs one member more than the others.</summary>
    StrangerInstalled,

    /// <summary>I5: the highest member counts as the representative.</summary>
    HighestRepresents,

    /// <summary>I6: a packet is delivered twice.</summary>
    DeliveredTwice,

    /// <summary>I6: a byte of a message is changed.</summary>
    MessageAltered,

    /// <summary>I7: a packet comes from a node outside the configuration.</summary>
    SenderForged,

    /// <summary>I8: a message goes out under a number that is taken.</summary>
    PlaceTakenTwice,

    /// <summary>I9: a packet is not delivered.</summary>
    PacketSwallowed,

    /// <summary>I10: the upper layer of one node loses a message of another.</summary>
    MessageSwallowed,

    /// <summary>I11: a node never hears one of its own messages.</summary>
    OwnMessageSwallowed,

    /// <summary>I12: a message is delivered after its successor of the same origin.</summary>
    SuccessorFirst,

    /// <summary>I13: a message is delivered after those that answer it.</summary>
    AnswersFirst,

    /// <summary>I14: paths stay cut when all are told that they are whole.</summary>
    HealingForgotten,

    /// <summary>I15: a token skips a number.</summary>
    TokenNumberSkipped,

    /// <summary>I16: a token says that all have everything.</summary>
    AruOverstated,

    /// <summary>I17: a token runs far ahead.</summary>
    SequenceRunsAhead,

    /// <summary>I18: tokens get lost on a healthy ring.</summary>
    TokensLostInCalm,

    /// <summary>I19: the ring sequence does not reach the disk.</summary>
    RingSequenceNotStored,
}
