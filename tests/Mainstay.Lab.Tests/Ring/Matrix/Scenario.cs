using System.Diagnostics;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>One column of the interoperation matrix: what happens to a ring that carries steady load on all nodes.</summary>
/// <param name="Name">Name in the table.</param>
/// <param name="NeedsLinks">Networks that it takes.</param>
/// <param name="RunAsync">Does it, and ends when three nodes are one ring again.</param>
internal sealed record Scenario(string Name, int NeedsLinks, Func<ScenarioRun, Task> RunAsync)
{
    /// <summary>All columns.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("load", 1, static run => run.FlowAsync(150)),
        new("loss", 1, LossAsync),
        new("kill-mainstay", 1, static run => CrashAsync(run, run.Ring.Victim(isCorosync: false), isHost: false)),
        new("kill-corosync", 1, static run => CrashAsync(run, run.Ring.Victim(isCorosync: true), isHost: false)),
        new("power-mainstay", 1, static run => CrashAsync(run, run.Ring.Victim(isCorosync: false), isHost: true)),
        new("power-corosync", 1, static run => CrashAsync(run, run.Ring.Victim(isCorosync: true), isHost: true)),
        new("part-mainstay", 1, static run => PartitionAsync(run, run.Ring.Victim(isCorosync: false))),
        new("part-corosync", 1, static run => PartitionAsync(run, run.Ring.Victim(isCorosync: true))),
        new("leave-mainstay", 1, static run => LeaveAsync(run, run.Ring.Victim(isCorosync: false))),
        new("leave-corosync", 1, static run => LeaveAsync(run, run.Ring.Victim(isCorosync: true))),
        new("reload", 1, ReloadAsync),
        new("link", 2, LinkAsync),
    ];

    // Of the packets from one node to another: half of it as they leave, half as they come.
    private static async Task LossAsync(ScenarioRun run)
    {
        foreach (var node in RingLab.Nodes) run.Lab.Cluster.Lab("loss", node, "2.5");
        await run.FlowAsync(150);
        run.Lab.Cluster.Heal();
        await run.UntilWholeAsync();
    }

    private static async Task CrashAsync(ScenarioRun run, string victim, bool isHost)
    {
        if (isHost)
        {
            run.Lab.Cluster.PowerOff(victim);
        }
        else
        {
            run.Lab.Kill(victim);
        }

        await GoneAndBackAsync(run, victim, () =>
        {
            if (isHost)
            {
                run.Lab.Cluster.PowerOn(victim);
            }
            else
            {
                run.Lab.StartRing(victim);
            }
        });
    }

    private static async Task LeaveAsync(ScenarioRun run, string leaver)
    {
        run.Lab.Terminate(leaver);
        await GoneAndBackAsync(run, leaver, () => run.Lab.StartRing(leaver));
    }

    private static async Task GoneAndBackAsync(ScenarioRun run, string node, Action bringBack)
    {
        var others = run.Others(node);
        await run.Lab.UntilAgreedAsync(others, run.Ids(others), limit: ScenarioRun.Patience);
        await run.Lab.UntilOneRingAsync(others);
        run.Load.Forget(node);
        await run.FlowAsync(20);
        await run.UntilEndedAsync(node);
        bringBack();
        await run.UntilWholeAsync();
        await run.Load.StartAsync(node);
        await run.FlowAsync(40);
    }

    private static async Task PartitionAsync(ScenarioRun run, string alone)
    {
        var others = run.Others(alone);
        run.Lab.Cluster.Cut(alone);
        await run.Lab.UntilAgreedAsync(others, run.Ids(others), limit: ScenarioRun.Patience);
        await run.Lab.UntilAgreedAsync([alone], run.Ids([alone]), isQuorate: false, limit: ScenarioRun.Patience);
        await run.FlowAsync(40);
        run.Lab.Cluster.Heal();
        await run.UntilWholeAsync();
        await run.FlowAsync(40);
    }

    // Asked for on a node of either kind in turn; every node reads its own file.
    private static async Task ReloadAsync(ScenarioRun run)
    {
        var ring = run.Lab.View("n1").RingId;
        foreach (var (node, token) in new[] { (run.Ring.Victim(isCorosync: true), 1300),
            (run.Ring.Victim(isCorosync: false), InteropMatrixTests.TokenMs) })
        {
            foreach (var each in RingLab.Nodes)
            {
                run.Lab.Cluster.Shell(each, $"sed -i 's/^    token: .*/    token: {token}/' /etc/corosync/corosync.conf");
            }

            var asked = run.Lab.Tool(node, "corosync-cfgtool", "-R");
            Assert.True(asked.ExitCode == 0, $"reload on {node}: {asked.Output}{asked.Error}");
            foreach (var each in RingLab.Nodes)
            {
                await LabCluster.UntilAsync($"{each} has the new token timeout", ScenarioRun.Patience, () =>
                {
                    var value = run.Lab.Tool(each, "corosync-cmapctl", "-g", "runtime.config.totem.token").Output.TrimEnd();
                    return (value.EndsWith($" = {token + 650}", StringComparison.Ordinal), value);
                });
            }

            await run.FlowAsync(40);
        }

        await run.UntilWholeAsync();
        run.Lab.AssertRing(ring, RingLab.Nodes);
    }

    // One link after the other goes down at node 3: messages go on, and no node notices at the level of membership.
    private static async Task LinkAsync(ScenarioRun run)
    {
        await run.Lab.UntilLinksAsync("n3", 4);
        await run.UntilLinksAreOldAsync();
        var ring = run.Lab.View("n3").RingId;
        foreach (var link in new[] { "0", "1" })
        {
            run.Lab.Cluster.Lab("cut", "n3", "--link", link);
            await run.Lab.UntilLinksAsync("n3", 2);
            await run.FlowAsync(80);
            run.Lab.Cluster.Heal();
            await run.Lab.UntilLinksAsync("n3", 4);
            if (link == "0") await run.UntilLinksAreOldAsync();
        }

        await run.UntilWholeAsync();
        run.Lab.AssertRing(ring, RingLab.Nodes);
    }
}

/// <summary>A scenario in progress.</summary>
internal sealed class ScenarioRun(MatrixRing ring, RingLab lab, SteadyLoad load)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    public MatrixRing Ring { get; } = ring;

    public RingLab Lab { get; } = lab;

    public SteadyLoad Load { get; } = load;

    public string[] Others(string node) => [.. RingLab.Nodes.Where(n => n != node)];

    public int[] Ids(string[] nodes) => [.. nodes.Select(n => int.Parse(n[1..]))];

    /// <summary>Waits until all three nodes agree on three members, votes, quorum and one ring id.</summary>
    public async Task UntilWholeAsync()
    {
        await Lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        await Lab.UntilOneRingAsync(RingLab.Nodes);
    }

    /// <summary>Waits until every listener has printed so many more messages.</summary>
    public Task FlowAsync(int messages) => Load.FlowAsync(messages, Patience);

    /// <summary>Waits until no ring daemon runs on a node any more.</summary>
    public Task UntilEndedAsync(string node) => LabCluster.UntilAsync($"the daemon of {node} has ended", Patience, () =>
    {
        var result = Lab.Cluster.Try(node, "pidof", Lab.IsCorosync(node) ? "corosync" : "mainstay-ring");
        return (result.ExitCode != 0, result.Output);
    });

    // A link that has just come up is given ten times its timeout, on both sides: no node sees it go down sooner (spec/knet-wire.md 6).
    public Task UntilLinksAreOldAsync()
    {
        var watch = Stopwatch.StartNew();
        return LabCluster.UntilAsync(
            "the links are ten seconds old", Patience, () => (watch.Elapsed > TimeSpan.FromSeconds(10.5), watch.Elapsed.ToString()));
    }
}
