using System.Diagnostics;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>
/// One Mainstay node (n3) in a ring with two real Corosync nodes (n1, n2): what
/// <see cref="Matrix.InteropMatrixTests"/> has not.
/// </summary>
[Collection("lab")]
public sealed class CorosyncInteropTests
{
    private const int TokenMs = 1000;
    private static readonly string[] Reference = ["n1", "n2"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_process_killed_on_either_side_leaves_its_groups_everywhere()
    {
        using var lab = RingLab.Up("interop-process", Reference, TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        var listeners = RingLab.Nodes.Select(n => lab.Listen(n, "process", 1000)).ToList();
        foreach (var listener in listeners) await listener.UntilLineAsync("three listeners are in the group", Patience, RingLab.IsThreeMembers);
        lab.Cluster.Shell("n3", "pkill -9 -x mainstay");
        await listeners[0].UntilLineAsync(
            "the listener of node 3 went down",
            Patience,
            l => l.Contains(" left 3/", StringComparison.Ordinal) && l.EndsWith(":5", StringComparison.Ordinal));
        lab.Cluster.Shell("n1", "pkill -9 -x cpgclient");
        await listeners[1].UntilLineAsync(
            "the listener of node 1 went down", Patience, l => l.Contains(" left 1/", StringComparison.Ordinal));
    }

    // Some starts made Corosync abort (its issue 371); which of them is a matter of microseconds.
    [Fact]
    public async Task Corosync_survives_nodes_that_start_together_with_it()
    {
        const int Starts = 15;
        using var lab = RingLab.Up("interop-together", ["n1"], TokenMs, options: ["--transport", "udp"], started: []);
        for (var start = 0; start < Starts; start++)
        {
            foreach (var node in RingLab.Nodes) lab.StartRing(node);
            await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
            foreach (var node in RingLab.Nodes) lab.Kill(node);
            await LabCluster.UntilAsync("the daemons have ended", Patience, () =>
            {
                var running = RingLab.Nodes.Where(n => lab.Cluster.Try(n, "pidof", "corosync", "mainstay-ring").ExitCode == 0).ToList();
                return (running.Count == 0, $"they run on {string.Join(' ', running)}");
            });
        }
    }

    [Theory]
    [InlineData("n2", "n3")]
    [InlineData("n3", "n1")]
    public async Task A_clean_leave_is_seen_at_once_by_the_other_kind(string leaver, string witness)
    {
        // The token timeout is far longer than what a leave may take to be seen.
        const int LongTokenMs = 8000;
        using var lab = RingLab.Up($"interop-leave-{leaver}", Reference, LongTokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        var survivors = RingLab.Nodes.Where(n => n != leaver).Select(n => int.Parse(n[1..])).ToArray();
        var watch = Stopwatch.StartNew();
        lab.Terminate(leaver);
        await lab.UntilAgreedAsync([witness], survivors, limit: Patience);
        Assert.True(
            watch.Elapsed < TimeSpan.FromMilliseconds(LongTokenMs),
            $"seen after {watch.Elapsed.TotalSeconds:0.0} s only: by token loss, not by the leave");
    }

    [Fact]
    public async Task The_references_tools_change_votes_reload_and_kill_a_Mainstay_node()
    {
        using var lab = RingLab.Up("interop-tools", Reference, TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Cluster.Exec("n1", "corosync-quorumtool", "-e", "5");
        await LabCluster.UntilAsync("node 3 expects 5 votes", Patience, () => (lab.View("n3").Expected == 5, lab.View("n3").Text));
        lab.Cluster.Exec("n3", Programs.Cli, "ring", "expected", "3");
        await LabCluster.UntilAsync("node 1 expects 3 votes", Patience, () => (lab.View("n1").Expected == 3, lab.View("n1").Text));
        lab.Cluster.Exec("n2", "corosync-cfgtool", "-R");
        await LabCluster.UntilAsync("node 3 read its file again", Patience, () =>
        {
            var log = lab.Cluster.Try("n3", "cat", "/var/log/corosync/corosync.log").Output;
            return (log.Contains("was read again and applied", StringComparison.Ordinal), log);
        });
        lab.Cluster.Try("n1", "sh", "-c", "yes | corosync-cfgtool -k 3");
        await lab.UntilAgreedAsync(["n1", "n2"], [1, 2]);
        Assert.NotEqual(0, lab.Cluster.Try("n3", "pidof", "mainstay-ring").ExitCode);
    }

    [Fact]
    public async Task A_paused_Mainstay_node_is_left_behind_and_comes_back()
    {
        using var lab = RingLab.Up("interop-pause", Reference, TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Cluster.Shell("n3", "kill -STOP $(pidof mainstay-ring)");
        await lab.UntilAgreedAsync(["n1", "n2"], [1, 2]);
        lab.Cluster.Shell("n3", "kill -CONT $(pidof mainstay-ring)");
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
    }
}
