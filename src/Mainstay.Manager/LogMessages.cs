using Microsoft.Extensions.Logging;

namespace Mainstay.Manager;

/// <summary>Every message of the manager's log; event ids 3000 to 3999.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(3000, LogLevel.Information, "mainstay-manager {Version} starts on {Node} (id {NodeId}), state in {StateDirectory}")]
    public static partial void Starting(this ILogger logger, string version, string node, uint nodeId, string stateDirectory);

    [LoggerMessage(3001, LogLevel.Information, "{Kind}: {Text}")]
    public static partial void Happened(this ILogger logger, string kind, string text);

    [LoggerMessage(3002, LogLevel.Warning, "{Kind}: {Text}")]
    public static partial void Degraded(this ILogger logger, string kind, string text);

    [LoggerMessage(3003, LogLevel.Warning, "The ring daemon cannot be reached: {Reason}. Trying again")]
    public static partial void RingUnreachable(this ILogger logger, string reason);

    [LoggerMessage(3004, LogLevel.Information, "Connected to the ring daemon at {Socket}, joined the group of managers")]
    public static partial void RingJoined(this ILogger logger, string socket);

    [LoggerMessage(
        3005, LogLevel.Error, "The configuration revision {File} is damaged ({Reason}); it is kept as {Aside} and the one before is used")]
    public static partial void RevisionDamaged(this ILogger logger, string file, string reason, string aside);

    [LoggerMessage(3006, LogLevel.Error, "The configuration cannot be stored: {Reason}")]
    public static partial void StoreFailed(this ILogger logger, string reason);

    [LoggerMessage(3007, LogLevel.Information, "Agent {Subject}: {Text}")]
    public static partial void AgentSays(this ILogger logger, string subject, string text);

    [LoggerMessage(3008, LogLevel.Information, "mainstay-manager ends with {ExitCode}: {Reason}")]
    public static partial void Ending(this ILogger logger, int exitCode, string reason);

    [LoggerMessage(3009, LogLevel.Warning, "An API connection of user {User} is refused: not root, the manager's own or in group haclient")]
    public static partial void ConnectionRefused(this ILogger logger, uint user);

    [LoggerMessage(3010, LogLevel.Critical, "The manager fails: {Problem}")]
    public static partial void Failing(this ILogger logger, string problem);
}
