using Mainstay.Cli.Configuration;
using Mainstay.Client;
using Spectre.Console;

namespace Mainstay.Cli.Pcs;

/// <summary>Waiting for the cluster to settle.</summary>
internal static class ClusterWait
{
    private const int ShownMax = 3;
    private static readonly TimeSpan s_default = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until no action is running or due.</summary>
    /// <param name="session">The session.</param>
    /// <param name="limit">Value of <c>--wait</c>: seconds, or empty for an hour.</param>
    /// <exception cref="CommandFailure">The time ran out, or the value is no time.</exception>
    public static void UntilIdle(PcsSession session, string? limit)
    {
        var timeout = Limit(limit);
        session.Info($"Waiting for the cluster to apply configuration changes (timeout: {timeout.TotalSeconds:0} "
            + $"second{(timeout.TotalSeconds == 1 ? "" : "s")})...");
        var result = session.Context.Terminal.IsInteractive
            ? WatchUntilIdle(session.Context, timeout)
            : Manager.Ask(session.Context, (client, token) => client.WaitIdleAsync(timeout, token));
        if (!result.Idle)
        {
            throw new CommandFailure("waiting timeout: the cluster has not settled in time; 'status' shows what it is doing");
        }
    }

    /// <summary>On a terminal: the same wait, with the actions in flight on a line that is gone when it is over.</summary>
    private static IdleResult WatchUntilIdle(ToolContext context, TimeSpan timeout)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Error),
            ColorSystem = context.Terminal.HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        return console.Status().Start("waiting", progress => Manager.Ask(context, async (client, token) =>
        {
            var idle = client.WaitIdleAsync(timeout, token);
            while (!idle.IsCompleted)
            {
                var status = await client.GetStatusAsync(token).ConfigureAwait(false);
                progress.Status = Markup.Escape(InFlight(status.Transition.PendingActions));
                await Task.WhenAny(idle, Task.Delay(s_refresh, token)).ConfigureAwait(false);
            }

            return await idle.ConfigureAwait(false);
        }));
    }

    /// <summary>The actions in flight in a few words.</summary>
    internal static string InFlight(IReadOnlyList<PendingAction> actions) => actions.Count switch
    {
        0 => "no action in flight",
        <= ShownMax => string.Join(", ", actions.Select(a => $"{a.Key} on {a.Node}")),
        _ => string.Join(", ", actions.Take(ShownMax).Select(a => $"{a.Key} on {a.Node}")) + $" and {actions.Count - ShownMax} more",
    };

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
