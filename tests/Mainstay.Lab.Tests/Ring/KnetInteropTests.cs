using System.Diagnostics;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>
/// Mainstay and real Corosync in one ring over knet: a change of keys. The faults are in <see cref="Matrix.InteropMatrixTests"/>.
/// </summary>
[Collection("lab")]
public sealed class KnetInteropTests
{
    private const int TokenMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Protected = ["--transport", "knet", "--crypto", "--cipher", "aes256", "--hash", "sha256"];

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

    private static Task UntilAgreedAsync(RingLab lab, int[] members) => lab.UntilAgreedAsync(RingLab.Nodes, members, limit: Patience);

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
}
