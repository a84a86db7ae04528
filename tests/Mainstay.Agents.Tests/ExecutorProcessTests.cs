namespace Mainstay.Agents.Tests;

/// <summary>The executor over real processes: timeouts, groups, recurring actions, memory (spec/agents.md section 6).</summary>
public sealed class ExecutorProcessTests : IAsyncDisposable
{
    private readonly AgentWorkshop _shop = new(o => o with { KillGrace = TimeSpan.Zero });

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task A_hanging_agent_is_killed_with_its_whole_group()
    {
        var pid = _shop.PathOf("child.pid");
        var agent = _shop.Ocf("Hang", $"sleep 600 & echo $! > {pid}; wait\n");
        var result = await _shop.RunAsync(agent, "start", timeoutMs: 300);

        Assert.Equal((OcfExitCode.Generic, ExecutionStatus.Timeout), (result.ExitCode, result.Status));
        Assert.Equal("Resource agent did not complete within 300ms", result.ExitReason);
        var child = int.Parse(await File.ReadAllTextAsync(pid));
        await AgentWorkshop.WaitForAsync(() => BuiltIn.ProcessTable.Identify(child) is null, "the agent's child to be killed with it");
    }

    [Fact]
    public async Task With_on_fail_block_the_agents_children_survive_its_timeout()
    {
        var pid = _shop.PathOf("child.pid");
        var agent = _shop.Ocf("Hang", $"sleep 600 & echo $! > {pid}; wait\n");
        var result = await _shop.RunAsync(_shop.Action(agent, "stop", 300) with { OnFailBlock = true });

        Assert.Equal(ExecutionStatus.Timeout, result.Status);
        var child = int.Parse(await File.ReadAllTextAsync(pid));
        Assert.NotNull(BuiltIn.ProcessTable.Identify(child));
        Processes.NativeMethods.kill(child, Processes.NativeMethods.SIGKILL);
    }

    [Fact]
    public async Task In_its_grace_an_agent_can_clean_up_after_SIGTERM()
    {
        await using var shop = new AgentWorkshop(o => o with { KillGrace = TimeSpan.FromSeconds(20) });
        var marker = shop.PathOf("cleaned");
        var agent = shop.Ocf("Tidy", $"trap 'echo yes > {marker}; exit 0' TERM; sleep 600 & wait\n");
        var result = await shop.RunAsync(agent, "start", timeoutMs: 300);

        Assert.Equal(ExecutionStatus.Timeout, result.Status);
        Assert.True(File.Exists(marker), "the agent did not get SIGTERM, or not the time to act on it");
    }

    [Fact]
    public async Task An_agent_that_ignores_SIGTERM_gets_SIGKILL_when_the_grace_is_over()
    {
        await using var shop = new AgentWorkshop(o => o with { KillGrace = TimeSpan.FromMilliseconds(200) });
        var agent = shop.Ocf("Stubborn", "trap '' TERM; while :; do sleep 1; done\n");
        var result = await shop.RunAsync(agent, "start", timeoutMs: 200);

        Assert.Equal(ExecutionStatus.Timeout, result.Status);
    }

    [Fact]
    public async Task A_recurring_monitor_reports_changes_until_it_is_cancelled()
    {
        var state = _shop.PathOf("up");
        await File.WriteAllTextAsync(state, string.Empty);
        var runs = _shop.PathOf("runs");
        var agent = _shop.Ocf("Watch", $"echo x >> {runs}; [ -e {state} ] && exit 0 || exit 7\n");
        _shop.Executor.Submit(_shop.Action(agent, "monitor", intervalMs: 20));
        Assert.Equal(0, (await _shop.NextAsync()).ExitCode);
        await AgentWorkshop.WaitForAsync(() => File.ReadAllLines(runs).Length >= 3, "the monitor to repeat");
        File.Delete(state);
        Assert.Equal(7, (await _shop.NextAsync()).ExitCode);

        Assert.NotEqual(CancelOutcome.Unknown, await _shop.Executor.CancelAsync("r1", "monitor", 20));
        Assert.Equal(ExecutionStatus.Cancelled, (await _shop.NextAsync()).Status);
        Assert.Empty(await _shop.Executor.GetRecurringAsync());
    }

    [Fact]
    public async Task A_running_monitor_is_killed_by_its_cancellation()
    {
        var marker = _shop.PathOf("begun");
        var agent = _shop.Ocf("Slow", $"echo > {marker}; sleep 600\n");
        _shop.Executor.Submit(_shop.Action(agent, "monitor", intervalMs: 1000, timeoutMs: 60_000));
        await AgentWorkshop.WaitForAsync(() => File.Exists(marker), "the monitor to run");
        Assert.Equal(CancelOutcome.Killed, await _shop.Executor.CancelAsync("r1", "monitor", 1000));

        var result = await _shop.NextAsync();
        Assert.Equal((ExecutionStatus.Cancelled, 0), (result.Status, result.ExitCode));
    }

    [Fact]
    public async Task A_restarted_executor_still_stops_a_resource_with_the_parameters_it_was_started_with()
    {
        var file = Path.Combine(Path.GetTempPath(), $"mainstay-parameters-{Environment.ProcessId}.json");
        AgentOptions WithFile(AgentOptions options) => options with { ParameterFile = file };
        Dictionary<string, string> With(string ip) => new(StringComparer.Ordinal) { ["ip"] = ip };
        const string body = "echo $1 $OCF_RESKEY_ip\n";
        try
        {
            await using (var first = new AgentWorkshop(WithFile))
            {
                await first.RunAsync(first.Action(first.Ocf("Ip", body), "start") with { Parameters = With("10.0.0.1") });
            }

            await using var second = new AgentWorkshop(WithFile);
            var result = await second.RunAsync(second.Action(second.Ocf("Ip", body), "stop") with { Parameters = With("10.0.0.2") });
            Assert.Equal("stop 10.0.0.1\n", result.StandardOutput);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_result_brings_the_agents_meta_data_along()
    {
        var agent = _shop.Ocf(
            "Meta",
            """
            [ "$1" = meta-data ] && echo '<resource-agent name="Meta"><version>1.1</version><parameters><parameter name="p" reloadable="1"/></parameters><actions><action name="reload-agent"/></actions></resource-agent>'
            exit 0
            """);
        var result = await _shop.RunAsync(agent, "start");

        Assert.Equal(["p"], result.Metadata!.ReloadableParameters);
        Assert.Null((await _shop.RunAsync(agent, "stop")).Metadata);
    }

    [Fact]
    public async Task A_hanging_meta_data_call_does_not_hold_up_the_action()
    {
        var agent = _shop.Ocf("Mute", "[ \"$1\" = meta-data ] && sleep 600; exit 0\n");
        var result = await _shop.RunAsync(agent, "start");

        Assert.Equal(0, result.ExitCode);
        Assert.Null(result.Metadata);
    }

    [Theory]
    [InlineData("monitor", 0, 0)]
    [InlineData("monitor", 1, 7)]
    [InlineData("monitor", 2, 7)]
    [InlineData("monitor", 3, 7)]
    [InlineData("monitor", 4, 1)]
    [InlineData("monitor", 150, 5)]
    [InlineData("monitor", 151, 4)]
    [InlineData("start", 0, 0)]
    [InlineData("start", 6, 6)]
    [InlineData("start", 8, 1)]
    public async Task Init_scripts_speak_their_own_exit_codes(string action, int given, int recorded)
    {
        var agent = _shop.Lsb("daemon", $"[ \"$1\" = {(action == "monitor" ? "status" : action)} ] || exit 99; [ -z \"$OCF_ROOT\" ] || exit 98; exit {given}\n");

        Assert.Equal(recorded, (await _shop.RunAsync(agent, action)).ExitCode);
    }

    [Fact]
    public async Task The_service_class_takes_the_init_script_where_there_is_one()
    {
        _shop.Lsb("web", "exit 0\n");

        Assert.Equal(0, (await _shop.RunAsync(AgentId.FromAttributes("service", null, "web"), "monitor")).ExitCode);
        Assert.Equal(OcfExitCode.NotInstalled, (await _shop.RunAsync(AgentId.FromAttributes("service", null, "nothing"), "monitor")).ExitCode);
    }
}
