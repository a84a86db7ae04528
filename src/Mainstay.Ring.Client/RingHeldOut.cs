namespace Mainstay.Ring.Client;

/// <summary>What a node did last before it was held out, as far as the daemon that was asked saw (values of its status).</summary>
public enum RingHoldOutCause
{
    /// <summary>The daemon does not say.</summary>
    Unknown = 0,

    /// <summary>It was lost, or did not answer while a ring was formed.</summary>
    Lost = 1,

    /// <summary>The ring had to wait for it.</summary>
    Stalled = 2,

    /// <summary>It demanded new rings without need.</summary>
    Restless = 3,

    /// <summary>It left the ring without good-bye and was back before it was missed.</summary>
    Returned = 4,

    /// <summary>No ring could be formed with it.</summary>
    Obstructing = 5,
}

/// <summary>A node that is not let in for a while because it disturbed the ring too often.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="MillisecondsLeft">For how long yet.</param>
/// <param name="Cause">What it did last.</param>
public readonly record struct RingHeldOut(uint NodeId, long MillisecondsLeft, RingHoldOutCause Cause)
{
    /// <summary>The cause in words that follow "it disturbed the ring again and again".</summary>
    public string Reason => Describe(Cause);

    /// <summary>A cause in words that follow "it disturbed the ring again and again"; empty where it is not known.</summary>
    public static string Describe(RingHoldOutCause cause) => cause switch
    {
        RingHoldOutCause.Lost => ", at last it was lost or did not answer",
        RingHoldOutCause.Stalled => ", at last the ring had to wait for it",
        RingHoldOutCause.Restless => ", at last it wanted a new ring without need",
        RingHoldOutCause.Returned => ", at last its process ended and was back before it was missed",
        RingHoldOutCause.Obstructing => ", at last no ring could be formed with it: it loses too many packets",
        _ => string.Empty,
    };
}
