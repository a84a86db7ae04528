namespace Mainstay.Manager.Core;

/// <summary>A request of the API, made on this node.</summary>
/// <param name="Id">Chosen by the shell; echoed in <see cref="Respond"/>.</param>
public abstract record Request(long Id);

/// <summary>Change the CIB.</summary>
/// <param name="Id">Request id.</param>
/// <param name="Change">The change.</param>
/// <param name="IsDryRun">Only check.</param>
public sealed record ChangeCib(long Id, CibChange Change, bool IsDryRun) : Request(Id);

/// <summary>Set or delete node attributes.</summary>
public sealed record SetAttribute(long Id, AttributeChange Change, long? DampeningMs) : Request(Id);

/// <summary>Forget failures, or with <paramref name="IsRefresh"/> the whole history.</summary>
public sealed record CleanUp(
    long Id, string? Resource, string? Node, string? Operation, long? IntervalMs, bool IsRefresh) : Request(Id);

/// <summary>Fence a node.</summary>
public sealed record FenceNode(
    long Id, string Target, string Action, int TimeoutMs, int ToleranceMs, int DelayMs, string Client) : Request(Id);

/// <summary>A person says that a node is down.</summary>
public sealed record ConfirmFenced(long Id, string Target, bool Force, string Client) : Request(Id);

/// <summary>Wait until nothing is running or due.</summary>
public sealed record WaitIdle(long Id, int TimeoutMs) : Request(Id);

/// <summary>Leave the cluster in order.</summary>
public sealed record ShutDown(long Id) : Request(Id);

/// <summary>An operation on the CIB (spec/manager.md section 2); part of the ordered command.</summary>
public sealed record CibChange
{
    /// <summary>create, modify, delete, replace, patch, bump, erase or upgrade.</summary>
    public required string Operation { get; init; }

    /// <summary>Section, or null.</summary>
    public string? Scope { get; init; }

    /// <summary>XPath, or null.</summary>
    public string? XPath { get; init; }

    /// <summary>Input, or null.</summary>
    public string? Xml { get; init; }

    /// <summary>User, or null.</summary>
    public string? User { get; init; }

    /// <summary>Program.</summary>
    public string Client { get; init; } = "";

    /// <summary>Version read before, or null.</summary>
    public string? IfVersion { get; init; }

    /// <summary>Create what does not exist.</summary>
    public bool AllowCreate { get; init; }

    /// <summary>All matches.</summary>
    public bool All { get; init; }
}

/// <summary>A change of node attributes; part of the ordered command.</summary>
public sealed record AttributeChange
{
    /// <summary>Name, or pattern.</summary>
    public required string Name { get; init; }

    /// <summary>Node name; null with <see cref="AllNodes"/>.</summary>
    public string? Node { get; init; }

    /// <summary>New value; null deletes.</summary>
    public string? Value { get; init; }

    /// <summary>Never shown in the CIB.</summary>
    public bool IsPrivate { get; init; }

    /// <summary><see cref="Name"/> is a regular expression.</summary>
    public bool IsPattern { get; init; }

    /// <summary>Every node that has it.</summary>
    public bool AllNodes { get; init; }
}

/// <summary>The answer to a request.</summary>
public abstract record RequestAnswer;

/// <summary>Refused or failed.</summary>
/// <param name="Code">Exit code as of the reference's tools.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Problems">Details.</param>
public sealed record Refused(int Code, string Message, IReadOnlyList<RequestProblem> Problems) : RequestAnswer
{
    /// <summary>A refusal without details.</summary>
    public Refused(int code, string message)
        : this(code, message, [])
    {
    }
}

/// <summary>One problem of a refused document.</summary>
public sealed record RequestProblem(string Severity, string Message, string? Element, string? ElementId, int Line);

/// <summary>Done.</summary>
public sealed record Accepted : RequestAnswer;

/// <summary>The CIB was changed (or would be).</summary>
public sealed record CibChanged(string Version, bool Changed) : RequestAnswer;

/// <summary>What was cleaned up.</summary>
public sealed record CleanedUp(IReadOnlyList<(string Resource, string Node)> Items) : RequestAnswer;

/// <summary>A fencing operation ended.</summary>
public sealed record FencingEnded(FencingEntry Entry) : RequestAnswer;

/// <summary>Answer of <see cref="WaitIdle"/>.</summary>
public sealed record IdleState(bool IsIdle, long TransitionId) : RequestAnswer;

/// <summary>Exit codes used in answers (spec/manager.md section 2).</summary>
public static class AnswerCodes
{
    /// <summary>Generic error.</summary>
    public const int Error = 1;

    /// <summary>Input or output error: the disk.</summary>
    public const int InputOutput = 74;

    /// <summary>Bad use.</summary>
    public const int Usage = 64;

    /// <summary>The document does not conform to its schema.</summary>
    public const int Configuration = 78;

    /// <summary>Not connected.</summary>
    public const int Disconnected = 102;

    /// <summary>Older than what there is.</summary>
    public const int Old = 103;

    /// <summary>No such thing.</summary>
    public const int NoSuch = 105;

    /// <summary>No quorum.</summary>
    public const int NoQuorum = 106;

    /// <summary>Dangerous without force.</summary>
    public const int Unsafe = 107;

    /// <summary>The time ran out.</summary>
    public const int Timeout = 124;
}
