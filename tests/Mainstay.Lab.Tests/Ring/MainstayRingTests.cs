using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>Three Mainstay nodes alone, on hosts of their own.</summary>
[Collection("lab")]
public sealed class MainstayRingTests
{
    private const int TokenMs = 1000;

    [Fact]
    public async Task A_ring_forms_survives_a_crash_and_takes_the_node_back()
    {
        using var lab = RingLab.Up("ring-crash", [], TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Kill("n1");
        await lab.UntilAgreedAsync(["n2", "n3"], [2, 3]);
        lab.StartRing("n1");
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Cluster.PowerOff("n2");
        await lab.UntilAgreedAsync(["n1", "n3"], [1, 3]);
        lab.Cluster.PowerOn("n2");
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
    }

    [Fact]
    public async Task A_partition_leaves_quorum_with_the_majority_and_merges_when_healed()
    {
        using var lab = RingLab.Up("ring-partition", [], TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Cluster.Cut("n3");
        await lab.UntilAgreedAsync(["n1", "n2"], [1, 2]);
        await lab.UntilAgreedAsync(["n3"], [3], isQuorate: false);
        lab.Cluster.Heal();
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
    }

    [Fact]
    public async Task A_node_whose_cable_is_pulled_is_alone_without_waiting_for_its_token()
    {
        using var lab = RingLab.Up("ring-cable", [], tokenMs: 10_000, options: ["--transport", "knet"]);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Cluster.Shell("n3", "ip link set dev $(ip -o -4 address show to 10.77.0.0/16 | awk '{print $2; exit}') down");
        await lab.UntilAgreedAsync(["n3"], [3], isQuorate: false);
        var log = lab.Cluster.Try("n3", "cat", "/var/log/corosync/corosync.log").Output;
        Assert.Contains("no interface of this host can carry the ring's packets", log, StringComparison.Ordinal);
        Assert.DoesNotContain("The token was lost", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_daemon_on_the_host_is_refused_with_a_clear_word()
    {
        using var lab = RingLab.Up("ring-second", [], TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Cluster.Shell("n1", "sed -i s/to_stderr:.no/to_stderr:yes/ /etc/corosync/corosync.conf");
        var second = lab.Cluster.Try("n1", Programs.Ring);
        Assert.Equal(18, second.ExitCode);
        Assert.Contains("another mainstay-ring", second.Error, StringComparison.Ordinal);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
    }
}
