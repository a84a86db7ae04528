using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>The native tool <c>corosync-quorumtool</c> on mainstay-ring (spec/cli-crm.md section 12).</summary>
internal sealed class QuorumTool : CorosyncTool
{
    private const int ExitNotQuorate = 2;
    private const int ExitFailed = 1;

    // The name that the reference's device daemon registers.
    private const string DeviceName = "Qdevice";

    private const string Usage = """
        usage: corosync-quorumtool [-s | -l | -m | -e VOTES | -v VOTES [-n NODE] | -f | -V | -h] [-p] [-a] [-i] [-H] [-o a|n|i]

          -s          quorum, votes and members (the default)
          -l          members only
          -m          as -s, again at every change
          -e VOTES    set the expected votes of the cluster
          -v VOTES    set the votes of this node, or of NODE
          -f          unregister this node's quorum device by force (dangerous)
          -p          for programs: always the column of the quorum device
          -a          names or addresses of all links of a node
          -i          addresses instead of names
          -H          node ids in hexadecimal
          -o a|n|i    order of members: as they come, by name, by node id
          -V          version
          -h          this help
        """;

    /// <inheritdoc/>
    protected override string Name => "corosync-quorumtool";

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args)
    {
        var options = PosixOptions.Parse(Name, "VHapfsmlhie:v:n:o:", [], args);
        if (Request.Read(options, out var problem) is not { } request)
        {
            context.Error.WriteLine(problem);
            if (options.Error is not null) context.Out.WriteLine(Usage);
            return ExitFailed;
        }

        switch (request.Command)
        {
            case 'h':
                context.Out.WriteLine(Usage);
                return 0;
            case 'V':
                context.Out.WriteLine($"corosync-quorumtool version: {ProductVersion.Text} (Mainstay)");
                return 0;
            default:
                break;
        }

        await using var ring = await ConnectAsync(context, "Cannot initialize CMAP service");
        if (ring is null) return ExitFailed;
        try
        {
            return await DoAsync(context, ring, request);
        }
        catch (RingException failure) when (failure.Error == RingError.Unreachable)
        {
            context.Error.WriteLine(failure.Message);
            return ExitFailed;
        }
    }

    private static async Task<int> DoAsync(ToolContext context, RingClient ring, Request request)
    {
        var facts = await QuorumFacts.ReadAsync(ring, context.Cancellation);
        var votes = facts.Provider == QuorumFacts.Votequorum;
        switch (request.Command)
        {
            case 'l':
                context.Out.Write(QuorumToolText.Nodes(facts, request.Style));
                return 0;
            case 'e':
                return votes
                    ? await ChangeAsync(context, "set expected votes", ring.Votes.SetExpectedAsync(request.Votes, context.Cancellation))
                    : Refuse(context, "change expected votes");
            case 'v':
                var node = request.NodeId == 0 ? facts.Identity.LocalNodeId : request.NodeId;
                return votes
                    ? await ChangeAsync(
                        context,
                        $"set votes {request.Votes} for nodeid: {node}",
                        ring.Votes.SetAsync(node, request.Votes, context.Cancellation))
                    : Refuse(context, "change node votes");
            case 'f':
                return votes
                    ? await ChangeAsync(
                        context, "unregister qdevice", ring.Votes.UnregisterDeviceAsync(DeviceName, context.Cancellation))
                    : Refuse(context, "unregister quorum device");
            case 'm':
                return await MonitorAsync(context, ring, request.Style);
            default:
                context.Out.Write(QuorumToolText.Status(facts, request.Style, context.Now));
                return facts.Quorum.IsQuorate ? 0 : ExitNotQuorate;
        }
    }

    private static async Task<int> MonitorAsync(ToolContext context, RingClient ring, QuorumToolStyle style)
    {
        // The first change comes right after connecting and tells what is.
        await foreach (var happened in ring.Events.ReadAllAsync(context.Cancellation))
        {
            switch (happened)
            {
                case RingDisconnected end:
                    context.Error.WriteLine(end.Reason);
                    return ExitFailed;
                case RingQuorumChange:
                    var facts = await QuorumFacts.ReadAsync(ring, context.Cancellation);
                    context.Out.Write(QuorumToolText.Status(facts, style, context.Now) + "\n");
                    break;
                default:
                    break;
            }
        }

        return 0;
    }

    private static async Task<int> ChangeAsync(ToolContext context, string what, Task change)
    {
        try
        {
            await change;
            return 0;
        }
        catch (RingException failure)
        {
            context.Error.WriteLine($"Unable to {what}: {Text(failure.Error)}");
            return ExitFailed;
        }
    }

    private static int Refuse(ToolContext context, string what)
    {
        context.Error.WriteLine($"You cannot {what}, corosync is not using votequorum");
        return ExitFailed;
    }

    /// <summary>What the options amount to: the last command of them counts.</summary>
    private sealed record Request(char Command, uint Votes, uint NodeId, QuorumToolStyle Style)
    {
        public static Request? Read(PosixOptions options, out string problem)
        {
            var request = new Request('s', 0, 0, new QuorumToolStyle());
            problem = options.Error ?? string.Empty;
            foreach (var (name, value) in options.Given)
            {
                if (request.Command is 'h' or 'V') return request;
                problem = request.With(name[0], value, out var next);
                if (next is null) return null;
                request = next;
            }

            if (request.Command is 'h' or 'V') return request;
            problem = options.Error ?? string.Empty;
            return options.Error is null ? request : null;
        }

        private string With(char name, string value, out Request? next)
        {
            var number = PosixNumber.Read(value, name == 'n' ? uint.MaxValue : int.MaxValue);
            var parsed = number ?? 0;
            (next, var problem) = name switch
            {
                'H' => (this with { Style = Style with { IsHexadecimal = true } }, string.Empty),
                'a' => (this with { Style = Style with { ShowsAllLinks = true } }, string.Empty),
                'i' => (this with { Style = Style with { ShowsAddresses = true } }, string.Empty),
                'p' => (this with { Style = Style with { IsParsable = true } }, string.Empty),
                'o' => value is "a" or "n" or "i"
                    ? (this with { Style = Style with { Order = value[0] } }, string.Empty)
                    : ((Request?)null, "Invalid ordering option. valid orders are a(address), i(node ID) or n(name)"),
                'e' => number is > 0
                    ? (this with { Command = 'e', Votes = parsed }, string.Empty)
                    : (null, "New expected votes value was not valid, try a positive number"),
                'v' => number is not null
                    ? (this with { Command = 'v', Votes = parsed }, string.Empty)
                    : (null, "New votes value was not valid, try a positive number or zero"),
                'n' => number is > 0
                    ? (this with { NodeId = parsed }, string.Empty)
                    : (null, "The nodeid was not valid, try a positive number"),
                _ => (this with { Command = name }, string.Empty),
            };
            return problem;
        }
    }
}
