namespace Mainstay.Ring.Client;

/// <summary>Why a request failed. The numbers are those of the reference's interface (<c>cs_error_t</c>), which its tools print.</summary>
public enum RingError : byte
{
    /// <summary>It did not fail.</summary>
    None = 0,

    /// <summary>The daemon cannot be reached, or the connection broke.</summary>
    Unreachable = 2,

    /// <summary>No answer in time.</summary>
    Timeout = 5,

    /// <summary>A value makes no sense here.</summary>
    InvalidParameter = 7,

    /// <summary>Another request of the kind is under way, or somebody forbids it.</summary>
    Busy = 10,

    /// <summary>Read-only, or not permitted.</summary>
    Access = 11,

    /// <summary>There is nothing of that name.</summary>
    NotFound = 12,

    /// <summary>The name is too short or too long, or has characters that are not allowed.</summary>
    BadName = 13,

    /// <summary>It is there already.</summary>
    Exists = 14,

    /// <summary>No such node is known.</summary>
    UnknownNode = 17,

    /// <summary>A limit is reached.</summary>
    NoResources = 18,

    /// <summary>Not in this state.</summary>
    BadOperation = 20,

    /// <summary>The request belongs to another membership than the present one.</summary>
    WrongRing = 22,
}

/// <summary>The ring refused a request, or cannot be reached. The message says what and why.</summary>
public sealed class RingException : Exception
{
    /// <summary>Without a message.</summary>
    public RingException()
    {
    }

    /// <summary>With what happened; the ring cannot be reached.</summary>
    public RingException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened.</summary>
    public RingException(RingError error, string message)
        : base(message) => Error = error;

    /// <summary>With what happened and its cause; the ring cannot be reached.</summary>
    public RingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Why, for programs.</summary>
    public RingError Error { get; } = RingError.Unreachable;
}
