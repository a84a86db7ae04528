using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>The native tool <c>corosync-quorumtool</c> on mainstay-ring: <c>-s</c> (the default), <c>-l</c>, <c>-e VOTES</c>.</summary>
internal sealed class QuorumTool : ITool
{
    private const int ExitNotQuorate = 2;
    private const int ExitFailed = 1;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        var action = args.Count > 0 ? args[0] : "-s";
        if (action is not ("-s" or "-l" or "-e") || (action == "-e" && (args.Count < 2 || !uint.TryParse(args[1], out _))))
        {
            context.Error.WriteLine("usage: corosync-quorumtool [-s | -l | -e VOTES]");
            return ExitFailed;
        }

        try
        {
            return RunAsync(context, action, args).GetAwaiter().GetResult();
        }
        catch (RingException failure)
        {
            context.Error.WriteLine($"Cannot initialize QUORUM service: {failure.Message}");
            return ExitFailed;
        }
    }

    private static async Task<int> RunAsync(ToolContext context, string action, IReadOnlyList<string> args)
    {
        await using var ring = await RingClient.ConnectAsync(RingTool.SocketPath(context, null), CancellationToken.None);
        if (action == "-e")
        {
            await ring.Votes.SetExpectedAsync(uint.Parse(args[1]), CancellationToken.None);
            return 0;
        }

        var status = await ring.GetStatusAsync(CancellationToken.None);
        var text = RingStatusText.QuorumTool(ring.Identity, status, DateTimeOffset.Now);
        context.Out.Write(action == "-l" ? text[text.IndexOf("Membership information", StringComparison.Ordinal)..] : text);
        return status.Quorum.IsQuorate ? 0 : ExitNotQuorate;
    }
}
