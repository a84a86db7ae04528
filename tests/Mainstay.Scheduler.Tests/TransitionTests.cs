namespace Mainstay.Scheduler.Tests;

/// <summary>Which actions follow, and in which order (spec/scheduler-actions.md and spec/scheduler-ordering.md).</summary>
public sealed class TransitionTests
{
    private static string Words(string change) => string.Join(' ', change.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static List<string> Changes(TestCluster cluster) => cluster.Plan().Changes.Select(Words).ToList();

    [Fact]
    public void An_unknown_resource_is_probed_everywhere_before_it_is_started()
    {
        var graph = new TestCluster(2).Primitive("a").Plan().Graph;
        var start = Assert.Single(graph.Synapses, s => s.Actions[0].Task == "start");
        var probes = graph.Synapses.Where(s => s.Actions[0].Task == "monitor").ToList();
        Assert.Equal(["n1", "n2"], probes.Select(s => s.Actions[0].NodeName).Order(StringComparer.Ordinal));
        Assert.All(probes, s => Assert.Equal(7, s.Actions[0].TargetResult));
        Assert.Equal(probes.Select(s => s.Actions[0].Id).Order(), start.Inputs.Where(id => probes.Exists(p => p.Actions[0].Id == id)));
    }

    [Fact]
    public void A_mandatory_order_stops_the_second_with_the_first_but_an_optional_one_does_not()
    {
        TestCluster Cluster(string kind) => new TestCluster(1).Primitive("a", "target-role=Stopped").Primitive("b")
            .Running("a", "n1").Running("b", "n1").Order("a", "b", kind);
        Assert.Equal(["Stop a ( n1 ) due to node availability", "Stop b ( n1 ) due to required a start"], Changes(Cluster("")));
        Assert.Equal(["Stop a ( n1 ) due to node availability"], Changes(Cluster("kind=\"Optional\"")));
    }

    [Fact]
    public void Stops_run_in_the_reverse_order_of_starts()
    {
        var plan = new TestCluster(2).Primitive("a").Primitive("b").Running("a", "n1").Running("b", "n1").Order("a", "b")
            .Location("a", "n2", "INFINITY").Location("b", "n2", "INFINITY").Plan();
        Assert.True(GraphOrder.Precedes(plan.Graph, "b_stop_0", "a_stop_0"));
        Assert.True(GraphOrder.Precedes(plan.Graph, "a_stop_0", "a_start_0"));
        Assert.True(GraphOrder.Precedes(plan.Graph, "a_start_0", "b_start_0"));
    }

    [Fact]
    public void A_failed_member_of_a_group_restarts_those_behind_it_only()
    {
        var cluster = new TestCluster(1);
        cluster.Resource($"""<group id="g">{cluster.PrimitiveXml("a")}{cluster.PrimitiveXml("b")}{cluster.PrimitiveXml("d")}</group>""")
            .Running("a", "n1").Running("b", "n1").Running("d", "n1");
        cluster.Node("n1").Record("b", ("monitor", 1, 0));
        Assert.Equal(["Recover b ( n1 )", "Restart d ( n1 ) due to required b start"], Changes(cluster));
    }

    [Fact]
    public void Without_quorum_nothing_starts_and_what_runs_stops()
    {
        var cluster = new TestCluster(2).Primitive("a").Primitive("b").Running("a", "n1").Inactive("b");
        cluster.Quorum = false;
        Assert.Equal(["Stop a ( n1 ) due to no quorum", "Start b ( n2 ) due to no quorum (blocked)"], Changes(cluster));
        Assert.DoesNotContain(cluster.Plan().Graph.Synapses, s => s.Actions[0].Task == "start");
    }

    [Fact]
    public void With_freeze_what_runs_keeps_running()
    {
        var cluster = new TestCluster(2).Option("no-quorum-policy", "freeze").Primitive("a").Primitive("b").Running("a", "n1")
            .Inactive("b");
        cluster.Quorum = false;
        Assert.True(cluster.Plan().Graph.IsEmpty || cluster.Plan().Graph.Synapses.All(s => s.Actions[0].Task is not ("start" or "stop")));
    }

    [Fact]
    public void A_node_in_standby_is_emptied()
    {
        var cluster = new TestCluster(2).Primitive("a").Running("a", "n1");
        cluster.Node("n1").Attribute("standby", "true");
        Assert.Equal(["Move a ( n1 -> n2 )"], Changes(cluster));
    }

    [Fact]
    public void A_node_in_maintenance_is_left_alone()
    {
        var cluster = new TestCluster(2).Primitive("a").Primitive("b").Running("a", "n1").Inactive("b");
        cluster.Node("n1").Attribute("maintenance", "true");
        Assert.Equal(["Start b ( n2 )"], Changes(cluster));
    }

    [Fact]
    public void A_node_that_asks_for_shutdown_is_shut_down_after_its_resources_stopped()
    {
        var cluster = new TestCluster(2).Primitive("a").Running("a", "n1");
        cluster.Node("n1").Attribute("shutdown", "1799999999");
        var graph = cluster.Plan().Graph;
        var shutdown = Assert.Single(graph.Synapses, s => s.Actions[0].Task == "do_shutdown").Actions[0];
        Assert.Equal(("n1", "1"), (shutdown.NodeName, Assert.Single(shutdown.Downed)));
        Assert.True(GraphOrder.Precedes(graph, "a_stop_0", shutdown.Key));
    }

    [Fact]
    public void A_lost_node_is_fenced_and_its_resources_recover_afterwards()
    {
        var cluster = new TestCluster(3, fencing: true).Primitive("a").Running("a", "n1").Running("fence", "n2");
        cluster.Node("n1").IsLost = true;
        var plan = cluster.Plan();
        var fence = Assert.Single(plan.Graph.Synapses, s => s.Actions[0].Task == "stonith").Actions[0];
        Assert.Equal(("n1", GraphActionKind.CrmEvent, "reboot"), (fence.NodeName, fence.Kind, fence.Attribute("CRM_meta_stonith_action")));
        Assert.True(GraphOrder.Precedes(plan.Graph, fence.Key, "a_start_0"));
        Assert.Equal("Fence (reboot) n1 'peer is no longer part of the cluster'", plan.Changes[0]);
    }

    [Fact]
    public void A_failed_stop_leads_to_fencing_or_blocks_without_fencing()
    {
        var fenced = new TestCluster(2, fencing: true).Primitive("a").Running("a", "n1").Running("fence", "n2");
        fenced.Node("n1").Record("a", ("stop", 1, 0));
        Assert.Contains(fenced.Plan().Graph.Synapses, s => s.Actions[0] is { Task: "stonith", NodeName: "n1" });

        var blocked = new TestCluster(2).Primitive("a").Running("a", "n1");
        blocked.Node("n1").Record("a", ("stop", 1, 0));
        var plan = blocked.Plan();
        Assert.True(plan.State.FindResource("a")!.IsBlocked);
        Assert.DoesNotContain(plan.Graph.Synapses, s => s.Actions[0].Task is "start" or "stop");
    }

    [Fact]
    public void A_fatal_start_failure_moves_the_resource_to_another_node()
    {
        var cluster = new TestCluster(2).Primitive("a").Inactive("a");
        cluster.Node("n1").Record("a", ("start", 1, 0));
        cluster.Node("n1").Attribute("fail-count-a#start_0", "INFINITY");
        cluster.Node("n1").Attribute("last-failure-a#start_0", "1799990000");
        Assert.Equal(["Recover a ( n1 -> n2 )"], Changes(cluster));
    }

    [Fact]
    public void A_failure_that_timed_out_is_cleared_and_tells_when_to_look_again()
    {
        TestCluster Cluster(string timeout)
        {
            var cluster = new TestCluster(1).Primitive("a", "failure-timeout=" + timeout).Running("a", "n1");
            cluster.Node("n1").Record("a", ("monitor", 1, 0));
            cluster.Node("n1").Attribute("fail-count-a#monitor_0", "1");
            cluster.Node("n1").Attribute("last-failure-a#monitor_0", "1799990000");
            return cluster;
        }

        Assert.Contains(Cluster("60s").Plan().Graph.Synapses, s => s.Actions[0].Task == "clear_failcount");
        var later = Cluster("20000s").Plan();
        Assert.DoesNotContain(later.Graph.Synapses, s => s.Actions[0].Task == "clear_failcount");
        Assert.Equal(1_800_010_001, later.Graph.RecheckBy);
    }

    [Fact]
    public void Changed_parameters_restart_the_resource()
    {
        var cluster = new TestCluster(1).Resource("""
            <primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><instance_attributes id="p"><nvpair id="p1" name="fake" value="new"/></instance_attributes></primitive>
            """).Running("a", "n1");
        Assert.Equal(["Restart a ( n1 ) due to resource definition change"], Changes(cluster));
    }

    [Fact]
    public void A_resource_that_is_not_configured_any_more_is_stopped_and_forgotten()
    {
        var cluster = new TestCluster(2).Primitive("a").Running("a", "n2").Running("gone", "n1");
        var plan = cluster.Plan();
        Assert.Equal(["Stop gone ( n1 ) due to node availability"], plan.Changes.Select(Words));
        Assert.True(plan.State.FindResource("gone")!.IsRemoved);
        Assert.Contains(plan.Graph.Synapses, s => s.Actions[0] is { Task: "delete", NodeName: "n1" });
    }
}

/// <summary>Questions about the order a graph prescribes.</summary>
internal static class GraphOrder
{
    /// <summary>Whether the first action must be confirmed before the second may be fired.</summary>
    public static bool Precedes(TransitionGraph graph, string firstKey, string thenKey)
    {
        var byId = graph.Synapses.ToDictionary(s => s.Actions[0].Id);
        var stack = new Stack<int>(graph.Synapses.Where(s => s.Actions[0].Key == thenKey).SelectMany(s => s.Inputs));
        var seen = new HashSet<int>();
        while (stack.TryPop(out int id))
        {
            if (!seen.Add(id)) continue;
            if (byId[id].Actions[0].Key == firstKey) return true;
            foreach (int input in byId[id].Inputs) stack.Push(input);
        }

        return false;
    }
}
