using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>A mixed ring on knet with crypto whose nodes are ended by <c>corosync-cfgtool</c>, each kind asked by itself and by the
/// other.</summary>
[Collection("lab")]
public sealed class ControlInteropTests
{
    private const int TokenMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Protected = ["--transport", "knet", "--crypto", "--cipher", "aes256", "--hash", "sha256"];

    [Fact]
    public async Task A_node_of_either_kind_is_ended_by_the_other_kind_and_its_own()
    {
        using var lab = RingLab.Up("control-kill", ["n1"], TokenMs, options: Protected);
        await UntilAsync(lab, 1, 2, 3);
        foreach (var (asked, victim) in new[] { ("n1", "n3"), ("n2", "n1"), ("n2", "n3") })
        {
            var answer = lab.IsCorosync(asked)
                ? lab.Cluster.Try(asked, "sh", "-c", $"yes | corosync-cfgtool -k {victim[1..]}")
                : lab.Tool(asked, "corosync-cfgtool", "-k", victim[1..]);
            Assert.True(answer.ExitCode == 0, answer.Error + answer.Output);
            await UntilEndedAsync(lab, victim);
            await UntilAsync(lab, [.. Others(victim)]);
            lab.StartRing(victim);
            await UntilAsync(lab, 1, 2, 3);
        }

        // Who was ended says by whom: the log of the reference's own node, and of ours.
        Assert.Contains("Killed by node 2", Log(lab, "n1"), StringComparison.Ordinal);
        Assert.Contains("killed by node 1", Log(lab, "n3"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_node_of_either_kind_is_shut_down_and_the_other_kind_is_told()
    {
        const int LongTokenMs = 8_000;
        using var lab = RingLab.Up("control-shutdown", ["n1"], LongTokenMs, options: Protected);
        await UntilAsync(lab, 1, 2, 3);
        foreach (var (leaver, witness) in new[] { ("n1", "n2"), ("n3", "n1") })
        {
            var answer = lab.Tool(leaver, "corosync-cfgtool", "-H");
            Assert.True(answer.ExitCode == 0, answer.Error + answer.Output);
            Assert.Equal("Shutting down corosync\n", answer.Output);
            await UntilEndedAsync(lab, leaver);

            // Sooner than the token is lost: only the good-bye can have told them.
            await lab.UntilAgreedAsync(
                [.. Others(leaver).Select(n => $"n{n}")], [.. Others(leaver)], limit: TimeSpan.FromMilliseconds(LongTokenMs));
            await LabCluster.UntilAsync($"{witness} says that {leaver} was shut down", Patience, () => (
                Log(lab, witness).Contains($"Node {leaver[1..]} was shut down by", StringComparison.OrdinalIgnoreCase),
                Log(lab, witness)));
            lab.StartRing(leaver);
            await UntilAsync(lab, 1, 2, 3);
        }
    }

    private static IEnumerable<int> Others(string node) => new[] { 1, 2, 3 }.Where(n => $"n{n}" != node);

    private static Task UntilAsync(RingLab lab, params int[] members) =>
        lab.UntilAgreedAsync([.. members.Select(n => $"n{n}")], members, limit: Patience);

    private static Task UntilEndedAsync(RingLab lab, string node)
    {
        var daemon = lab.IsCorosync(node) ? "corosync" : "mainstay-ring";
        return LabCluster.UntilAsync(
            $"{daemon} of {node} has ended", Patience, () => (lab.Cluster.Try(node, "pidof", daemon).ExitCode != 0, Log(lab, node)));
    }

    private static string Log(RingLab lab, string node) => lab.Cluster.Try(node, "cat", "/var/log/corosync/corosync.log").Output;
}
