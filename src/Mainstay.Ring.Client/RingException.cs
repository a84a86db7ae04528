namespace Mainstay.Ring.Client;

/// <summary>The ring refused a request, or cannot be reached. The message says what and why.</summary>
public sealed class RingException : Exception
{
    /// <summary>Without a message.</summary>
    public RingException()
    {
    }

    /// <summary>With what happened.</summary>
    public RingException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and its cause.</summary>
    public RingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
