using System.Text.RegularExpressions;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>
/// A real corosync-qdevice beside one of two nodes and a real corosync-qnetd on a third host: the Mainstay node sees what the device does
/// for the other one, and counts as a Corosync node in its place would. (The device's daemon talks to its own node through libraries of
/// Corosync, so it cannot run on a Mainstay node.)
/// </summary>
[Collection("lab")]
public sealed partial class QuorumDeviceInteropTests
{
    private const int TokenMs = 1000;
    private const string Voting = "A,V,NMW";
    private const string Silent = "A,NV,NMW";

    private const string Device =
        "    device {\n        model: net\n        votes: 1\n        timeout: 2000\n        sync_timeout: 3000\n"
        + "        net {\n            tls: off\n            host: 10.77.0.3\n            algorithm: ffsplit\n        }\n    }\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly string[] FirstTwo = ["n1", "n2"];

    [Fact]
    public async Task The_devices_votes_are_counted_in_a_mixed_ring_and_missed_when_it_is_gone()
    {
        LabCluster.SkipWhereImpossible("corosync", "corosync-qdevice", "corosync-qnetd");
        using var lab = RingLab.Up("qdevice", ["n1"], TokenMs, options: ["--transport", "knet"], started: FirstTwo, edit: WithDevice);
        lab.Cluster.Start("n3", "corosync-qnetd", "-f", "-s", "off");
        await UntilAsync(lab, "n2", 3, true, "NR");
        lab.Cluster.Start("n1", "corosync-qdevice", "-f");
        await UntilAsync(lab, "n1", 3, true, Voting, total: 3);
        await UntilAsync(lab, "n2", 3, true, Voting);

        // Cut off from each other, the half that the device votes for has quorum.
        lab.Cluster.Cut("n1", "n2");
        await UntilAsync(lab, "n1", 3, true, Voting, total: 2, members: 1);
        await UntilAsync(lab, "n2", 3, false, string.Empty, total: 1, members: 1);
        lab.Cluster.Heal();
        await UntilAsync(lab, "n1", 3, true, Voting, total: 3);
        await UntilAsync(lab, "n2", 3, true, Voting);

        // The arbiter is lost: the device lives and does not vote; two of three votes are enough.
        lab.Cluster.Shell("n3", "kill -9 $(pidof corosync-qnetd)");
        await UntilAsync(lab, "n1", 3, true, Silent, total: 2);
        await UntilAsync(lab, "n2", 3, true, Silent);
        lab.Cluster.Start("n3", "corosync-qnetd", "-f", "-s", "off");
        await UntilAsync(lab, "n1", 3, true, Voting, total: 3);
        await UntilAsync(lab, "n2", 3, true, Voting);

        // The device's own daemon ends in good order.
        lab.Cluster.Shell("n1", "kill $(pidof corosync-qdevice)");
        await UntilAsync(lab, "n2", 3, true, "NR");
        await UntilAsync(lab, "n1", 3, true, "NR", total: 2);
    }

    private static string WithDevice(string text) =>
        Third().Replace(text, string.Empty).Replace("quorum {\n", "quorum {\n" + Device, StringComparison.Ordinal);

    /// <summary>Waits until the node's tool shows this of votes and quorum, and of node 1 these letters of the device.</summary>
    private static Task UntilAsync(
        RingLab lab, string node, int expected, bool isQuorate, string letters, int? total = null, int members = 2) =>
        LabCluster.UntilAsync(
        $"{node} expects {expected} votes, is {(isQuorate ? "" : "not ")}quorate, and shows node 1 with {letters}",
        Patience,
        () =>
        {
            var text = lab.Tool(node, "corosync-quorumtool", "-p").Output;
            string[] patterns =
            [
                $"Expected votes: +{expected}", $"Quorate: +{(isQuorate ? "Yes" : "No")}", $"Nodes: +{members}",
                total is { } votes ? $"Total votes: +{votes}" : "Total votes:",
                letters.Length > 0 ? $"(?m)^ +1 +1 +{letters} " : string.Empty,
            ];
            return (patterns.All(p => Regex.IsMatch(text, p)), text);
        });

    [GeneratedRegex(@"    node \{[^}]*nodeid: 3\n    \}\n")]
    private static partial Regex Third();
}
