using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs;

/// <summary>Waiting for the cluster to settle.</summary>
internal static class ClusterWait
{
    private static readonly TimeSpan s_default = TimeSpan.FromMinutes(60);

    /// <summary>Waits until no action is running or due.</summary>
    /// <param name="session">The session.</param>
    /// <param name="limit">Value of <c>--wait</c>: seconds, or empty for an hour.</param>
    /// <exception cref="CommandFailure">The time ran out, or the value is no time.</exception>
    public static void UntilIdle(PcsSession session, string? limit)
    {
        var timeout = Limit(limit);
        session.Info($"Waiting for the cluster to apply configuration changes (timeout: {timeout.TotalSeconds:0} "
            + $"second{(timeout.TotalSeconds == 1 ? "" : "s")})...");
        var result = Manager.Ask(session.Context, (client, token) => client.WaitIdleAsync(timeout, token));
        if (!result.Idle)
        {
            throw new CommandFailure("waiting timeout: the cluster has not settled in time; 'status' shows what it is doing");
        }
    }

    /// <summary>The limit in words of the command line.</summary>
    public static TimeSpan Limit(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return s_default;
        }

        var milliseconds = Resources.PcsTime.Milliseconds(text)
            ?? throw new CommandFailure($"'{text}' is not a valid number of seconds to wait");
        return milliseconds == 0 ? s_default : TimeSpan.FromMilliseconds(milliseconds);
    }
}
