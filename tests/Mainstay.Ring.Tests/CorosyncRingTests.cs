using Mainstay.Ring.Client;
using Mainstay.Ring.Client.Corosync;

namespace Mainstay.Ring.Tests;

/// <summary>The backend on Corosync's libraries where there is no Corosync; with one, the laboratory's failover test uses it.</summary>
public sealed class CorosyncRingTests
{
    [Fact]
    public async Task Without_a_running_Corosync_or_its_libraries_the_refusal_says_what_to_do()
    {
        Assert.SkipWhen(File.Exists("/run/corosync.pid"), "a Corosync runs on this host");
        var problem = await Assert.ThrowsAsync<RingException>(() => CorosyncRing.ConnectAsync(TestContext.Current.CancellationToken));
        Assert.Equal(RingError.Unreachable, problem.Error);
        Assert.True(
            problem.Message.Contains("is corosync running", StringComparison.Ordinal)
                || problem.Message.Contains("install libcpg4", StringComparison.Ordinal),
            problem.Message);
    }
}
