namespace Mainstay.Agents.Tests;

/// <summary>Real agents as real processes (spec/agents.md sections 1 to 5).</summary>
public sealed class OcfProcessTests : IAsyncDisposable
{
    private readonly AgentWorkshop _shop = new();

    public ValueTask DisposeAsync() => _shop.DisposeAsync();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 7)]
    [InlineData(9, 9)]
    [InlineData(10, 1)]
    [InlineData(42, 1)]
    [InlineData(190, 190)]
    [InlineData(191, 191)]
    [InlineData(193, 1)]
    [InlineData(255, 1)]
    public async Task Exit_statuses_outside_the_standard_become_a_generic_error(int given, int recorded)
    {
        var result = await _shop.RunAsync(_shop.Ocf("Code", $"exit {given}\n"), "monitor");

        Assert.Equal((recorded, ExecutionStatus.Done), (result.ExitCode, result.Status));
    }

    [Fact]
    public async Task The_environment_is_that_of_the_standard()
    {
        var agent = _shop.Ocf("Env", "env; exit 0\n");
        var result = await _shop.RunAsync(_shop.Action(agent, "monitor", 12_000, 5000) with
        {
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ip"] = "10.0.0.1",
                ["mit leer"] = "a b",
                ["OCF_CHECK_LEVEL"] = "10",
                ["CRM_meta_on_node"] = "n7",
            },
        });

        var lines = result.StandardOutput.Split('\n');
        foreach (var expected in (string[])
                 [
                     $"OCF_ROOT={_shop.PathOf("ocf")}", "OCF_RA_VERSION_MAJOR=1", "OCF_RA_VERSION_MINOR=1", "OCF_EXIT_REASON_PREFIX=ocf-exit-reason:",
                     "OCF_RESOURCE_INSTANCE=r1", "OCF_RESOURCE_TYPE=Env", "OCF_RESOURCE_PROVIDER=test", "OCF_RESKEY_ip=10.0.0.1",
                     "OCF_RESKEY_CRM_meta_timeout=12000", "OCF_RESKEY_CRM_meta_interval=5000", "OCF_RESKEY_CRM_meta_on_node=n7", "OCF_CHECK_LEVEL=10",
                     "OCF_RESKEY_crm_feature_set=3.20.5", "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                     "HA_cluster_type=corosync", "PCMK_service=pacemaker-execd",
                 ])
        {
            Assert.Contains(expected, lines);
        }
    }

    [Fact]
    public async Task The_process_is_alone_in_its_group_with_nothing_open_and_signals_at_their_defaults()
    {
        var agent = _shop.Ocf(
            "Context",
            """
            echo "args $# $1 umask $(umask) cwd $(pwd)"
            read -r _ _ _ _ pgrp _ < /proc/self/stat
            echo "group $([ "$pgrp" = $$ ] && echo own || echo other)"
            for fd in /proc/$$/fd/*; do [ -e "$fd" ] && echo "fd ${fd##*/}"; done
            echo "stdin $(readlink /proc/$$/fd/0)"
            grep -E 'SigIgn|SigBlk' /proc/self/status
            exit 0
            """);
        var result = await _shop.RunAsync(agent, "start");

        Assert.Contains($"args 1 start umask 0026 cwd {_shop.PathOf("work")}", result.StandardOutput);
        Assert.Contains("group own", result.StandardOutput);
        Assert.Contains("stdin /dev/null", result.StandardOutput);
        var fds = result.StandardOutput.Split('\n').Where(l => l.StartsWith("fd ", StringComparison.Ordinal)).Select(l => int.Parse(l[3..])).ToList();

        // The shell itself keeps its script open, at 10; nothing of ours may be there.
        Assert.Equal([0, 1, 2], fds.Where(fd => fd < 10).Order());
        Assert.Matches(@"SigBlk:\s+0000000000000000", result.StandardOutput);

        // Signals 32 and 33 are the C library's own; posix_spawn leaves them ignored.
        var ignored = result.StandardOutput.Split('\n').Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        Assert.Equal(0, Convert.ToInt64(ignored[7..].Trim(), 16) & 0x7fff_ffff);
    }

    [Fact]
    public async Task The_umask_of_agents_is_not_ours()
    {
        var file = _shop.PathOf("mine");
        await _shop.RunAsync(_shop.Ocf("Nothing", "exit 0\n"), "start");
        await File.WriteAllTextAsync(file, "x");

        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.GroupRead), "running an agent changed the umask of this process");
    }

    [Fact]
    public async Task The_last_exit_reason_counts()
    {
        var agent = _shop.Ocf("Reason", "echo 'ocf-exit-reason:first' >&2; echo noise >&2; echo 'x ocf-exit-reason:the disk is gone' >&2; echo more >&2; exit 1\n");
        var result = await _shop.RunAsync(agent, "start");

        Assert.Equal("the disk is gone", result.ExitReason);
        Assert.Contains(_shop.Log, l => l == "Information r1_start_0: noise");
    }

    [Fact]
    public async Task A_missing_agent_is_not_installed()
    {
        var result = await _shop.RunAsync(new AgentId(AgentStandard.Ocf, "test", "Nowhere"), "start");

        Assert.Equal((OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled), (result.ExitCode, result.Status));
        Assert.Contains("resource.d/test/Nowhere", result.ExitReason);
    }

    [Fact]
    public async Task A_path_in_a_type_is_not_followed()
    {
        _shop.Ocf("Code", "exit 0\n");
        var result = await _shop.RunAsync(new AgentId(AgentStandard.Ocf, "test", "../test/Code"), "start");

        Assert.Equal(ExecutionStatus.NotInstalled, result.Status);
    }

    [Fact]
    public async Task An_agent_without_permission_to_run_lacks_privileges()
    {
        var agent = _shop.Ocf("Plain", "exit 0\n");
        File.SetUnixFileMode(_shop.PathOf("ocf/resource.d/test/Plain"), UnixFileMode.UserRead);
        var result = await _shop.RunAsync(agent, "start");

        Assert.Equal((OcfExitCode.InsufficientPrivileges, ExecutionStatus.Error), (result.ExitCode, result.Status));
    }

    [Fact]
    public async Task An_agent_whose_interpreter_is_missing_is_not_installed()
    {
        var agent = _shop.Ocf("Broken", string.Empty);
        await File.WriteAllTextAsync(_shop.PathOf("ocf/resource.d/test/Broken"), "#!/no/such/shell\n");
        var result = await _shop.RunAsync(agent, "start");

        Assert.Equal((OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled), (result.ExitCode, result.Status));
    }

    [Fact]
    public async Task An_unknown_class_is_not_installed()
    {
        var result = await _shop.RunAsync(AgentId.FromAttributes("upstart", null, "x"), "start");

        Assert.Equal((OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled), (result.ExitCode, result.Status));
    }

    [Fact]
    public async Task Megabytes_of_output_do_not_block_the_agent_and_are_kept_up_to_the_limit()
    {
        await using var shop = new AgentWorkshop(o => o with { OutputLimit = 1_000_000 });
        var agent = shop.Ocf("Loud", "head -c 5000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2; exit 7\n");
        var result = await shop.RunAsync(agent, "monitor");

        Assert.Equal(OcfExitCode.NotRunning, result.ExitCode);
        Assert.Equal(1_000_000, result.StandardOutput.Length);
        Assert.Equal(1_000_000, result.StandardError.Length);
        Assert.Contains(shop.Log, l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("6000000 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_daemon_that_keeps_the_pipes_open_does_not_delay_the_result_and_lives_on()
    {
        var pid = _shop.PathOf("daemon.pid");
        var agent = _shop.Ocf("Daemon", $"sleep 600 & echo $! > {pid}; echo started; exit 0\n");
        var result = await _shop.RunAsync(agent, "start");

        Assert.Equal((0, "started\n"), (result.ExitCode, result.StandardOutput));
        var daemon = int.Parse(await File.ReadAllTextAsync(pid));
        Assert.NotNull(BuiltIn.ProcessTable.Identify(daemon));
        Processes.NativeMethods.kill(daemon, Processes.NativeMethods.SIGKILL);
    }

    [Fact]
    public async Task An_agent_killed_by_a_signal_failed_and_says_which()
    {
        var result = await _shop.RunAsync(_shop.Ocf("Suicide", "kill -SEGV $$\n"), "start");

        Assert.Equal((OcfExitCode.Generic, ExecutionStatus.Error), (result.ExitCode, result.Status));
        Assert.Equal("Resource agent interrupted by Segmentation fault signal", result.ExitReason);
    }

    [Fact]
    public async Task Secrets_are_put_in_before_the_agent_runs()
    {
        Directory.CreateDirectory(_shop.PathOf("secrets/r1"));
        await File.WriteAllTextAsync(_shop.PathOf("secrets/r1/passwd"), "sekret\n");
        var agent = _shop.Ocf("Secret", "echo $OCF_RESKEY_passwd\n");
        var action = _shop.Action(agent, "start") with { Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["passwd"] = "lrm://" } };
        await File.WriteAllTextAsync(_shop.PathOf("secrets/r1/passwd.sign"), "3d3d0d8bc049e2bff8c834b3efa44b54\n");
        Assert.Equal("sekret\n", (await _shop.RunAsync(action)).StandardOutput);

        await File.WriteAllTextAsync(_shop.PathOf("secrets/r1/passwd.sign"), "no");
        var refused = await _shop.RunAsync(action);
        Assert.Equal((OcfExitCode.InvalidParameter, ExecutionStatus.NoSecrets), (refused.ExitCode, refused.Status));
        Assert.Equal(0, (await _shop.RunAsync(action with { Name = "stop" })).ExitCode);
    }

    [Fact]
    public async Task Children_of_the_runtimes_own_Process_class_and_agents_do_not_reap_each_other()
    {
        var agent = _shop.Ocf("Mixed", "exit 8\n");
        for (var round = 0; round < 10; round++)
        {
            using var other = System.Diagnostics.Process.Start("/bin/sh", ["-c", "exit 3"]);
            var result = await _shop.RunAsync(agent, "monitor");
            await other.WaitForExitAsync();
            Assert.Equal((8, 3), (result.ExitCode, other.ExitCode));
        }
    }
}
