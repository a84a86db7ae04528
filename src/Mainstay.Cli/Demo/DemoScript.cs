using System.Globalization;
using Mainstay.Client;

namespace Mainstay.Cli.Demo;

/// <summary>The story that <c>mainstay demo</c> tells: form, serve, lose the serving node, take over, come back.</summary>
internal sealed class DemoScript(DemoCluster cluster, DemoLayout layout, Timeline timeline, ServiceProbe probe)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    /// <summary>Powers the nodes on, waits for the ring and loads the configuration; the service answers at the end.</summary>
    /// <returns>The node that serves.</returns>
    public async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        timeline.Heading("Three nodes start");
        foreach (var node in cluster.Nodes)
        {
            timeline.Say($"power on {node.Name}: mainstay-ring and mainstay-manager on {node.Place.Address}");
            node.PowerOn();
        }

        var formed = await DemoCluster.WaitForAsync(cluster.Nodes[0], "three nodes in one ring", IsComplete, Patience, cancellationToken)
            .ConfigureAwait(false);
        timeline.Good($"one ring of three nodes with quorum ({formed.Votes} of {formed.ExpectedVotes} votes, {formed.Quorum} needed); "
            + $"coordinator {formed.Coordinator}");

        timeline.Heading("A web service is configured");
        timeline.Say($"group {DemoConfiguration.Service}: an address and a web server on port {layout.ServicePort}; "
            + "a fence device for all nodes");
        await cluster.ConfigureAsync(cancellationToken).ConfigureAwait(false);
        var serving = await AnswerAsync(not: null, "the service to answer", cancellationToken).ConfigureAwait(false);
        timeline.Good($"http://127.0.0.1:{layout.ServicePort}/ answers from {serving}; a client now asks every 10 ms");
        _ = await cluster.Nodes[0].Client.WaitIdleAsync(Patience, cancellationToken).ConfigureAwait(false);
        probe.StartRecording();
        return serving;
    }

    /// <summary>Cuts the power of the node that serves and follows the recovery.</summary>
    /// <param name="serving">The node that serves.</param>
    /// <param name="cancellationToken">Ends the demo.</param>
    public async Task<FailoverTimes> FailOverAsync(string serving, CancellationToken cancellationToken)
    {
        await CalmAsync(cancellationToken).ConfigureAwait(false);
        timeline.Heading($"{serving} loses power");
        var observer = cluster.OtherThan(serving);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var story = FollowAsync(observer, watching.Token);

        var cut = timeline.Now;
        timeline.Alarm($"SIGKILL to every process of {serving}");
        cluster[serving].CutPower();
        probe.ForgetLastAnswer();

        _ = await DemoCluster.WaitForAsync(
            observer, $"the loss of {serving} to be noticed", status => !IsOnline(status, serving), Patience, cancellationToken)
                .ConfigureAwait(false);
        var noticed = timeline.Now;
        timeline.Say($"{observer.Name} sees that {serving} is gone");

        var fenced = FenceConfirmedAsync(observer, serving, cancellationToken);
        var successor = await AnswerAsync(serving, "the service to answer again", cancellationToken).ConfigureAwait(false);
        var answered = timeline.Now;
        timeline.Good($"the service answers from {successor}");
        var fencedAt = await fenced.ConfigureAwait(false);
        await watching.CancelAsync().ConfigureAwait(false);
        await story.ConfigureAwait(false);
        return new FailoverTimes(serving, successor, cut, noticed, fencedAt, answered);
    }

    /// <summary>Powers the lost node on again and waits until it is a member and everything is at rest.</summary>
    public async Task<TimeSpan> RejoinAsync(string node, CancellationToken cancellationToken)
    {
        await CalmAsync(cancellationToken).ConfigureAwait(false);
        timeline.Heading($"{node} comes back");
        var started = timeline.Now;
        timeline.Say($"power on {node}");
        cluster[node].PowerOn();
        _ = await DemoCluster.WaitForAsync(cluster[node], $"{node} to rejoin", IsComplete, Patience, cancellationToken)
            .ConfigureAwait(false);
        var joined = timeline.Now;
        timeline.Good($"{node} is a member again; the service stays where it is");
        _ = await cluster.OtherThan(node).Client.WaitIdleAsync(Patience, cancellationToken).ConfigureAwait(false);
        await CalmAsync(cancellationToken).ConfigureAwait(false);
        return joined - started;
    }

    /// <summary>Whether all nodes are joined members of a quorate cluster.</summary>
    internal static bool IsComplete(ManagerStatus status) =>
        status is { HaveQuorum: true, Coordinator: not null, Replica: "member" } && status.Nodes.Count(node => node.Online) == 3;

    private static bool IsOnline(ManagerStatus status, string name) =>
        status.Nodes.Any(node => node.Online && string.Equals(node.Name, name, StringComparison.Ordinal));

    private static Task CalmAsync(CancellationToken cancellationToken) => Task.Delay(Calm, cancellationToken);

    private async Task<string> AnswerAsync(string? not, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await probe.WaitForAnswerAsync(not, cancellationToken).WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new DemoFailedException(string.Create(
                CultureInfo.InvariantCulture,
                    $"waited {Patience.TotalSeconds:0} s in vain for {what}; the nodes' logs are below {layout.Root}"));
        }
    }

    /// <summary>The moment a successful fencing of the node is in the history.</summary>
    private async Task<TimeSpan> FenceConfirmedAsync(DemoNode observer, string target, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            do
            {
                var history = await observer.Client.GetFencingHistoryAsync(deadline.Token).ConfigureAwait(false);
                if (history.Any(entry => entry.State is "success" && string.Equals(entry.Target, target, StringComparison.Ordinal)))
                {
                    return timeline.Now;
                }
            }
            while (await timer.WaitForNextTickAsync(deadline.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Said below.
        }

        throw new DemoFailedException($"the service moved, but no confirmed fencing of {target} is in the history of {observer.Name}");
    }

    /// <summary>Prints what a survivor's manager reports while the failover goes on.</summary>
    private async Task FollowAsync(DemoNode observer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in observer.Client.EventsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (item.Kind is "node" or "quorum" or "coordinator" or "resource" or "fencing")
                {
                    timeline.Say($"{item.Kind}: {item.Text}");
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ManagerException)
        {
            // The story is told, or the observer went away: the waits that depend on it say so.
        }
    }
}

/// <summary>When what happened in a failover, since the demo began.</summary>
internal sealed record FailoverTimes(
    string Lost, string Successor, TimeSpan Cut, TimeSpan Noticed, TimeSpan Fenced, TimeSpan Answered);
