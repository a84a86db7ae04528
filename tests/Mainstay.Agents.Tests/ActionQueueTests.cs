using Mainstay.Agents.Queueing;

namespace Mainstay.Agents.Tests;

/// <summary>spec/agents.md section 6, in virtual time.</summary>
public sealed class ActionQueueTests
{
    private readonly QueueDriver _driver = new();

    [Fact]
    public void Actions_of_one_resource_run_one_after_another_in_arrival_order()
    {
        _driver.Submit("a", "start");
        _driver.Submit("a", "monitor");
        _driver.Submit("a", "promote");
        Assert.Equal(["a_start_0"], _driver.Started);

        _driver.Advance(2);
        _driver.Complete("a_start_0");
        _driver.Complete("a_monitor_0");
        Assert.Equal(["a_start_0", "a_monitor_0", "a_promote_0"], _driver.Started);
        Assert.Equal(2000, _driver.Results[0].ExecTimeMs);
        Assert.Equal(0, _driver.Results[0].QueueTimeMs);
        Assert.Equal(2000, _driver.Results[1].QueueTimeMs);
    }

    [Fact]
    public void Different_resources_run_side_by_side()
    {
        _driver.Submit("a", "start");
        _driver.Submit("b", "start");

        Assert.Equal(2, _driver.Running.Count);
    }

    [Fact]
    public void The_interval_counts_from_the_end_of_one_run_to_the_start_of_the_next()
    {
        _driver.Submit("a", "monitor", 10_000);
        _driver.Advance(3);
        _driver.Complete("a_monitor_10000");
        _driver.Advance(9.9);
        Assert.Single(_driver.Begun);

        _driver.Advance(0.2);
        Assert.Equal(2, _driver.Begun.Count);
    }

    [Fact]
    public void A_recurring_action_reports_its_first_result_and_then_changes_only()
    {
        _driver.Submit("a", "monitor", 10_000);
        foreach (var exitCode in (int[])[0, 0, 7, 7, 0])
        {
            _driver.Complete("a_monitor_10000", exitCode);
            _driver.Advance(10);
        }

        Assert.Equal([0, 7, 0], _driver.Results.Select(r => r.ExitCode));
        Assert.Equal([1_700_000_000L, 1_700_000_020L, 1_700_000_040L], _driver.Results.Select(r => r.ResultChangeTime));
    }

    [Fact]
    public void A_stop_cancels_recurring_actions_before_it_is_queued()
    {
        _driver.Submit("a", "monitor", 10_000);
        _driver.Complete("a_monitor_10000");
        _driver.Submit("a", "monitor", 30_000);
        _driver.Submit("a", "stop");

        // One waited for its interval, the other runs and is killed; the stop begins when that one has ended.
        Assert.Equal("a_monitor_10000", _driver.Results[1].Action.Key);
        Assert.Equal(ExecutionStatus.Cancelled, _driver.Results[1].Status);
        Assert.True(Assert.Single(_driver.Signals).IsKill);
        Assert.DoesNotContain("a_stop_0", _driver.Started);
        _driver.Complete("a_monitor_30000", 1, ExecutionStatus.Error);

        Assert.Equal((ExecutionStatus.Cancelled, 0), (_driver.Results[2].Status, _driver.Results[2].ExitCode));
        Assert.Equal("a_stop_0", _driver.Started.Last());
        _driver.Complete("a_stop_0");
        _driver.Advance(100);
        Assert.Empty(_driver.Running);
        Assert.Null(_driver.Queue.NextDeadline);
    }

    [Fact]
    public void A_duplicate_recurring_action_is_merged_takes_the_new_call_id_and_runs_at_once()
    {
        _driver.Submit("a", "monitor", 10_000);
        _driver.Complete("a_monitor_10000");
        var second = _driver.Submit("a", "monitor", 10_000);
        Assert.Equal(2, _driver.Begun.Count);

        _driver.Complete("a_monitor_10000");
        Assert.Equal(2, _driver.Results.Count);
        Assert.Equal(second.CallId, _driver.Results[1].Action.CallId);
        _driver.Advance(10);
        Assert.Equal(3, _driver.Begun.Count);
    }

    [Fact]
    public void A_duplicate_of_a_running_recurring_action_only_takes_over_its_result()
    {
        _driver.Submit("a", "monitor", 10_000);
        var second = _driver.Submit("a", "monitor", 10_000);
        _driver.Complete("a_monitor_10000");

        Assert.Single(_driver.Begun);
        Assert.Equal(second.CallId, Assert.Single(_driver.Results).Action.CallId);
    }

    [Fact]
    public void Cancelling_follows_the_states_of_an_action()
    {
        _driver.Submit("a", "start");
        _driver.Submit("a", "monitor", 10_000);
        Assert.Equal(CancelOutcome.Unknown, _driver.Cancel("a", "start"));
        Assert.Equal(CancelOutcome.Cancelled, _driver.Cancel("a", "monitor", 10_000));
        Assert.Equal(CancelOutcome.Unknown, _driver.Cancel("a", "monitor", 10_000));
        _driver.Complete("a_start_0");

        _driver.Submit("a", "monitor", 20_000);
        Assert.Equal(CancelOutcome.Killed, _driver.Cancel("a", "monitor", 20_000));
        Assert.Equal(CancelOutcome.Unknown, _driver.Cancel("a", "monitor", 20_000));
        _driver.Complete("a_monitor_20000");
        Assert.Equal(ExecutionStatus.Cancelled, _driver.Results.Last().Status);
        Assert.Equal(CancelOutcome.Unknown, _driver.Cancel("nobody", "monitor", 1));
    }

    [Fact]
    public void The_timeout_counts_from_the_start_of_the_run_and_kills_the_process_group()
    {
        _driver.Submit("a", "start");
        _driver.Submit("a", "promote");
        _driver.Advance(15);
        _driver.Complete("a_start_0");
        _driver.Advance(19.9);
        Assert.Empty(_driver.Signals);

        _driver.Advance(0.2);
        var signal = Assert.Single(_driver.Signals);
        Assert.Equal((true, false), (signal.IsKill, signal.IsAgentOnly));
        _driver.Complete("a_promote_0", 1, ExecutionStatus.Error);
        var result = _driver.Results.Last();
        Assert.Equal((ExecutionStatus.Timeout, OcfExitCode.Generic), (result.Status, result.ExitCode));
        Assert.Equal("Resource agent did not complete within 20s", result.ExitReason);
    }

    [Fact]
    public void With_a_grace_SIGTERM_comes_first_and_SIGKILL_when_the_grace_is_over()
    {
        var driver = new QueueDriver(TimeSpan.FromSeconds(1));
        driver.Submit("a", "start");
        driver.Advance(20);
        Assert.False(Assert.Single(driver.Signals).IsKill);
        driver.Advance(1);
        Assert.True(driver.Signals[1].IsKill);
    }

    [Fact]
    public void An_agent_that_ends_in_its_grace_still_timed_out()
    {
        var driver = new QueueDriver(TimeSpan.FromSeconds(1));
        driver.Submit("a", "start");
        driver.Advance(20.5);
        driver.Complete("a_start_0");

        Assert.Equal(ExecutionStatus.Timeout, driver.Results[0].Status);
        driver.Advance(10);
        Assert.Single(driver.Signals);
    }

    [Fact]
    public void On_fail_block_spares_the_rest_of_the_group()
    {
        _driver.Submit(QueueDriver.Action("a", "stop") with { OnFailBlock = true });
        _driver.Advance(20);

        Assert.True(Assert.Single(_driver.Signals).IsAgentOnly);
    }

    [Fact]
    public void A_process_that_survives_SIGKILL_is_reported_and_blocks_its_resource_only()
    {
        _driver.Submit("a", "stop");
        _driver.Submit("a", "start");
        _driver.Advance(20 + ActionQueue.UnkillableWarning.TotalSeconds);
        Assert.Single(_driver.Warnings);
        _driver.Submit("b", "start");

        Assert.Contains("b_start_0", _driver.Running.Keys);
        Assert.DoesNotContain("a_start_0", _driver.Running.Keys);
        _driver.Complete("a_stop_0", 1, ExecutionStatus.Error);
        Assert.Contains("a_start_0", _driver.Running.Keys);
    }

    [Fact]
    public void A_start_delay_holds_the_queue_at_its_head_and_is_not_charged_to_the_timeout()
    {
        _driver.Submit(QueueDriver.Action("a", "start") with { StartDelayMs = 60_000 });
        _driver.Submit("a", "monitor");
        _driver.Advance(59);
        Assert.Empty(_driver.Begun);

        _driver.Advance(1);
        Assert.Equal(["a_start_0"], _driver.Started);
        _driver.Advance(19);
        Assert.Empty(_driver.Signals);
        _driver.Complete("a_start_0");
        Assert.Equal("a_monitor_0", _driver.Started.Last());
    }

    [Fact]
    public void Without_a_timeout_the_interval_is_the_limit()
    {
        _driver.Submit(QueueDriver.Action("a", "monitor", 5000, timeoutMs: 0));
        _driver.Advance(5);

        Assert.True(Assert.Single(_driver.Signals).IsKill);
    }

    [Fact]
    public void A_fence_monitor_may_have_its_own_timeout()
    {
        var action = QueueDriver.Action("f", "monitor", 60_000) with
        {
            Agent = new AgentId(AgentStandard.Stonith, string.Empty, "fence_x"),
            Parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["pcmk_monitor_timeout"] = "2min" },
        };

        Assert.Equal(TimeSpan.FromMinutes(2), ActionQueue.EffectiveTimeout(action, action.Parameters));
    }

    [Fact]
    public void A_stop_gets_the_parameters_of_the_last_start_and_the_requests_meta_variables()
    {
        Dictionary<string, string> With(string ip, string timeout) =>
            new(StringComparer.Ordinal) { ["ip"] = ip, ["CRM_meta_timeout"] = timeout, ["crm_feature_set"] = "3.20.5" };
        _driver.Submit(QueueDriver.Action("a", "start") with { Parameters = With("10.0.0.1", "20000") });
        _driver.Complete("a_start_0");
        _driver.Submit(QueueDriver.Action("a", "stop") with { Parameters = With("10.0.0.2", "30000") });

        Assert.Equal("10.0.0.1", _driver.Begun[1].Parameters["ip"]);
        Assert.Equal("30000", _driver.Begun[1].Parameters["CRM_meta_timeout"]);
        _driver.Complete("a_stop_0");
        Assert.Equal("10.0.0.1", _driver.Results[1].Parameters["ip"]);
        _driver.Submit(QueueDriver.Action("a", "stop") with { Parameters = With("10.0.0.3", "30000") });
        Assert.Equal("10.0.0.3", _driver.Begun[2].Parameters["ip"]);
    }

    [Fact]
    public void The_result_of_a_notification_is_ignored()
    {
        _driver.Submit("a", "notify");
        _driver.Complete("a_notify_0", 5, reason: "no");

        Assert.Equal((0, ExecutionStatus.Done, ""), (_driver.Results[0].ExitCode, _driver.Results[0].Status, _driver.Results[0].ExitReason));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(190)]
    [InlineData(191)]
    public void An_error_that_tells_a_state_is_no_error(int exitCode)
    {
        _driver.Submit("a", "monitor");
        _driver.Complete("a_monitor_0", exitCode, ExecutionStatus.Error);

        Assert.Equal(ExecutionStatus.Done, _driver.Results[0].Status);
    }

    [Fact]
    public void A_recurring_monitor_reports_pending_once_and_times_out_if_it_lasts()
    {
        _driver.Submit("a", "monitor", 10_000);
        for (var run = 0; run < 3; run++)
        {
            _driver.Complete("a_monitor_10000", OcfExitCode.Pending, ExecutionStatus.Pending);
            _driver.Advance(10);
        }

        Assert.Equal([ExecutionStatus.Pending, ExecutionStatus.Timeout], _driver.Results.Select(r => r.Status));
    }

    [Fact]
    public void Closing_cancels_what_can_be_and_refuses_what_comes_later()
    {
        _driver.Submit("a", "start");
        _driver.Submit("a", "monitor", 10_000);
        _driver.Submit("b", "monitor", 10_000);
        _driver.Complete("b_monitor_10000");
        _driver.Close();
        _driver.Submit("c", "start");

        Assert.Equal(2, _driver.Results.Count(r => r.Status == ExecutionStatus.Cancelled));
        Assert.Equal(ExecutionStatus.Invalid, _driver.Results.Last().Status);
        _driver.Complete("a_start_0");
        Assert.Equal(0, _driver.Results.Last().ExitCode);
        Assert.Null(_driver.Queue.NextDeadline);
    }

    [Fact]
    public void A_forgotten_resource_leaves_nothing_behind()
    {
        _driver.Submit("a", "start");
        _driver.Complete("a_start_0");
        _driver.Submit("a", "monitor", 10_000);
        _driver.Complete("a_monitor_10000");
        _driver.Forget("a");

        Assert.Empty(_driver.Queue.Recurring);
        Assert.Empty(_driver.Memory.Resources);
    }

    [Theory]
    [InlineData(20_000, "20s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(60_000, "1m")]
    [InlineData(1500, "1.500s")]
    [InlineData(250, "250ms")]
    [InlineData(86_400_000, "1d")]
    public void Intervals_are_told_in_the_references_words(int milliseconds, string text) =>
        Assert.Equal(text, ActionQueue.Readable(TimeSpan.FromMilliseconds(milliseconds)));
}
