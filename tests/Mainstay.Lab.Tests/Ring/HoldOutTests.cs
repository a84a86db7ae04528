using System.Text.Json;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>A member that is neither alive nor dead, in a ring of Mainstay nodes.</summary>
[Collection("lab")]
public sealed class HoldOutTests
{
    private const int TokenMs = 1000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>Its ring daemon is stopped for somewhat less than the token time, over and over.</summary>
    [Fact]
    public async Task A_member_whose_daemon_stands_still_again_and_again_is_held_out_shown_and_taken_back()
    {
        using var lab = RingLab.Up("ring-holdout", [], TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        using (lab.Cluster.Start(
            "n3", "sh", "-c", "while kill -STOP $(pidof mainstay-ring); do sleep 0.9; kill -CONT $(pidof mainstay-ring); sleep 0.5; done"))
        {
            await LabCluster.UntilAsync("n1 and n2 hold node 3 out", s_patience, () =>
            {
                string[] seen = [Status(lab, "n1"), Status(lab, "n2")];
                return (seen.All(text => HeldOut(text) is [3]), string.Join('\n', seen) + lab.Logs());
            });
            Assert.Equal([1, 2], lab.View("n1").Members);
            Assert.Equal(lab.View("n1").RingId, lab.View("n2").RingId);
            var text = lab.Cluster.Exec("n1", Programs.Cli, "ring", "status");
            Assert.Contains("Held out:  node 3", text, StringComparison.Ordinal);
            TestContext.Current.TestOutputHelper?.WriteLine(
                text.Split('\n').First(line => line.StartsWith("Held out:", StringComparison.Ordinal)));
        }

        lab.Cluster.Shell("n3", "kill -CONT $(pidof mainstay-ring)");
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: s_patience);
        Assert.Empty(HeldOut(Status(lab, "n1")));
    }

    private static string Status(RingLab lab, string node) =>
        lab.Cluster.Try(node, Programs.Cli, "ring", "status", "--output-format", "json").Output;

    private static int[] HeldOut(string status)
    {
        if (status.Length == 0) return [];
        var list = JsonDocument.Parse(status).RootElement.GetProperty("held_out");
        return [.. list.EnumerateArray().Select(held => held.GetProperty("id").GetInt32())];
    }
}
