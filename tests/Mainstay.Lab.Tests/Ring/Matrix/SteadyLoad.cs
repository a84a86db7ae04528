using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>Every node sends numbered messages to one group all the time, and every node writes down what the group delivers.</summary>
internal sealed class SteadyLoad : IDisposable
{
    private const int MessagesPerSecond = 25;
    private const string StopFile = "/tmp/steady.stop";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RingLab _lab;
    private readonly string _group;
    private readonly List<Instance> _instances = [];

    public SteadyLoad(RingLab lab, string group)
    {
        _lab = lab;
        _group = group;
    }

    /// <summary>Starts a listener and, when that is in the group, a sender on each node.</summary>
    public async Task StartAsync(params string[] nodes)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Clients", "steady.py");
        foreach (var node in nodes)
        {
            _lab.Cluster.Shell(node, $"rm -f {StopFile}");
            var listener = _lab.Listen(node, _group, 0);
            await listener.UntilLineAsync(
                "the listener is in the group", Patience, l => l.StartsWith("members ", StringComparison.Ordinal));
            var tag = $"{node}-{_instances.Count(i => i.Node == node)}";
            var sender = _lab.Pipe(node, _group, $"python3 {script} {tag} {MessagesPerSecond} {StopFile}");
            _instances.Add(new Instance(node, listener, sender, tag));
        }
    }

    /// <summary>The ring daemon of this node is gone, and with it what was started there; its record up to there counts still.</summary>
    public void Forget(string node)
    {
        foreach (var instance in _instances.Where(i => i.Node == node)) instance.IsAlive = false;
    }

    /// <summary>Waits until every living listener has printed so many more messages.</summary>
    public async Task FlowAsync(int messages, TimeSpan limit)
    {
        var before = _instances.Where(i => i.IsAlive).Select(i => (Instance: i, Goal: i.Count() + messages)).ToList();
        await LabCluster.UntilAsync(
            $"{messages} more messages on every node",
            limit,
            () => (before.All(b => b.Instance.Count() >= b.Goal),
                string.Join('\n', before.Select(b => $"{b.Instance.Tag} {b.Instance.Count()} of {b.Goal}"))));
    }

    /// <summary>Ends the senders, waits until all they sent was delivered, and returns what each listener wrote down.</summary>
    public async Task<List<GroupRecord>> StopAsync()
    {
        var alive = _instances.Where(i => i.IsAlive).ToList();
        foreach (var node in alive.Select(i => i.Node).Distinct()) _lab.Cluster.Shell(node, $"touch {StopFile}");
        foreach (var instance in alive)
        {
            var end = instance.Sender.WaitForEnd(Patience);
            Assert.True(end.ExitCode == 0, $"the sender of {instance.Tag} ended with {end.ExitCode}: {end.Error}");
        }

        // The last of what there is to see: both views in which the last sender leaves.
        await LabCluster.UntilAsync(
            "every listener has seen the senders leave",
            Patience,
            () => (alive.All(i => LastView(i).Count == alive.Count),
                string.Join('\n', alive.Select(i => $"{i.Tag}: {string.Join(' ', LastView(i))}"))));
        return [.. _instances.Select(i => GroupRecord.Parse(i.Tag, i.IsAlive, i.Listener.Lines))];
    }

    /// <summary>Ends the listeners.</summary>
    public void Dispose()
    {
        foreach (var instance in _instances)
        {
            instance.Listener.Dispose();
            instance.Sender.Dispose();
        }
    }

    private static List<string> LastView(Instance instance) =>
        GroupRecord.MembersOf(instance.Listener.Lines.Last(l => l.StartsWith("members ", StringComparison.Ordinal)));

    private sealed record Instance(string Node, LabProcess Listener, LabProcess Sender, string Tag)
    {
        public bool IsAlive { get; set; } = true;

        public int Count() => Listener.Lines.Count(l => l.StartsWith("message ", StringComparison.Ordinal));
    }
}
