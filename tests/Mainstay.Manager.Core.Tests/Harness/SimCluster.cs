namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>
/// Manager cores of a whole cluster over an agreed-order ring, in virtual time, from one seed: power, processes, partitions, disks, agents
/// and fence devices are simulated; the ground truth of what runs where is kept and checked at every start.
/// </summary>
internal sealed class SimCluster
{
    private readonly PriorityQueue<Action, (long Time, long Sequence)> _events = new();
    private long _sequence;

    public SimCluster(int nodes, string configuration, int seed = 1, ITransitionPlanner? planner = null)
    {
        Random = new Random(seed);
        Planner = planner ?? new MiniPlanner();
        for (var id = 1; id <= nodes; id++)
        {
            Nodes.Add(new SimNode(this, (uint)id) { Disk = new StoredConfiguration(0, configuration) });
        }

        Ring = new SimRing(this);
    }

    public Random Random { get; }

    public ITransitionPlanner Planner { get; }

    public long Now { get; private set; }

    public List<SimNode> Nodes { get; } = [];

    public SimRing Ring { get; }

    public List<string> Log { get; } = [];

    /// <summary>What the ground truth says is wrong.</summary>
    public List<string> Violations { get; } = [];

    public CoreTime Time => new(Now, 1_800_000_000_000 + Now);

    public SimNode this[int id] => Nodes[id - 1];

    public IReadOnlyList<ConfiguredNode> Directory => [.. Nodes.Select(node => new ConfiguredNode(node.Id, node.Name, 1))];

    public void At(long delayMs, Action action) => _events.Enqueue(action, (Now + delayMs, _sequence++));

    public void Note(string text)
    {
        Log.Add($"{Now,7} {text}");
        if (Log.Count > 20_000) Log.RemoveRange(0, 10_000);
    }

    public void StartAll()
    {
        foreach (var node in Nodes) node.PowerOn();
    }

    /// <summary>Runs until the time has passed.</summary>
    public void RunFor(long ms)
    {
        var end = Now + ms;
        while (_events.TryPeek(out _, out var at) && at.Time <= end) Step();
        Now = end;
    }

    /// <summary>Runs until the condition holds; fails after the limit.</summary>
    public void RunUntil(Func<bool> condition, string what, long limitMs = 30_000)
    {
        var end = Now + limitMs;
        while (!condition())
        {
            if (!_events.TryPeek(out _, out var at) || at.Time > end)
            {
                Assert.Fail($"After {limitMs} simulated ms there is still not: {what}\n{Tail()}");
            }

            Step();
        }
    }

    /// <summary>Runs until every running member agrees that the cluster is idle.</summary>
    public void RunUntilIdle(long limitMs = 60_000) => RunUntil(
        () => Nodes.Exists(node => node.IsRunning) && Nodes.TrueForAll(node => !node.IsRunning || node.Core.GetStatus().IsIdle),
        "idle",
        limitMs);

    /// <summary>Lines of the log shown with a failure.</summary>
    private static int TailLines =>
        int.TryParse(Environment.GetEnvironmentVariable("MAINSTAY_LOG_LINES"), out var lines) ? lines : 120;

    public string Tail() => string.Join('\n', Log.TakeLast(TailLines)) + "\n" + string.Join('\n', Violations);

    /// <summary>Nodes on which the resource runs, by ground truth.</summary>
    public List<string> Where(string resource) => [.. Nodes.Where(node => node.Agents.IsActive(resource)).Select(node => node.Name)];

    public void CheckReplicas()
    {
        // Two partitions of one history may reach the same position with different commands: the members tell them apart.
        var digests = new Dictionary<(string, string, long), (string Digest, string Node)>();
        foreach (var node in Nodes)
        {
            if (!node.IsRunning || node.Core.Mode != ReplicaMode.Member || node.Core.State is not { } state) continue;
            var key = (state.Data.Lineage, string.Join(' ', state.Data.MemberOrder), state.Data.Position);
            var digest = state.ComputeDigest();
            if (!digests.TryAdd(key, (digest, node.Name)) && digests[key].Digest != digest)
            {
                Violations.Add($"REP-1: {node.Name} and {digests[key].Node} differ at {key}");
            }
        }
    }

    private void Step()
    {
        var action = _events.TryDequeue(out var next, out var at) ? next : throw new InvalidOperationException("no event");
        Now = at.Time;
        action();
    }
}
