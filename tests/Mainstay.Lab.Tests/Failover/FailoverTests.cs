using System.Globalization;

namespace Mainstay.Lab.Tests.Failover;

/// <summary>What a cluster is for, on three hosts with real agents. Each test has a cluster of its own, and a deadline for every step.</summary>
[Collection("lab")]
public sealed class FailoverTests
{
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rejoin = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_host_that_loses_its_power_is_fenced_its_service_taken_over_and_it_rejoins()
    {
        using var cluster = await ServiceCluster.UpAsync("power");
        var lost = cluster.Owner!;
        var others = Others(lost);
        var begin = Now();
        cluster.Lab.PowerOff(lost);

        var owner = await cluster.UntilServedAsync(Takeover, others);
        var fenced = cluster.PowerEvents.FirstOrDefault(e => e.Time >= begin && IsFencing(e.Text, lost));
        Assert.True(fenced.Time > 0, $"{lost} was not fenced before its service was taken over");
        Assert.True(
            cluster.OwnerChanges.Last(c => c.Nodes.Contains(owner)).Time >= fenced.Time,
            "the address was up on another host before the lost one was fenced");
        await cluster.UntilOnlineAsync(owner, Rejoin, ServiceCluster.Nodes);
        await cluster.UntilServedAsync(Takeover, others);
        cluster.AssertNeverTwoOwners();
    }

    /// <summary>The manager on a real Corosync, which somebody may run already, instead of mainstay-ring.</summary>
    [Fact]
    public async Task On_a_real_Corosync_too_a_lost_host_is_fenced_and_its_service_taken_over()
    {
        using var cluster = await ServiceCluster.UpAsync("corosync-ring", stack: new MainstayStack(runsOnCorosync: true));
        Assert.Equal(1, cluster.Lab.Try("n1", "pgrep", "-x", "mainstay-ring").ExitCode);
        var lost = cluster.Owner!;
        var others = Others(lost);
        var begin = Now();
        cluster.Lab.PowerOff(lost);

        var owner = await cluster.UntilServedAsync(Takeover, others);
        Assert.Contains(cluster.PowerEvents, e => e.Time >= begin && IsFencing(e.Text, lost));
        await cluster.UntilOnlineAsync(owner, Rejoin, ServiceCluster.Nodes);
        cluster.AssertNeverTwoOwners();
    }

    [Fact]
    public async Task A_killed_service_process_is_seen_by_its_monitor_and_started_again_without_fencing()
    {
        using var cluster = await ServiceCluster.UpAsync("kill");
        var owner = cluster.Owner!;
        var begin = Now();
        cluster.Lab.Shell(owner, "pkill -KILL -x nginx");

        await cluster.UntilServedAsync(Takeover, owner);
        Assert.Contains("master process", cluster.Lab.Shell(owner, "pgrep -a -x nginx"));
        AssertNobodyFenced(cluster, begin);
        cluster.AssertNeverTwoOwners();
    }

    [Fact]
    public async Task Standby_moves_the_service_away_and_back_is_left_to_the_administrator()
    {
        using var cluster = await ServiceCluster.UpAsync("standby");
        var left = cluster.Owner!;
        var begin = Now();
        cluster.SetStandby(left, isOn: true);

        var owner = await cluster.UntilServedAsync(Takeover, Others(left));
        Assert.Equal(1, cluster.Lab.Try(left, "pgrep", "-x", "nginx").ExitCode);
        cluster.SetStandby(left, isOn: false);
        await cluster.UntilOnlineAsync(owner, Rejoin, ServiceCluster.Nodes);
        await cluster.UntilServedAsync(Takeover, ServiceCluster.Nodes);
        AssertNobodyFenced(cluster, begin);
        cluster.AssertNeverTwoOwners();
    }

    [Fact]
    public async Task A_clean_shutdown_moves_the_service_first_and_needs_no_fencing()
    {
        using var cluster = await ServiceCluster.UpAsync("shutdown");
        var left = cluster.Owner!;
        var others = Others(left);
        var begin = Now();
        cluster.Lab.Lab("shutdown", left);

        var owner = await cluster.UntilServedAsync(Takeover, others);
        await cluster.UntilOnlineAsync(owner, Takeover, others);
        AssertNobodyFenced(cluster, begin);
        cluster.Lab.PowerOn(left);
        await cluster.UntilOnlineAsync(owner, Rejoin, ServiceCluster.Nodes);
        AssertNobodyFenced(cluster, begin);
        cluster.AssertNeverTwoOwners();
    }

    [Fact]
    public async Task In_a_partition_the_minority_stops_its_service_and_the_majority_waits_for_the_fencing()
    {
        using var cluster = await ServiceCluster.UpAsync("partition");
        var minority = cluster.Owner!;
        var majority = Others(minority);

        // A slow device leaves the minority the time to act for itself.
        cluster.Lab.Lab("fencemode", minority, "slow", "12");
        var begin = Now();
        cluster.Lab.Cut(minority);

        var owner = await cluster.UntilServedAsync(TimeSpan.FromSeconds(60), majority);
        var changes = cluster.OwnerChanges.Where(c => c.Time >= begin).ToList();
        var given = changes.FirstOrDefault(c => c.Nodes.Length == 0);
        var taken = changes.Last(c => c.Nodes.Contains(owner));
        var done = cluster.PowerEvents.First(e => e.Time >= begin && IsFencing(e.Text, minority) && e.Text.EndsWith("done", StringComparison.Ordinal));
        Assert.True(given is not null, "the minority never gave the address up");
        Assert.True(
            given.Time < done.Time,
            $"the minority gave the address up only by losing its power, {done.Time - begin:0.0} s after the cut");
        Assert.True(taken.Time > done.Time, "the majority took the address before the fencing was done");

        cluster.Lab.Lab("fencemode", minority, "ok");
        cluster.Lab.Heal();
        await cluster.UntilOnlineAsync(owner, Rejoin, ServiceCluster.Nodes);
        await cluster.UntilServedAsync(Takeover, majority);
        cluster.AssertNeverTwoOwners();
    }

    private static string[] Others(string node) => [.. ServiceCluster.Nodes.Where(n => n != node)];

    private static bool IsFencing(string text, string node) =>
        text.StartsWith("fence", StringComparison.Ordinal) && text.Split(' ').Contains(node)
        && (text.Contains("reboot", StringComparison.Ordinal) || text.Contains("off", StringComparison.Ordinal));

    private static void AssertNobodyFenced(ServiceCluster cluster, double begin) => Assert.Empty(cluster.PowerEvents.Where(e =>
        e.Time >= begin && ServiceCluster.Nodes.Any(n => IsFencing(e.Text, n))));

    private static double Now() => double.Parse(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(), CultureInfo.InvariantCulture) / 1000;
}
