using System.Diagnostics;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>Mainstay and real Corosync in one ring over knet: clear and protected, one link and two, faults and a change of keys.</summary>
[Collection("lab")]
public sealed class KnetInteropTests
{
    private const int TokenMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Plain = ["--transport", "knet"];
    private static readonly string[] Protected = ["--transport", "knet", "--crypto", "--cipher", "aes256", "--hash", "sha256"];

    [Theory]
    [InlineData("plain", false)]
    [InlineData("crypto", true)]
    public async Task Two_Corosync_and_one_Mainstay_agree_on_members_order_and_a_crash(string name, bool isProtected)
    {
        using var lab = RingLab.Up($"knet-2c1m-{name}", ["n1", "n2"], TokenMs, options: isProtected ? Protected : Plain);
        await CheckOrderAndCrashAsync(lab, victim: "n2");
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("crypto", true)]
    public async Task One_Corosync_and_two_Mainstay_agree_on_members_order_and_a_crash(string name, bool isProtected)
    {
        using var lab = RingLab.Up($"knet-1c2m-{name}", ["n1"], TokenMs, options: isProtected ? Protected : Plain);
        await CheckOrderAndCrashAsync(lab, victim: "n3");
    }

    [Theory]
    [InlineData("passive")]
    [InlineData("rr")]
    public async Task With_two_links_the_failure_of_one_changes_no_membership(string mode)
    {
        using var lab = RingLab.Up(
            $"knet-links-{mode}", ["n1", "n2"], TokenMs, links: 2, options: [.. Plain, "--totem", $"link_mode={mode}"]);
        await UntilAgreedAsync(lab, [1, 2, 3]);
        await UntilLinksAsync(lab, "n3", 4);
        await UntilBackoffHasPassedAsync();
        var ring = lab.View("n3").RingId;
        lab.Cluster.Lab("cut", "n3", "--link", "0");
        await UntilLinksAsync(lab, "n3", 2);
        await CheckOrderAsync(lab);
        lab.Cluster.Heal();
        await UntilLinksAsync(lab, "n3", 4);
        await UntilBackoffHasPassedAsync();
        lab.Cluster.Lab("cut", "n3", "--link", "1");
        await UntilLinksAsync(lab, "n3", 2);
        lab.AssertRing(ring, RingLab.Nodes);
    }

    [Fact]
    public async Task Keys_change_on_a_mixed_ring_without_a_change_of_membership()
    {
        using var lab = RingLab.Up("knet-rekey", ["n1", "n2"], TokenMs, options: Protected);
        await UntilAgreedAsync(lab, [1, 2, 3]);
        var ring = lab.View("n1").RingId;
        foreach (var (cipher, hash) in new[] { ("aes128", "sha512"), ("none", "none"), ("aes192", "sha1") })
        {
            foreach (var node in RingLab.Nodes)
            {
                lab.Cluster.Shell(
                    node,
                    $"sed -i -e s/crypto_cipher:.*/crypto_cipher:\\ {cipher}/ -e s/crypto_hash:.*/crypto_hash:\\ {hash}/ "
                        + $"/etc/corosync/corosync.conf");
            }

            lab.Cluster.Exec("n1", "corosync-cfgtool", "-R");
            await LabCluster.UntilAsync($"node 3 uses {cipher}/{hash}", Patience, () =>
            {
                var log = lab.Cluster.Try("n3", "cat", "/var/log/corosync/corosync.log").Output;
                return (log.Contains($"crypto settings {cipher}/{hash} are in use", StringComparison.Ordinal), log);
            });
            await CheckOrderAsync(lab);
        }

        lab.AssertRing(ring, RingLab.Nodes);
    }

    [Fact]
    public async Task Partition_merge_and_a_clean_leave_over_protected_knet()
    {
        using var lab = RingLab.Up("knet-faults", ["n1", "n2"], TokenMs, options: Protected);
        await UntilAgreedAsync(lab, [1, 2, 3]);
        lab.Cluster.Cut("n3");
        await lab.UntilAgreedAsync(["n1", "n2"], [1, 2], limit: Patience);
        await lab.UntilAgreedAsync(["n3"], [3], isQuorate: false, limit: Patience);
        lab.Cluster.Heal();
        await UntilAgreedAsync(lab, [1, 2, 3]);
        lab.Terminate("n3");
        await lab.UntilAgreedAsync(["n1", "n2"], [1, 2], limit: Patience);
    }

    private static Task UntilAgreedAsync(RingLab lab, int[] members) => lab.UntilAgreedAsync(RingLab.Nodes, members, limit: Patience);

    private static async Task CheckOrderAndCrashAsync(RingLab lab, string victim)
    {
        await UntilAgreedAsync(lab, [1, 2, 3]);
        Assert.Single(RingLab.Nodes.Select(n => lab.View(n).RingId).Distinct());
        await CheckOrderAsync(lab);
        lab.Cluster.PowerOff(victim);
        var survivors = RingLab.Nodes.Where(n => n != victim).ToArray();
        await lab.UntilAgreedAsync(survivors, [.. survivors.Select(n => int.Parse(n[1..]))], limit: Patience);
        lab.Cluster.PowerOn(victim);
        await UntilAgreedAsync(lab, [1, 2, 3]);
    }

    /// <summary>Short and long messages of all nodes at once arrive on all nodes in one order, none missing.</summary>
    private static async Task CheckOrderAsync(RingLab lab)
    {
        const int PerSender = 100;
        var group = $"order{Stopwatch.GetTimestamp()}";
        var listeners = RingLab.Nodes.Select(n => lab.Listen(n, group, 3 * PerSender)).ToList();
        foreach (var listener in listeners) await listener.UntilLineAsync("three listeners are in the group", Patience,
            RingLab.IsThreeMembers);
        LabProcess[] senders =
        [
            lab.Send("n1", group, PerSender, "one", 40), lab.Send("n2", group, PerSender, "two", 9000),
                lab.Send("n3", group, PerSender, "three", 50),
        ];
        foreach (var sender in senders) Assert.Equal(0, sender.WaitForEnd(Patience).ExitCode);
        var orders = listeners.Select(l => RingLab.Messages(l.WaitForEnd(Patience).Output)).ToList();
        Assert.Equal(3 * PerSender, orders[0].Count);
        Assert.Equal(orders[0], orders[1]);
        Assert.Equal(orders[0], orders[2]);
    }

    // A link that has just come up is given ten times its timeout, on both sides: no node sees it go down sooner (spec/knet-wire.md 6).
    private static Task UntilBackoffHasPassedAsync()
    {
        var watch = Stopwatch.StartNew();
        return LabCluster.UntilAsync(
            "the links are ten seconds old", Patience, () => (watch.Elapsed > TimeSpan.FromSeconds(10.5), watch.Elapsed.ToString()));
    }

    private static Task UntilLinksAsync(RingLab lab, string node, int count) => LabCluster.UntilAsync(
        $"{node} has {count} links up",
        Patience,
        () =>
        {
            var status = lab.Cluster.Try(node, Programs.Cli, "ring", "status", "--output-format", "json").Output;
            var up = status.Split('\n')
                .Count(l => l.Contains(".connected\"", StringComparison.Ordinal) && l.Contains(": 1", StringComparison.Ordinal));
            return (up == count, status);
        });
}
