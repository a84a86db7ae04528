using System.Globalization;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>The native tool <c>corosync-cfgtool</c> on mainstay-ring (spec/cli-crm.md section 12).</summary>
internal sealed class CfgTool : CorosyncTool
{
    private const int ExitFailed = 1;
    private const string KillReason = "Killed by corosync-cfgtool";

    private const string Usage = """
        usage: corosync-cfgtool -s [-b] [-i LINK|ADDRESS] | -n | -a NODE | -R | -L | -k NODE | -H [--force] | -h

          -s          links of this node and the state of each node on them
          -b          with -s: one character a node (n this one, bit 1 enabled, bit 2 connected)
          -i LINK     with -s: this link only, by number or by this node's address
          -n          nodes within reach and their links
          -a NODE     addresses of a node
          -R          all nodes read corosync.conf again
          -L          open the log files of this node anew
          -k NODE     end the ring daemon of a node
          -H          shut this node's ring daemon down; a process that watches for it may refuse
          --force     with -H: whatever they answer
          -h          this help

        """;

    /// <inheritdoc/>
    protected override string Name => "corosync-cfgtool";

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args)
    {
        var options = PosixOptions.Parse(Name, "i:snbrRLk:a:hH", ["force"], args);
        if (options.Error is not null)
        {
            context.Error.WriteLine(options.Error);
            return ExitFailed;
        }

        // The last action counts; modifiers stand anywhere.
        var (action, value) = options.Given.LastOrDefault(o => o.Name is "s" or "n" or "R" or "L" or "k" or "a" or "h" or "H");
        if (action is null or "h")
        {
            context.Out.Write(Usage);
            return 0;
        }

        uint node = 0;
        if (action is "k" or "a" && !TryNodeId(value, out node))
        {
            context.Error.WriteLine("The nodeid was not valid, try a positive number");
            return ExitFailed;
        }

        if (action == "R") context.Out.WriteLine("Reloading corosync.conf...");
        if (action == "k") context.Out.WriteLine($"Killing node {node}");
        await using var ring = await ConnectAsync(
            context,
            e => $"Could not initialize corosync configuration API error "
                + $"{(action is "R" or "L" ? Text(e) : ((int)e).ToString(CultureInfo.InvariantCulture))}");
        if (ring is null) return ExitFailed;
        return action switch
        {
            "s" => await ShowLinksAsync(context, ring, Last(options, "i"), options.Given.Exists(o => o.Name == "b")),
            "n" => await ShowNodesAsync(context, ring),
            "a" => ShowAddresses(context, ring, node),
            "R" => await ReloadAsync(context, ring),
            "L" => await DoAsync(
                context,
                ring.Administration.ReopenLogsAsync(context.Cancellation),
                e => $"Could not reopen logging files. Error {Text(e)}"),
            "k" => await DoAsync(
                context,
                ring.Administration.KillNodeAsync(node, KillReason, context.Cancellation),
                e => $"Could not kill node (error = {Text(e)})"),
            _ => await ShutdownAsync(context, ring, options.Given.Exists(o => o.Name == "force")),
        };
    }

    private static string? Last(PosixOptions options, string name) => options.Given.LastOrDefault(o => o.Name == name).Value;

    private static async Task<int> ShowLinksAsync(ToolContext context, RingClient ring, string? wanted, bool isBrief)
    {
        var links = await ring.Administration.GetLinksAsync(context.Cancellation);
        context.Out.Write(LinksText(ring.Identity.LocalNodeId, links, wanted, isBrief));
        return 0;
    }

    private static async Task<int> ShowNodesAsync(ToolContext context, RingClient ring)
    {
        var links = await ring.Administration.GetLinksAsync(context.Cancellation);
        context.Out.Write(NodesText(ring.Identity.LocalNodeId, links));
        return 0;
    }

    /// <summary>The links with the state of each node, in full or one letter a node.</summary>
    internal static string LinksText(uint local, RingLinks links, string? wanted, bool isBrief)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Local node ID {local}, transport {links.Transport}");
        foreach (var link in links.Links.GroupBy(l => l.Link).OrderBy(g => g.Key))
        {
            var first = link.First();

            // A node reaches itself on its first link, but is shown on all of them.
            var nodes = new SortedDictionary<uint, RingLink?>(link.ToDictionary(l => l.NodeId, l => (RingLink?)l)) { [local] = null };
            if (wanted is not null && wanted != first.LocalAddress && wanted != link.Key.ToString(CultureInfo.InvariantCulture)) continue;
            text.AppendLine(CultureInfo.InvariantCulture, $"LINK ID {link.Key} {first.Protocol}");
            text.AppendLine($"\taddr\t= {first.LocalAddress}");
            if (isBrief)
            {
                text.AppendLine($"\tstatus\t= {string.Concat(nodes.Values.Select(l => l is null ? "n" : Brief(l)))}");
                continue;
            }

            text.AppendLine("\tstatus:");
            foreach (var (node, l) in nodes)
            {
                var state = l is null ? "localhost" : l.IsConnected ? "connected" : "disconnected";
                text.AppendLine(CultureInfo.InvariantCulture, $"\t\tnodeid: {node,10}:\t{state}");
            }
        }

        return text.ToString();
    }

    /// <summary>The nodes within reach with their links.</summary>
    internal static string NodesText(uint local, RingLinks links)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Local node ID {local}, transport {links.Transport}");
        foreach (var node in links.Links.Where(l => l.NodeId != local).GroupBy(l => l.NodeId).OrderBy(g => g.Key))
        {
            if (!node.Any(l => l.IsConnected)) continue;
            text.AppendLine(CultureInfo.InvariantCulture, $"nodeid: {node.Key} reachable");
            foreach (var link in node.OrderBy(l => l.Link))
            {
                // Transports udp and udpu know no pairs of addresses.
                var addresses = link.Protocol.Length > 0 ? $"{link.LocalAddress}->{link.RemoteAddress}" : link.RemoteAddress;
                text.Append(CultureInfo.InvariantCulture, $"   LINK: {link.Link} {link.Protocol} ({addresses})");
                text.Append(link.IsEnabled ? " enabled" : string.Empty).Append(link.IsConnected ? " connected" : string.Empty);
                text.AppendLine(CultureInfo.InvariantCulture, $" mtu: {link.Mtu}");
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    private static string Brief(RingLink link) =>
        ((link.IsEnabled ? 1 : 0) + (link.IsConnected ? 2 : 0)).ToString(CultureInfo.InvariantCulture);

    private static int ShowAddresses(ToolContext context, RingClient ring, uint nodeId)
    {
        if (ring.Identity.Nodes.FirstOrDefault(n => n.NodeId == nodeId) is not { } node)
        {
            context.Error.WriteLine($"Could not get node address for nodeid {nodeId}");
            return ExitFailed;
        }

        context.Out.WriteLine(string.Join(' ', node.Addresses));
        return 0;
    }

    private static async Task<int> ReloadAsync(ToolContext context, RingClient ring)
    {
        try
        {
            await ring.Administration.ReloadAsync(context.Cancellation);
            context.Out.WriteLine("Done");
            return 0;
        }
        catch (RingException failure)
        {
            context.Error.WriteLine($"Could not reload configuration. Error {Text(failure.Error)}");
            context.Error.WriteLine(failure.Message);
            return (int)failure.Error;
        }
    }

    private static async Task<int> ShutdownAsync(ToolContext context, RingClient ring, bool isForced)
    {
        context.Out.WriteLine("Shutting down corosync");
        try
        {
            await ring.Administration.ShutdownAsync(
                isForced ? RingShutdownKind.Regardless : RingShutdownKind.Request, context.Cancellation);
        }
        catch (RingException failure)
        {
            // A veto is no failure of the tool: the reference's status is 0 too.
            context.Error.WriteLine($"Could not shutdown (error = {(int)failure.Error})");
        }

        return 0;
    }

    private static async Task<int> DoAsync(ToolContext context, Task request, Func<RingError, string> refusal)
    {
        try
        {
            await request;
            return 0;
        }
        catch (RingException failure)
        {
            context.Error.WriteLine(refusal(failure.Error));
            return ExitFailed;
        }
    }
}
