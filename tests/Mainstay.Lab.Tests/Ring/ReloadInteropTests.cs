using System.Text.RegularExpressions;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>Mixed knet rings whose configuration changes while they run: nodes and links come and go, and what makes no sense is
/// refused.</summary>
[Collection("lab")]
public sealed partial class ReloadInteropTests
{
    private const int TokenMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // With the coefficient, a node less means a shorter ping timeout at once, and Corosync may then find that its links' last pongs are too
    // old: seen in a ring of three Corosync, too.
    private static readonly string[] Protected =
        ["--transport", "knet", "--crypto", "--cipher", "aes256", "--hash", "sha256", "--totem", "token_coefficient=0"];

    private static readonly string[] FirstTwo = ["n1", "n2"];

    [Theory]
    [InlineData("mainstay", "n1")]
    [InlineData("corosync", "n1,n3")]
    public async Task A_node_is_added_to_the_list_and_removed_again(string newcomer, string corosync)
    {
        using var lab = RingLab.Up(
            $"reload-nodes-{newcomer}", corosync.Split(','), TokenMs, options: Protected, started: FirstTwo, edit: WithoutThird);
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 2);
        var whole = lab.Cluster.Lab(["corosync", "3", "--print", .. Protected, "--token", $"{TokenMs}"]);

        // Asked for on the reference; the third node starts with the list that the others read now.
        foreach (var node in RingLab.Nodes) lab.Edit(node, _ => whole);
        Assert.Equal(0, lab.Reload("n1").ExitCode);
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 3);
        lab.StartRing("n3");
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);

        // Asked for on ours; the third node has left before.
        lab.Terminate("n3");
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 3);
        foreach (var node in FirstTwo) lab.Edit(node, WithoutThird);
        Assert.Equal(0, lab.Reload("n2").ExitCode);
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 2);

        // Who is no longer in the list is not let in, whatever his own file says.
        var ring = lab.View("n1").RingId;
        lab.StartRing("n3");
        await lab.UntilAgreedAsync(["n3"], [3], isQuorate: false, limit: Patience);
        await lab.UntilAgreedAsync(FirstTwo, [1, 2], limit: Patience, expected: 2);
        lab.AssertRing(ring, FirstTwo);
    }

    [Fact]
    public async Task A_link_is_added_and_removed_again_without_a_change_of_membership()
    {
        using var lab = RingLab.Up("reload-links", ["n1"], TokenMs, links: 2, options: Protected, edit: WithoutSecondLink);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 2);
        var ring = lab.View("n1").RingId;
        var whole = lab.Cluster.Lab(["corosync", "3", "--print", .. Protected, "--token", $"{TokenMs}"]);
        foreach (var node in RingLab.Nodes) lab.Edit(node, _ => whole);
        Assert.Equal(0, lab.Reload("n3").ExitCode);
        foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 4);
        foreach (var node in RingLab.Nodes) lab.Edit(node, WithoutSecondLink);
        Assert.Equal(0, lab.Reload("n1").ExitCode);
        foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 2);
        lab.AssertRing(ring, RingLab.Nodes);
    }

    private static string WithoutThird(string text) => Third().Replace(text, string.Empty);

    private static string WithoutSecondLink(string text) => SecondLink().Replace(text, string.Empty);

    [GeneratedRegex(@"    node \{[^}]*nodeid: 3\n    \}\n")]
    private static partial Regex Third();

    [GeneratedRegex(" +ring1_addr: .*\n")]
    private static partial Regex SecondLink();
}
