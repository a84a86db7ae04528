namespace Mainstay.Client;

/// <summary>Why a request was refused or failed.</summary>
/// <param name="Code">Exit code that the reference's tool ends with (spec/manager.md section 2): 4, 64, 65, 70, 78, 102, 103, 105, 107,
/// 108, 124 ...</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Problems">Details, in document order.</param>
public sealed record ManagerError(int Code, string Message, IReadOnlyList<ManagerProblem> Problems);

/// <summary>One problem of a refused document.</summary>
/// <param name="Severity"><c>error</c> or <c>warning</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Element">Element name; null where none.</param>
/// <param name="Id">Its id; null where none.</param>
/// <param name="Line">Line in the input, from 1; 0 where unknown.</param>
public sealed record ManagerProblem(string Severity, string Message, string? Element, string? Id, int Line);

/// <summary>Exit codes used by the client itself.</summary>
public static class ManagerExitCodes
{
    /// <summary>The manager cannot be reached.</summary>
    public const int Disconnected = 102;

    /// <summary>The time ran out.</summary>
    public const int Timeout = 124;

    /// <summary>The answer is not understood.</summary>
    public const int Protocol = 76;
}

/// <summary>A request that failed, with the manager's (or the connection's) reason.</summary>
public sealed class ManagerException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ManagerException(ManagerError error, Exception? innerException = null)
        : base(error?.Message, innerException)
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>The typed reason.</summary>
    public ManagerError Error { get; }
}
