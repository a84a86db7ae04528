using System.Text.RegularExpressions;
using Mainstay.Lab.Tests.Harness;
using Mainstay.Lab.Tests.Ring.Matrix;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>Rings beside Corosync whose nodes do not fit together, and strangers on their network.</summary>
[Collection("lab")]
public sealed partial class MismatchInteropTests
{
    private const int TokenMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] FirstTwo = ["n1", "n2"];
    private static readonly string[] Knet = ["--transport", "knet"];

    [Fact]
    public async Task Interfaces_of_different_MTU_are_one_ring_with_one_order()
    {
        using var lab = RingLab.Up(
            "mismatch-mtu", ["n1"], TokenMs, options: Knet, network: "[ $(hostname) != n3 ] || ip link set eth0 mtu 1300");
        await CheckLoadAsync(lab);
        await LabCluster.UntilAsync("node 2 knows the narrow path to node 3", Patience, () =>
        {
            var mtu = lab.Tool("n2", "corosync-cmapctl", "-m", "stats", "-g", "stats.knet.node3.link0.mtu").Output.TrimEnd();
            return (int.TryParse(mtu.Split(' ')[^1], out var octets) && octets is > 1000 and < 1300, mtu);
        });
    }

    [Theory]
    [InlineData("udpu")]
    [InlineData("udp")]
    public async Task Nodes_with_different_netmtu_are_one_ring_with_one_order(string transport)
    {
        using var lab = RingLab.Up($"mismatch-netmtu-{transport}", ["n1"], TokenMs, options: ["--transport", transport], started: []);
        lab.Edit("n3", text => text.Replace("    version: 2\n", "    version: 2\n    netmtu: 1100\n", StringComparison.Ordinal));
        foreach (var node in RingLab.Nodes) lab.StartRing(node);
        await CheckLoadAsync(lab);
    }

    [Fact]
    public async Task Clocks_that_are_days_apart_are_one_ring_with_one_order()
    {
        using var lab = RingLab.Up("mismatch-clock", ["n1"], TokenMs, options: Knet, started: ["n1"]);
        lab.Cluster.Write("n2", "/etc/lab/prefix", "unshare --fork --time --monotonic 864000 --boottime 864000\n");
        lab.Cluster.Write("n3", "/etc/lab/prefix", "unshare --fork --time --monotonic 86400000 --boottime 86400000\n");
        lab.StartRing("n2");
        lab.StartRing("n3");
        await CheckLoadAsync(lab);
        var clocks = lab.Cluster.Shell("n3", "cat /proc/$(pidof mainstay-ring)/timens_offsets");
        Assert.Contains("86400000", clocks, StringComparison.Ordinal);
    }

    // With multicast, Corosync itself takes the stranger's joins for a member's and forms its ring anew again and again: ours alone there.
    [Theory]
    [InlineData("knet", "n1")]
    [InlineData("udpu", "n1")]
    [InlineData("udp", "")]
    public async Task A_foreign_cluster_and_a_stranger_with_a_members_id_do_not_disturb_the_ring(string transport, string corosync)
    {
        using var lab = RingLab.Up(
            $"strangers-{transport}", corosync.Split(',', StringSplitOptions.RemoveEmptyEntries), TokenMs,
            options: ["--transport", transport], started: FirstTwo, edit: WithoutThird);
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 2);
        var ring = lab.View("n1").RingId;

        // Another cluster, which uses the same network, port and multicast group.
        var whole = lab.Cluster.Lab("corosync", "3", "--print", "--transport", transport, "--token", $"{TokenMs}");
        var foreign = FirstAndSecond().Replace(whole, string.Empty)
            .Replace("cluster_name: lab", "cluster_name: other", StringComparison.Ordinal);
        lab.Edit("n3", _ => foreign);
        lab.StartRing("n3");
        await lab.UntilAgreedAsync(["n3"], [3], limit: Patience, expected: 1);
        await FlowBetweenFirstTwoAsync(lab);
        lab.AssertRing(ring, FirstTwo);

        // The same with the node id of a member.
        lab.Kill("n3");
        await LabCluster.UntilAsync(
            "the daemon of n3 has ended", Patience, () => (lab.Cluster.Try("n3", "pidof", "mainstay-ring").ExitCode != 0, "it runs"));
        lab.Edit("n3", _ => foreign.Replace("nodeid: 3", "nodeid: 2", StringComparison.Ordinal));
        lab.StartRing("n3");
        await lab.UntilAgreedAsync(["n3"], [2], limit: Patience, expected: 1);
        await FlowBetweenFirstTwoAsync(lab);
        lab.AssertRing(ring, FirstTwo);
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 2);
    }

    private static async Task CheckLoadAsync(RingLab lab)
    {
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        await CheckOrderAsync(lab, RingLab.Nodes);
    }

    private static Task FlowBetweenFirstTwoAsync(RingLab lab) => CheckOrderAsync(lab, FirstTwo);

    private static async Task CheckOrderAsync(RingLab lab, string[] nodes)
    {
        using var load = new SteadyLoad(lab, "mismatch");
        await load.StartAsync(nodes);
        await load.FlowAsync(60, Patience);
        Assert.Empty(OrderCheck.Problems(await load.StopAsync()));
    }

    private static string WithoutThird(string text) => Third().Replace(text, string.Empty);

    [GeneratedRegex(@"    node \{[^}]*nodeid: 3\n    \}\n")]
    private static partial Regex Third();

    [GeneratedRegex(@"    node \{[^}]*nodeid: [12]\n    \}\n")]
    private static partial Regex FirstAndSecond();
}
