namespace Mainstay.Ring.Core.Map;

/// <summary>What happened to a key; as flags, what a tracker wants to hear of.</summary>
[Flags]
public enum MapChangeKinds : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The key is gone.</summary>
    Delete = 1,

    /// <summary>The key has another value.</summary>
    Modify = 2,

    /// <summary>The key is new.</summary>
    Add = 4,

    /// <summary>All of them.</summary>
    All = Delete | Modify | Add,
}

/// <summary>A change told to a tracker.</summary>
/// <param name="Client">The tracker's client, as the shell numbers them.</param>
/// <param name="Track">The client's number of the track.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Key">To which key.</param>
/// <param name="New">The value after it; of type none when the key is gone.</param>
/// <param name="Old">The value before it; of type none when the key is new.</param>
public readonly record struct MapNotification(int Client, uint Track, MapChangeKinds Kind, string Key, MapValue New, MapValue Old);

/// <summary>Answer to a change of the map by a client.</summary>
public enum MapResult : byte
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>The key is too short or too long, or has characters other than <c>a-z A-Z 0-9 . _ - / :</c>.</summary>
    BadName,

    /// <summary>The key is read-only.</summary>
    ReadOnly,

    /// <summary>There is no such key.</summary>
    NotFound,

    /// <summary>The map has as many keys or trackers as it may.</summary>
    Full,
}
