namespace Mainstay.Totem;

/// <summary>The engine found itself in an impossible state. A programming error: the process must end.</summary>
public sealed class InvariantException : Exception
{
    /// <summary>Without a message.</summary>
    public InvariantException()
    {
    }

    /// <summary>With what was violated.</summary>
    public InvariantException(string message)
        : base(message)
    {
    }

    /// <summary>With what was violated and a cause.</summary>
    public InvariantException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Assertions that stay on in production. For our own mistakes only, never for what a peer sent.</summary>
internal static class Invariant
{
    public static void Check(bool condition, string message)
    {
        if (!condition)
        {
            Fail(message);
        }
    }

    private static void Fail(string message) => throw new InvariantException(message);
}
