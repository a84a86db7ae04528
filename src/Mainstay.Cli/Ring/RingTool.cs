using System.Globalization;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary><c>mainstay ring</c>: look at the ring of this node, listen to a group, send to it.</summary>
internal sealed class RingTool : ITool
{
    private const int ExitUsage = 1;
    private const int ExitFailed = 2;

    private const string Usage = """
        usage: mainstay ring [--socket PATH] COMMAND

          status [--output-format text|json]   membership, votes, quorum, ring id, state, counters
          listen GROUP [--count N]             join the group and print what it delivers, until interrupted or N messages came
          send GROUP TEXT... [--repeat N]      join the group, send each TEXT, wait until they are delivered
          send GROUP -                         the same with each line of standard input
          expected VOTES                       set expected votes on all members
          reload                               all nodes read corosync.conf again

        The socket is that of mainstay-ring: /run/mainstay/ring.sock, or what MAINSTAY_RING_SOCKET names.
        """;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (RingArguments.TryParse(args, out var problem) is not { } arguments)
        {
            context.Error.WriteLine($"mainstay ring: {problem}");
            context.Error.WriteLine(Usage);
            return ExitUsage;
        }

        if (arguments.Command is "help")
        {
            context.Out.WriteLine(Usage);
            return 0;
        }

        try
        {
            return RunAsync(context, arguments).GetAwaiter().GetResult();
        }
        catch (RingException failure)
        {
            context.Error.WriteLine($"Error: {failure.Message}");
            return ExitFailed;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>The daemon's socket: the option, else the environment, else the default.</summary>
    internal static string SocketPath(ToolContext context, string? option) =>
        option ?? context.Environment(RingClient.SocketVariable) ?? RingClient.DefaultSocketPath;

    private static async Task<int> RunAsync(ToolContext context, RingArguments arguments)
    {
        var stopping = arguments.Command is "listen" ? context.Cancellation : CancellationToken.None;
        await using var ring = await RingClient.ConnectAsync(SocketPath(context, arguments.Socket), stopping);
        switch (arguments.Command)
        {
            case "status":
                var status = await ring.GetStatusAsync(stopping);
                context.Out.Write(
                    arguments.IsJson ? RingStatusText.Json(ring.Identity, status) : RingStatusText.Text(ring.Identity, status));
                return 0;
            case "listen":
                return await RingGroupCommands.ListenAsync(context, ring, arguments, stopping);
            case "send":
                return await RingGroupCommands.SendAsync(context, ring, arguments, stopping);
            case "expected":
                await ring.Votes.SetExpectedAsync(uint.Parse(arguments.Operands[0], CultureInfo.InvariantCulture), stopping);
                return 0;
            default:
                await ring.Administration.ReloadAsync(stopping);
                return 0;
        }
    }
}
