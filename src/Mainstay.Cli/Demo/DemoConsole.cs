using Mainstay.Client;

namespace Mainstay.Cli.Demo;

/// <summary><c>mainstay demo --interactive</c>: the user breaks things, the timeline tells what the cluster does about it.</summary>
internal sealed class DemoConsole(ToolContext context, DemoLayout layout, DemoCluster cluster, Timeline timeline, ServiceProbe probe)
{
    private const string Help = """
        off NODE      cut the node's power (SIGKILL to all its processes)
        on NODE       power it on again
        daemon NODE   kill the manager of a node only: the node is alive but out of control
        service       kill the web server where it runs: its monitor has to find out
        status        what the cluster thinks
        quit          end the demo
        """;

    /// <summary>Reads commands until <c>quit</c>, end of input or Ctrl-C.</summary>
    public async Task RunAsync()
    {
        timeline.Heading("Your turn");
        context.Out.WriteLine(Help);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var stories = cluster.Nodes.Select(node => FollowAsync(node, watching.Token)).ToArray();
        try
        {
            while (await context.In.ReadLineAsync(context.Cancellation).ConfigureAwait(false) is { } line)
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words is ["quit" or "exit"])
                {
                    break;
                }

                await ObeyAsync(words).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends the game, the summary follows.
        }

        await watching.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(stories).ConfigureAwait(false);
    }

    private async Task ObeyAsync(string[] words)
    {
        switch (words)
        {
            case []:
                break;
            case ["off", var name] when Find(name) is { } node:
                timeline.Alarm($"power of {node.Name} cut");
                node.CutPower();
                break;
            case ["on", var name] when Find(name) is { } node:
                if (NodeProcesses.Find(node.Place).Count > 0)
                {
                    timeline.Say($"{node.Name} is on");
                    break;
                }

                timeline.Say($"power on {node.Name}");
                node.PowerOn();
                break;
            case ["daemon", var name] when Find(name) is { } node:
                timeline.Alarm($"manager of {node.Name} killed");
                NodeProcesses.KillManager(node.Place);
                break;
            case ["service"]:
                timeline.Alarm($"web server killed (it ran on {probe.CurrentNode ?? "no node"})");
                NodeProcesses.KillServers(layout);
                break;
            case ["status"]:
                await ShowStatusAsync().ConfigureAwait(false);
                break;
            default:
                context.Out.WriteLine(Help);
                break;
        }
    }

    private DemoNode? Find(string name) => cluster.Nodes.FirstOrDefault(node => string.Equals(node.Name, name, StringComparison.Ordinal));

    private async Task ShowStatusAsync()
    {
        foreach (var node in cluster.Nodes)
        {
            try
            {
                var status = await node.Client.GetStatusAsync(context.Cancellation).ConfigureAwait(false);
                var online = string.Join(' ', status.Nodes.Where(other => other.Online).Select(other => other.Name));
                timeline.Say($"{node.Name}: online {online}; coordinator {status.Coordinator ?? "none"}; "
                    + $"{(status.HaveQuorum ? "quorum" : "no quorum")}");
            }
            catch (ManagerException error)
            {
                timeline.Say($"{node.Name}: {error.Message}");
            }
        }

        timeline.Say($"the service {(probe.CurrentNode is { } serving ? $"last answered from {serving}" : "does not answer")}");
    }

    private async Task FollowAsync(DemoNode node, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var item in node.Client.EventsAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (item.Kind is "node" or "quorum" or "coordinator" or "resource" or "fencing")
                    {
                        timeline.Say($"{node.Name} says: {item.Text}");
                    }
                }
            }
            catch (Exception error) when (error is OperationCanceledException or ManagerException)
            {
                // The node is down; look again until it is back.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None).ConfigureAwait(false);
        }
    }
}
