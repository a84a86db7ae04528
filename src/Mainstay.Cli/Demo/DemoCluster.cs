using Mainstay.Client;

namespace Mainstay.Cli.Demo;

/// <summary>The demo's three nodes and the questions the script asks of them.</summary>
internal sealed class DemoCluster : IAsyncDisposable
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);
    private readonly DemoLayout _layout;

    private DemoCluster(DemoLayout layout, IReadOnlyList<DemoNode> nodes)
    {
        _layout = layout;
        Nodes = nodes;
    }

    /// <summary>The nodes, by id.</summary>
    public IReadOnlyList<DemoNode> Nodes { get; }

    /// <summary>Whether the processes and files stay when the demo ends.</summary>
    public bool IsKept { get; set; }

    /// <summary>Creates the nodes; nothing runs yet.</summary>
    /// <param name="layout">Where they live.</param>
    /// <param name="programs">Folder of the daemons.</param>
    public static DemoCluster Create(DemoLayout layout, string programs) =>
        new(layout, [.. layout.Nodes.Select(place => new DemoNode(layout, place, programs))]);

    /// <summary>A node by name.</summary>
    public DemoNode this[string name] => Nodes.First(node => string.Equals(node.Name, name, StringComparison.Ordinal));

    /// <summary>A node other than the named one: its view is the survivors' view.</summary>
    public DemoNode OtherThan(string name) => Nodes.First(node => !string.Equals(node.Name, name, StringComparison.Ordinal));

    /// <summary>Waits until a node's manager says what is asked for.</summary>
    /// <param name="node">The node to ask.</param>
    /// <param name="what">What is waited for, for the message when it does not come.</param>
    /// <param name="isTrue">The condition.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DemoFailedException">It did not come in time.</exception>
    public static async Task<ManagerStatus> WaitForAsync(
        DemoNode node, string what, Func<ManagerStatus, bool> isTrue, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        using var timer = new PeriodicTimer(PollPeriod);
        var last = "it does not answer";
        try
        {
            while (true)
            {
                try
                {
                    var status = await node.Client.GetStatusAsync(deadline.Token).ConfigureAwait(false);
                    if (isTrue(status))
                    {
                        return status;
                    }

                    last = Describe(status);
                }
                catch (ManagerException error)
                {
                    last = error.Message;
                }

                _ = await timer.WaitForNextTickAsync(deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DemoFailedException(
                $"waited {limit.TotalSeconds:0} s in vain for {what}; {node.Name} says: {last}. Its logs are in {node.Place.Folder}");
        }
    }

    /// <summary>Loads the demo's configuration through the manager's API, as any tool does.</summary>
    public async Task ConfigureAsync(CancellationToken cancellationToken)
    {
        foreach (var (scope, xml) in DemoConfiguration.Sections(_layout))
        {
            _ = await Nodes[0].Client.ApplyAsync(
                new CibOperationRequest
                {
                    Operation = CibOperation.Modify,
                    Scope = scope,
                    Xml = xml,
                    AllowCreate = true,
                    Client = "mainstay demo",
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!IsKept)
        {
            foreach (var node in Nodes)
            {
                node.CutPower();
            }

            if (_layout.IsTemporary)
            {
                Directory.Delete(_layout.Root, recursive: true);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static string Describe(ManagerStatus status) =>
        $"replica {status.Replica}, coordinator {status.Coordinator ?? "none"}, {(status.HaveQuorum ? "quorum" : "no quorum")}, online "
        + string.Join(' ', status.Nodes.Where(node => node.Online).Select(node => node.Name));
}

/// <summary>The demo did not come to its end; the message is for the user.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
