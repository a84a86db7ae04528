namespace Mainstay.Ring.Tests;

/// <summary>Privileges that are wanted, and what is said where they are not granted.</summary>
public sealed class RealTimeTests
{
    private const string Reason = "because";

    [Fact]
    public void Nothing_is_said_where_all_is_granted()
    {
        var host = new Host();
        Assert.Empty(Raise(host));
        Assert.Equal("rr lock spare", host.Asked);
    }

    [Theory]
    [InlineData("rr", "real-time priority is not permitted (because); running at nice -20", "LimitRTPRIO")]
    [InlineData("rr nice", "real-time priority is not permitted (because); running at normal priority", "CAP_SYS_NICE")]
    [InlineData("lock", "memory cannot be locked (because)", "LimitMEMLOCK")]
    [InlineData("spare", "the host may kill this process where memory runs out (because)", "OOMScoreAdjust=-1000")]
    public void What_is_refused_is_told_once_with_its_reason_and_the_remedy(string refused, string text, string remedy)
    {
        var warning = Assert.Single(Raise(new Host(refused.Split(' '))));
        Assert.StartsWith(text, warning, StringComparison.Ordinal);
        Assert.Contains(remedy, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_does_not_want_real_time_priority_is_not_told_of_it()
    {
        var host = new Host("rr");
        Assert.Empty(Raise(host, wantsRoundRobin: false));
        Assert.Equal("lock spare", host.Asked);
    }

    [Fact]
    public void A_refusal_of_everything_is_three_warnings() => Assert.Equal(3, Raise(new Host("rr", "nice", "lock", "spare")).Count);

    private static List<string> Raise(Host host, bool wantsRoundRobin = true)
    {
        var warnings = new List<string>();
        RealTime.Raise(wantsRoundRobin, host, warnings.Add);
        return warnings;
    }

    private sealed class Host(params string[] refused) : HostPrivileges
    {
        private readonly List<string> _asked = [];

        public string Asked => string.Join(' ', _asked);

        public override string? TakeRoundRobin() => Ask("rr");

        public override string? TakeBestNice() => Ask("nice");

        public override string? LockMemory() => Ask("lock");

        public override string? SpareFromMemoryKiller() => Ask("spare");

        private string? Ask(string what)
        {
            _asked.Add(what);
            return refused.Contains(what) ? Reason : null;
        }
    }
}
