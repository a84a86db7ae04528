using Mainstay.Agents.Fencing;

namespace Mainstay.Agents.Tests;

/// <summary>spec/fencing.md sections 1 to 3 and 5.3: what a device's parameters mean.</summary>
public sealed class FenceDeviceTests
{
    private static readonly AgentMetadata Both = Metadata("plug", "port");

    [Fact]
    public void The_host_map_gives_aliases_and_is_a_static_list()
    {
        var device = Parse(("pcmk_host_map", "node1:1;node2:outlet2 Node3=2,3"));

        Assert.Equal("outlet2", device.AliasOf("NODE2"));
        Assert.Equal("2,3", device.AliasOf("node3"));
        Assert.Equal("other", device.AliasOf("other"));
        Assert.Equal(FenceTargetCheck.StaticList, device.CheckWith(Both));
        Assert.True(device.IsStaticTarget("node1"));
        Assert.True(device.IsStaticTarget("OUTLET2"));
        Assert.False(device.IsStaticTarget("node4"));
    }

    [Theory]
    [InlineData("n1,n2 n3;n4\nn5")]
    [InlineData(" n1 , n2, n3 ;; n4 n5 ")]
    public void The_host_list_takes_any_separator(string list) =>
        Assert.Equal(["n1", "n2", "n3", "n4", "n5"], Parse(("pcmk_host_list", list)).StaticTargets);

    [Fact]
    public void The_check_falls_back_to_list_then_status_then_none()
    {
        var device = Parse();

        Assert.Equal(FenceTargetCheck.DynamicList, device.CheckWith(Metadata() with { Actions = Actions("list", "status") }));
        Assert.Equal(FenceTargetCheck.Status, device.CheckWith(Metadata() with { Actions = Actions("status") }));
        Assert.Equal(FenceTargetCheck.None, device.CheckWith(null));
        Assert.Equal(FenceTargetCheck.Status, Parse(("pcmk_host_check", "status"), ("pcmk_host_list", "a")).CheckWith(null));
    }

    [Fact]
    public void The_agent_gets_node_host_argument_parameters_and_action_but_nothing_of_the_fencers()
    {
        var device = Parse(
            ("pcmk_host_map", "node1:1;node2:outlet2"), ("ip", "1.2.3.4"), ("action", "off"), ("pcmk_reboot_action", "off"), ("provides", "unfencing"),
            ("stonith-timeout", "9"), ("CRM_meta_timeout", "1"), ("crm_feature_set", "3"));

        Assert.Equal(
            ["nodename=node2", "plug=outlet2", "ip=1.2.3.4", "action=reboot"],
            device.LinesFor("reboot", "node2", Both).Select(l => $"{l.Key}={l.Value}"));
        Assert.Equal("port", device.LinesFor("off", "node2", Metadata("port"))[1].Key);
        Assert.Equal(["nodename", "ip", "action"], device.LinesFor("off", "node2", null).Select(l => l.Key));
        Assert.Equal(["ip", "action"], device.LinesFor("monitor", string.Empty, Both).Select(l => l.Key));
    }

    [Fact]
    public void A_configured_host_argument_wins_unless_it_says_dynamic()
    {
        Assert.Equal("plug=fixed", Line(Parse(("plug", "fixed")), "plug"));
        Assert.Equal("plug=n1", Line(Parse(("plug", "dynamic")), "plug"));
        Assert.Equal("uuid=n1", Line(Parse(("pcmk_host_argument", "uuid")), "uuid"));
        Assert.DoesNotContain(Parse(("pcmk_host_argument", "None")).LinesFor("off", "n1", Both), l => l.Key is "plug" or "port");

        static string Line(FenceDevice device, string name)
        {
            var line = device.LinesFor("off", "n1", Both).Single(l => l.Key == name);
            return $"{line.Key}={line.Value}";
        }
    }

    [Fact]
    public void Values_with_line_breaks_cannot_smuggle_in_a_line()
    {
        var lines = Parse(("ip", "1.2.3.4\naction=on")).LinesFor("off", "n1", Both);

        Assert.DoesNotContain(lines, l => l.Value.Contains('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Actions_timeouts_and_attempts_can_be_set_for_each_action()
    {
        var device = Parse(("pcmk_reboot_action", "off"), ("pcmk_off_timeout", "2m"), ("pcmk_off_retries", "5"), ("pcmk_list_timeout", "rubbish"));

        Assert.Equal("off", device.CommandFor("reboot"));
        Assert.Equal("status", device.CommandFor("status"));
        Assert.Equal(TimeSpan.FromMinutes(2), device.TimeoutFor("off", TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.FromSeconds(60), device.TimeoutFor("list", TimeSpan.FromSeconds(60)));
        Assert.Equal(5, device.AttemptsFor("off"));
        Assert.Equal(2, device.AttemptsFor("reboot"));
    }

    [Fact]
    public void Delays_may_differ_by_node_and_the_base_never_exceeds_the_maximum()
    {
        Assert.Equal(Seconds(0, 0), Parse().DelayFor("n1"));
        Assert.Equal(Seconds(5, 5), Parse(("pcmk_delay_base", "5s")).DelayFor("n1"));
        Assert.Equal(Seconds(7, 7), Parse(("pcmk_delay_base", "n1:0s;n2:7s")).DelayFor("n2"));
        Assert.Equal(Seconds(0, 0), Parse(("pcmk_delay_base", "n1:0s;n2:7s")).DelayFor("n3"));
        Assert.Equal(Seconds(5, 9), Parse(("pcmk_delay_base", "5"), ("pcmk_delay_max", "9")).DelayFor("n1"));
        Assert.Equal(Seconds(9, 9), Parse(("pcmk_delay_base", "50"), ("pcmk_delay_max", "9")).DelayFor("n1"));

        static (TimeSpan, TimeSpan) Seconds(int from, int to) => (TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("3", 3)]
    [InlineData("0", 1)]
    [InlineData("-1", int.MaxValue)]
    [InlineData("many", 1)]
    public void The_action_limit_has_a_floor(string? text, int limit) =>
        Assert.Equal(limit, (text is null ? Parse() : Parse(("pcmk_action_limit", text))).ActionLimit);

    [Fact]
    public void What_cannot_be_read_is_told_and_does_not_stop_the_device()
    {
        var warnings = new List<string>();
        FenceDevice.Parse("d", "fence_x", Parameters(("pcmk_host_map", "a:1;rubbish"), ("pcmk_host_check", "sometimes"), ("pcmk_action_limit", "x")), warnings);

        Assert.Equal(3, warnings.Count);
    }

    [Theory]
    [InlineData(1, 2, ExecutionStatus.Error, 10, true)]
    [InlineData(2, 2, ExecutionStatus.Error, 10, false)]
    [InlineData(1, 2, ExecutionStatus.Timeout, 10, false)]
    [InlineData(1, 5, ExecutionStatus.Error, 42, false)]
    [InlineData(1, 5, ExecutionStatus.Error, 41, true)]
    public void Another_attempt_needs_attempts_and_time(int attempts, int max, ExecutionStatus status, int elapsedSeconds, bool isDue) =>
        Assert.Equal(isDue, FenceRetry.IsDue(attempts, max, status, TimeSpan.FromSeconds(elapsedSeconds), TimeSpan.FromSeconds(60)));

    [Theory]
    [InlineData(0, "", ExecutionStatus.Done, "")]
    [InlineData(1, "", ExecutionStatus.Error, "No data available")]
    [InlineData(1, "one\nlast words\n", ExecutionStatus.Error, "last words")]
    [InlineData(5, "Connection timed out", ExecutionStatus.Timeout, "Connection timed out")]
    [InlineData(1, "Unrecognised action 'on'", ExecutionStatus.NotSupported, "Unrecognised action 'on'")]
    public void The_end_of_an_agent_is_judged_by_status_and_words(int exitStatus, string error, ExecutionStatus status, string reason) =>
        Assert.Equal((status, reason), FenceOutcome.Judge(exitStatus, error));

    [Theory]
    [InlineData("30", 30_000)]
    [InlineData("30s", 30_000)]
    [InlineData(" 500ms ", 500)]
    [InlineData("2min", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("", -1)]
    [InlineData("-5", -1)]
    [InlineData("5 parsecs", -1)]
    [InlineData("99999999999999", -1)]
    public void Times_are_seconds_unless_they_say_otherwise(string text, int milliseconds) => Assert.Equal(
        milliseconds, FenceTime.TryParse(text, out var duration) ? (int)duration.TotalMilliseconds : -1);

    private static FenceDevice Parse(params (string, string)[] parameters) => FenceDevice.Parse("d", "fence_x", Parameters(parameters), []);

    private static Dictionary<string, string> Parameters(params (string Name, string Value)[] parameters) =>
        parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);

    private static AgentMetadata Metadata(params string[] parameters) =>
        new() { Parameters = [.. parameters.Select(p => new AgentParameter { Name = p })] };

    private static AgentAction[] Actions(params string[] names) => [.. names.Select(n => new AgentAction { Name = n })];
}
