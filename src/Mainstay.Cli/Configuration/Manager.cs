using Mainstay.Client;

namespace Mainstay.Cli.Configuration;

/// <summary>Requests to the manager of this host.</summary>
internal static class Manager
{
    /// <summary>The socket of the manager.</summary>
    public static string SocketPath(ToolContext context) =>
        ManagerClient.ResolveSocketPath(null, context.Environment(ManagerClient.SocketVariable));

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="CommandFailure">It is not running, or refused: with its reason and the exit code it names.</exception>
    public static T Ask<T>(ToolContext context, Func<ManagerClient, CancellationToken, Task<T>> request)
    {
        try
        {
            return request(new ManagerClient(SocketPath(context)), context.Cancellation).GetAwaiter().GetResult();
        }
        catch (ManagerException e)
        {
            throw new CommandFailure([Reason(context, e), .. e.Error.Problems.Select(Describe)], e.Error.Code);
        }
        catch (OperationCanceledException)
        {
            throw new CommandFailure("interrupted", 130);
        }
    }

    /// <summary>Asks for something without an answer.</summary>
    /// <inheritdoc cref="Ask{T}"/>
    public static void Tell(ToolContext context, Func<ManagerClient, CancellationToken, Task> request) =>
        Ask(context, async (client, token) =>
        {
            await request(client, token).ConfigureAwait(false);
            return true;
        });

    private static string Reason(ToolContext context, ManagerException e) => e.Error.Code == ManagerExitCodes.Disconnected
        ? $"cannot talk to the cluster manager at {SocketPath(context)}: {e.Message}; "
            + "start the cluster on this host with 'mainstay cluster start', or work on a file with -f"
        : e.Message;

    private static string Describe(ManagerProblem problem)
    {
        var place = problem.Element is null ? "" : $"<{problem.Element}{(problem.Id is null ? "" : $" id=\"{problem.Id}\"")}>: ";
        return $"{place}{problem.Message}{(problem.Line > 0 ? $" (line {problem.Line})" : "")}";
    }
}
