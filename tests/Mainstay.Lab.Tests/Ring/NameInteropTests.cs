using System.Text.RegularExpressions;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>A mixed knet ring of two links whose nodes are named, not numbered, in <c>corosync.conf</c>, while a name gets another
/// address.</summary>
[Collection("lab")]
public sealed partial class NameInteropTests
{
    private const int TokenMs = 1000;
    private const string Before = "10.78.0.3";
    private const string After = "10.78.0.33";
    private const string Change = $"sed 's/^{Before} .*/{After} third/' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_name_with_a_new_address_is_refused_while_its_link_runs_and_taken_when_the_link_is_made_again()
    {
        const string Network = "grep -q third /etc/hosts || printf '10.78.0.1 first\\n10.78.0.2 second\\n10.78.0.3 third\\n' >>/etc/hosts";
        using var lab = RingLab.Up(
            "names", ["n1"], TokenMs, links: 2, options: ["--transport", "knet", "--totem", "token_coefficient=0"],
            network: Network, edit: WithNames);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: Patience);
        foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 4);
        var ring = lab.View("n1").RingId;
        lab.Cluster.Exec("n3", "ip", "address", "add", $"{After}/24", "dev", "eth1");
        foreach (var node in RingLab.Nodes) lab.Cluster.Shell(node, Change);

        // As the reference does it: the name is looked up, and a link that runs keeps its address.
        foreach (var asked in new[] { "n1", "n2" }) Assert.NotEqual(0, lab.Reload(asked).ExitCode);
        foreach (var node in new[] { "n2", "n3" })
        {
            var log = lab.Cluster.Exec(node, "cat", "/var/log/corosync/corosync.log");
            Assert.Contains($"the address of node 3 on link 1 changed from {Before} to {After}", log, StringComparison.Ordinal);
            await lab.UntilLinksAsync(node, 4);
        }

        var whole = RingLab.Nodes.ToDictionary(n => n, n => lab.Cluster.Exec(n, "cat", "/etc/corosync/corosync.conf"));
        foreach (var node in RingLab.Nodes) lab.Edit(node, text => SecondLink().Replace(text, string.Empty));
        Assert.Equal(0, lab.Reload("n2").ExitCode);
        foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 2);
        foreach (var node in RingLab.Nodes) lab.Edit(node, _ => whole[node]);
        Assert.Equal(0, lab.Reload("n2").ExitCode);
        foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 4);
        foreach (var node in new[] { "n1", "n2" })
        {
            Assert.Contains($"->{After})", lab.Tool(node, "corosync-cfgtool", "-n").Output, StringComparison.Ordinal);
        }

        lab.AssertRing(ring, RingLab.Nodes);
    }

    private static string WithNames(string text) => text
        .Replace("ring1_addr: 10.78.0.1\n", "ring1_addr: first\n", StringComparison.Ordinal)
        .Replace("ring1_addr: 10.78.0.2\n", "ring1_addr: second\n", StringComparison.Ordinal)
        .Replace("ring1_addr: 10.78.0.3\n", "ring1_addr: third\n", StringComparison.Ordinal);

    [GeneratedRegex(" +ring1_addr: .*\n")]
    private static partial Regex SecondLink();
}
