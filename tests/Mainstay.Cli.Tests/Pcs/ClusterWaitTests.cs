using Mainstay.Cli.Pcs;
using Mainstay.Client;

namespace Mainstay.Cli.Tests.Pcs;

public sealed class ClusterWaitTests
{
    [Theory]
    [InlineData(0, "no action in flight")]
    [InlineData(1, "r1_start_0 on node1")]
    [InlineData(3, "r1_start_0 on node1, r2_start_0 on node1, r3_start_0 on node1")]
    [InlineData(5, "r1_start_0 on node1, r2_start_0 on node1, r3_start_0 on node1 and 2 more")]
    public void The_progress_line_names_a_few_actions(int count, string line) =>
        Assert.Equal(line, ClusterWait.InFlight([.. Enumerable.Range(1, count).Select(i => new PendingAction($"r{i}_start_0", "node1", 0))]));
}
