using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler.Tests;

/// <summary>The simulator: what a scenario does to a cluster and how a transition ends (spec/scheduler-output.md sections 7 and 8).</summary>
public sealed class SimulationTests
{
    [Fact]
    public void A_node_that_comes_up_is_added_and_one_that_goes_down_is_forgotten()
    {
        var result = Run(TwoNodes(), new SimulationScenario { Nodes = [new(NodeEvent.Up, "n3"), new(NodeEvent.Down, "n1")] });

        Assert.Contains("  * Bringing node n3 online\n  * Taking node n1 offline\n", Text(result), StringComparison.Ordinal);
        Assert.Contains(result.Input.Section("nodes")!.Elements(), n => n.Value("uname") == "n3");
        var down = NodeState(result.Input, "n1");
        Assert.Equal("down", down.Value("join"));
        Assert.Empty(down.Elements());
        Assert.Contains(result.Plan!.Changes, line => line.StartsWith("Start      a ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_that_fails_is_fenced_and_its_resource_recovered()
    {
        var cluster = new TestCluster(2, fencing: true).Primitive("a").Running("a", "n1").Running("fence", "n2");
        var result = Run(cluster, new SimulationScenario { Nodes = [new(NodeEvent.Fail, "n1")] });

        Assert.Contains("Fencing n1 (reboot)", Text(result), StringComparison.Ordinal);
        Assert.Contains("Resource action: a               start on n2", Text(result), StringComparison.Ordinal);
        Assert.Equal("false", NodeState(result.Input, "n1").Value("in_ccm"));
    }

    [Theory]
    [InlineData(NodeEvent.Down, "be taken offline")]
    [InlineData(NodeEvent.Fail, "fail")]
    public void A_node_nobody_knows_cannot_be_lost_and_nothing_is_decided_then(NodeEvent what, string effect)
    {
        var result = Run(TwoNodes(), new SimulationScenario { Nodes = [new(what, "n9")] });

        var refused = Assert.Single(result.Modifications.OfType<SimulationEvent.Refused>());
        Assert.Equal($"Node 'n9' is not in the configuration, so it cannot {effect}", refused.Message);
        Assert.True(result.IsRefused);
        Assert.Null(result.Plan);
    }

    [Theory]
    [InlineData(NodeEvent.Down)]
    [InlineData(NodeEvent.Fail)]
    public void A_node_that_the_scenario_itself_brought_can_be_lost(NodeEvent what)
    {
        var result = Run(TwoNodes(), new SimulationScenario { Nodes = [new(NodeEvent.Up, "n9"), new(what, "n9")] });

        Assert.False(result.IsRefused);
        Assert.Equal("false", NodeState(result.Input, "n9").Value("in_ccm"));
        Assert.Single(result.Input.Section("nodes")!.Elements(), n => n.Value("uname") == "n9");
    }

    [Fact]
    public void An_injected_failure_is_counted_recorded_and_recovered_from()
    {
        var result = Run(TwoNodes(), new SimulationScenario { Operations = ["a_monitor_10000@n1=1"] });

        Assert.Contains("""
              * Injecting a_monitor_10000@n1=1 into the configuration
              * Injecting attribute fail-count-a#monitor_10000=1 into /node_state '1'
              * Injecting attribute last-failure-a#monitor_10000=1800000000 into /node_state '1'
            """, Text(result), StringComparison.Ordinal);
        var entry = Assert.Single(NodeState(result.Input, "n1").Descendants("lrm_rsc_op"), e => e.Id() == "a_last_failure_0");
        Assert.Equal("0:1;2:-1:0:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", entry.Value("transition-magic"));
        Assert.Contains(result.Plan!.Changes, line => line.StartsWith("Recover    a ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a_stop_0@n1=1", "INFINITY")]
    [InlineData("a_start_0@n1=1", "INFINITY")]
    [InlineData("a_monitor_10000@n1=7", "1")]
    public void A_failed_stop_and_a_failed_start_count_as_many(string spec, string count)
    {
        var result = Run(TwoNodes(), new SimulationScenario { Operations = [spec] });

        Assert.Equal(count, result.Modifications.OfType<SimulationEvent.AttributeInjected>().First().Value);
    }

    [Theory]
    [InlineData("nonsense", "Only found 1 fields")]
    [InlineData("a_monitor_0@n1=x", "Only found 2 fields")]
    [InlineData("a@n1=1", "is not RESOURCE_TASK_INTERVALMS")]
    [InlineData("b_monitor_0@n1=1", "Invalid resource name: b")]
    [InlineData("a_monitor_0@n9=1", "Node 'n9'")]
    public void What_cannot_be_injected_is_refused_with_a_reason(string spec, string reason)
    {
        var result = Run(TwoNodes(), new SimulationScenario { Operations = [spec] });

        Assert.Contains(reason, Assert.Single(result.Modifications.OfType<SimulationEvent.Refused>()).Message, StringComparison.Ordinal);
        Assert.True(result.IsComplete);
    }

    [Fact]
    public void After_a_pretended_failure_only_pseudo_actions_go_on_and_the_failure_is_recorded()
    {
        var cluster = new TestCluster(1).Primitive("a").Primitive("b").Order("a", "b").Inactive("a").Inactive("b");
        var result = Run(cluster, new SimulationScenario { Failures = ["a_start_0@n1=1"] });

        string text = Text(result);
        Assert.Contains("\nPretending action ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("b               start on n1", text, StringComparison.Ordinal);
        Assert.Contains(NodeState(result.Output, "n1").Descendants("lrm_rsc_op"), e => e.Id() == "a_last_failure_0");
        Assert.True(result.IsComplete);
    }

    [Fact]
    public void Tickets_quorum_and_watchdog_change_the_document()
    {
        var result = Run(TwoNodes(), new SimulationScenario
        {
            Quorum = "false",
            Watchdog = "true",
            Tickets =
            [
                new(TicketEvent.Grant, "t1"), new(TicketEvent.Revoke, "t2"),
                new(TicketEvent.Standby, "t3"), new(TicketEvent.Activate, "t4"),
            ],
        });

        Assert.Equal("false", result.Input.Root.Value("have-quorum"));
        var tickets = result.Input.Status!.Element("tickets")!.Elements().ToDictionary(t => t.Id()!, t => t, StringComparer.Ordinal);
        Assert.Equal("true", tickets["t1"].Value("granted"));
        Assert.Equal("false", tickets["t2"].Value("granted"));
        Assert.Equal("true", tickets["t3"].Value("standby"));
        Assert.Equal("false", tickets["t4"].Value("standby"));
        Assert.Contains(result.Input.Section("crm_config")!.Descendants("nvpair"), p => p.Value("name") == "have-watchdog");
    }

    [Fact]
    public void Quorum_alone_changes_nothing()
    {
        var result = Run(TwoNodes(), new SimulationScenario { Quorum = "false" });

        Assert.Empty(result.Modifications);
        Assert.Equal("1", result.Input.Root.Value("have-quorum"));
    }

    [Fact]
    public void Histories_of_one_name_are_folded_together_and_earlier_attributes_kept()
    {
        var document = TwoNodes().Document();
        var history = NodeState(document, "n1").Descendants("lrm_resource").Single(r => r.Id() == "a");
        history.Elements().Single().SetAttributeValue("op-force-restart", " state ");
        history.AddAfterSelf(new XElement(
            "lrm_resource",
            history.Attributes(),
            new XElement("lrm_rsc_op", new XAttribute("id", "a_monitor_10000"), new XAttribute("operation", "monitor"))));
        var result = Simulation.Run(document, Options(new SimulationScenario { Operations = ["a_start_0@n1=0"] }));

        var first = NodeState(result.Input, "n1").Descendants("lrm_resource").First(r => r.Id() == "a");
        Assert.Equal(["a_last_0", "a_monitor_10000"], first.Elements().Select(e => e.Id()));
        Assert.Equal(" state ", first.Elements().First().Value("op-force-restart"));
    }

    [Fact]
    public void The_document_given_stays_as_it_is()
    {
        var document = TwoNodes().Document();
        var copy = document.Clone();
        Simulation.Run(document, Options(new SimulationScenario { Nodes = [new(NodeEvent.Fail, "n1")], Quorum = "false" }));

        Assert.True(document.ContentEquals(copy));
    }

    [Fact]
    public void Scores_and_utilization_are_shown_plainly()
    {
        var document = TwoNodes().Document();
        var options = Options(new SimulationScenario());
        options = options with { Planning = options.Planning with { RecordScores = true, RecordUtilization = true }, Execute = false };
        var result = Simulation.Run(document, options);
        string text = SimulationText.Of(result, new SimulationTextOptions { Now = TestCluster.Now, ShowPlacement = true });

        Assert.StartsWith("[ n1 n2 ]\n\na\t(ocf:heartbeat:Dummy):\t Started n1\n", text, StringComparison.Ordinal);
        Assert.Contains("Original: n1 capacity:\n", text, StringComparison.Ordinal);
        Assert.Contains("pcmk__primitive_assign: a allocation score on n1: 0\n", text, StringComparison.Ordinal);
        Assert.Contains("pcmk__assign_resource: a utilization on n1:\n", text, StringComparison.Ordinal);
    }

    private static TestCluster TwoNodes() => new TestCluster(2).Primitive("a").Running("a", "n1");

    private static SimulationOptions Options(SimulationScenario scenario) =>
        new() { Planning = new PlannerOptions { Now = TestCluster.Now }, Scenario = scenario };

    private static SimulationResult Run(TestCluster cluster, SimulationScenario scenario) =>
        Simulation.Run(cluster.Document(), Options(scenario));

    private static string Text(SimulationResult result) =>
        SimulationText.Of(result, new SimulationTextOptions { Now = TestCluster.Now });

    private static XElement NodeState(CibDocument document, string name) =>
        document.Status!.Elements("node_state").Single(s => s.Value("uname") == name);
}
