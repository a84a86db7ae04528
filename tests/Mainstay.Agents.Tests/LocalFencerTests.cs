using Mainstay.Agents.BuiltIn;
using Mainstay.Agents.Fencing;

namespace Mainstay.Agents.Tests;

/// <summary>Fence agents as real processes (spec/fencing.md).</summary>
public sealed class LocalFencerTests : IAsyncDisposable
{
    private const string Meta = """
        cat <<'X'
        <resource-agent name="fence_t"><parameters><parameter name="plug"/><parameter name="port"/></parameters>
        <actions><action name="off"/><action name="reboot"/><action name="on" automatic="1"/><action name="status"/><action name="list"/><action name="monitor"/></actions></resource-agent>
        X
        """;

    private readonly AgentWorkshop _shop = new();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task The_agent_reads_its_lines_and_gets_no_arguments()
    {
        Agent("""echo "$# arguments"; echo "$in" """);
        Register(("ip", "1.2.3.4"), ("pcmk_host_map", "n2:outlet2"));
        var result = await RunAsync("reboot", "n2");

        Assert.True(result.IsSuccess, result.Reason);
        Assert.Equal("0 arguments\nnodename=n2\nplug=outlet2\nip=1.2.3.4\naction=reboot\n", result.Output);
    }

    [Fact]
    public async Task A_failed_attempt_is_repeated_and_the_second_may_succeed()
    {
        var tries = _shop.PathOf("tries");
        Agent($"echo x >> {tries}; [ $(wc -l < {tries}) -ge 2 ]");
        Register();
        var result = await RunAsync("off", "n2");

        Assert.Equal((true, 2), (result.IsSuccess, result.Attempts));
    }

    [Fact]
    public async Task An_agent_that_hangs_is_killed_at_its_timeout_and_not_tried_again()
    {
        Agent("sleep 600");
        Register(("pcmk_off_timeout", "1s"));
        var result = await RunAsync("off", "n2");

        Assert.Equal((ExecutionStatus.Timeout, 1), (result.Status, result.Attempts));
        Assert.Equal("Fence agent did not complete within 1s", result.Reason);
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_said_so()
    {
        Assert.Equal(ExecutionStatus.NoFenceDevice, (await RunAsync("off", "n2")).Status);
        _shop.Fencer.Register("d", "fence_nowhere", new Dictionary<string, string>(StringComparer.Ordinal), FenceDeviceOrigin.Configuration);
        Assert.Equal(ExecutionStatus.NotInstalled, (await RunAsync("off", "n2")).Status);
    }

    [Fact]
    public async Task Status_tells_on_and_off_apart_from_failure()
    {
        Agent("exit 2");
        Register(("pcmk_status_retries", "1"));
        var result = await RunAsync("status", "n2");

        Assert.Equal((ExecutionStatus.Done, 2), (result.Status, result.ExitStatus));
    }

    [Fact]
    public async Task A_dynamic_list_decides_who_can_be_fenced_and_is_kept_for_a_minute()
    {
        var calls = _shop.PathOf("calls");
        Agent($"case \"$in\" in *action=list*) echo x >> {calls}; echo 'n2,up'; echo n3;; esac");
        Register();

        Assert.Equal(["n2", "n3", "N2"], await EligibleAsync("n2", "n3", "n4", "N2"));
        Assert.Single(await File.ReadAllLinesAsync(calls));
    }

    [Fact]
    public async Task Questions_asked_at_once_are_answered_by_one_run_of_the_agent()
    {
        var calls = _shop.PathOf("calls");
        Agent($"case \"$in\" in *action=list*) echo x >> {calls}; sleep 0.2; echo n2;; esac");
        Register();
        var offers = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(_ => _shop.Fencer.FindAsync("n2", "reboot", 20_000, allowSelf: false, CancellationToken.None)));

        Assert.All(offers, o => Assert.Single(o));
        Assert.Single(await File.ReadAllLinesAsync(calls));
    }

    [Fact]
    public async Task Where_list_never_worked_status_is_asked_instead()
    {
        Agent("case \"$in\" in *action=list*) exit 1;; *action=status*nodename=n2*|*nodename=n2*action=status*) exit 2;; *action=status*) exit 1;; esac");
        Register(("pcmk_list_retries", "1"), ("pcmk_status_retries", "1"));

        Assert.Equal(["n2"], await EligibleAsync("n2", "n3"));
    }

    [Fact]
    public async Task A_node_does_not_fence_itself_unless_that_is_allowed()
    {
        Agent("exit 0");
        Register(("pcmk_host_list", "n1 n2"));

        Assert.Empty(await _shop.Fencer.FindAsync("n1", "reboot", 60_000, allowSelf: false, CancellationToken.None));
        Assert.Single(await _shop.Fencer.FindAsync("n1", "reboot", 60_000, allowSelf: true, CancellationToken.None));
        var offer = Assert.Single(await _shop.Fencer.FindAsync("n2", "on", 60_000, allowSelf: false, CancellationToken.None));
        Assert.True(offer.IsRequiredForOn);
        Assert.Equal(["off", "reboot", "on"], offer.Actions);
    }

    [Fact]
    public async Task A_device_that_worked_is_verified_until_its_resource_is_stopped()
    {
        Agent("exit 0");
        Register(("pcmk_host_list", "n2"));
        var device = new AgentId(AgentStandard.Stonith, string.Empty, "fence_t");
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["pcmk_host_list"] = "n2" };
        ResourceAction Of(string name, int interval = 0) => _shop.Action(device, name, intervalMs: interval, id: "d") with { Parameters = parameters };
        Assert.False(await IsVerifiedAsync());

        Assert.Equal(OcfExitCode.NotRunning, (await _shop.RunAsync(Of("monitor"))).ExitCode);
        Assert.Equal(0, (await _shop.RunAsync(Of("start"))).ExitCode);
        Assert.Equal(0, (await _shop.RunAsync(Of("monitor"))).ExitCode);
        Assert.True(await IsVerifiedAsync());
        Assert.Equal(0, (await _shop.RunAsync(Of("stop"))).ExitCode);
        Assert.Equal(OcfExitCode.NotRunning, (await _shop.RunAsync(Of("monitor"))).ExitCode);
        Assert.False(await IsVerifiedAsync());
        Assert.Equal(["d"], _shop.Fencer.Devices);
        Assert.True(_shop.Fencer.Unregister("d", FenceDeviceOrigin.Configuration));
        Assert.Empty(_shop.Fencer.Devices);

        async Task<bool> IsVerifiedAsync() =>
            (await _shop.Fencer.FindAsync("n2", "off", 60_000, allowSelf: false, CancellationToken.None))[0].IsVerified;
    }

    [Fact]
    public async Task The_process_fence_kills_every_process_of_a_node_and_no_other()
    {
        ProcessIdentity Start(string node)
        {
            var child = _shop.Runtime.Processes.Start(new Processes.ProcessSpec
            {
                Path = "/bin/sh",
                Arguments = ["-c", "sleep 600 & wait"],
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["MAINSTAY_DEMO_NODE"] = $"{_shop.Folder}/{node}", ["PATH"] = "/bin:/usr/bin" },
                IsService = true,
            });
            SpinWait.SpinUntil(() => child.Pid > 0 && ProcessTable.StartEnvironment(child.Pid).Length > 0, TimeSpan.FromSeconds(20));
            return ProcessTable.Identify(child.Pid)!.Value;
        }

        var (victim, bystander) = (Start("n2"), Start("n22"));
        _shop.Fencer.Register(
            "d",
            "fence_mainstay_process",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["directory"] = _shop.Folder, ["pcmk_host_list"] = "n2 n22" },
            FenceDeviceOrigin.Configuration);
        Assert.Equal(0, (await RunAsync("status", "n2")).ExitStatus);
        var result = await RunAsync("reboot", "n2");

        Assert.True(result.IsSuccess, result.Reason);
        Assert.False(ProcessTable.IsAlive(victim));
        Assert.True(ProcessTable.IsAlive(bystander));
        Assert.Equal(2, (await RunAsync("status", "n2")).ExitStatus);
        await RunAsync("off", "n22");
        Assert.False(ProcessTable.IsAlive(bystander));
    }

    private void Agent(string body) => _shop.Fence("fence_t", $"in=$(cat)\nif [ \"$in\" = action=metadata ]; then\n{Meta}\nexit 0; fi\n{body}\n");

    private void Register(params (string Name, string Value)[] parameters) => _shop.Fencer.Register(
        "d", "fence_t", parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal), FenceDeviceOrigin.Configuration);

    private Task<FenceResult> RunAsync(string action, string target) => _shop.Fencer.RunAsync(
        new FenceRequest { DeviceId = "d", Action = action, Target = target, TimeoutMs = 20_000 }, CancellationToken.None);

    private async Task<List<string>> EligibleAsync(params string[] targets)
    {
        var found = new List<string>();
        foreach (var target in targets)
        {
            if ((await _shop.Fencer.FindAsync(target, "reboot", 20_000, allowSelf: false, CancellationToken.None)).Count > 0) found.Add(target);
        }

        return found;
    }
}
