namespace Mainstay.Totem;

/// <summary>What a node did last before it was held out, as far as this member saw.</summary>
public enum HoldOutCause : byte
{
    /// <summary>It was lost, or did not answer while a ring was formed.</summary>
    Lost = 1,

    /// <summary>The ring had to wait for it.</summary>
    Stalled = 2,

    /// <summary>It demanded a new ring while the token went round and nobody was missing.</summary>
    Restless = 3,

    /// <summary>It left the ring without good-bye and was back before it was missed.</summary>
    Returned = 4,

    /// <summary>No ring could be formed with it: it loses too many packets.</summary>
    Obstructing = 5,
}
