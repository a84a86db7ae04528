using Mainstay.Manager.Core.Tests.Harness;

namespace Mainstay.Manager.Core.Tests;

public sealed class FailoverTests
{
    private static SimCluster Start(int nodes, int seed = 1)
    {
        var cluster = new SimCluster(nodes, Configurations.Standard(nodes), seed, new RealPlanner());
        cluster.StartAll();
        return cluster;
    }

    private static void AssertSound(SimCluster cluster)
    {
        cluster.CheckReplicas();
        Assert.True(cluster.Violations.Count == 0, cluster.Tail());
    }

    [Fact]
    public void A_single_node_starts_its_resources_without_waiting()
    {
        var cluster = Start(1);
        cluster.RunUntilIdle();
        Assert.Equal(["node1"], cluster.Where("web"));
        Assert.Equal(["node1"], cluster.Where("db"));
        Assert.True(cluster.Now < 1000, $"took {cluster.Now} ms");
        AssertSound(cluster);
    }

    [Fact]
    public void Three_nodes_start_a_group_in_order_on_one_node()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var where = Assert.Single(cluster.Where("web"));
        Assert.Equal([where], cluster.Where("ip"));
        var history = cluster.Nodes.Single(node => node.Name == where).Agents.History;
        Assert.True(history.IndexOf("start ip") < history.IndexOf("start web"));
        Assert.True(cluster.Now < 1000, $"took {cluster.Now} ms");
        Assert.All(cluster.Nodes, node => Assert.Equal("node1", node.Core.GetStatus().Coordinator));
        AssertSound(cluster);
    }

    [Fact]
    public void A_lost_node_is_fenced_before_its_resources_start_elsewhere()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var victim = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        victim.RestartsAfterFencing = false;
        victim.PowerOff();
        var lost = cluster.Now;
        cluster.RunUntil(() => cluster.Nodes.Exists(node => node != victim && node.Agents.IsActive("web")), "web runs elsewhere");
        Assert.True(cluster.Now - lost < 500, $"took {cluster.Now - lost} ms");
        Assert.Contains(cluster.Log, line => line.Contains($"DEVICE fence reboot {victim.Name}", StringComparison.Ordinal));
        cluster.RunUntilIdle();
        AssertSound(cluster);
    }

    [Fact]
    public void A_partitioned_node_keeps_its_resources_until_it_is_fenced()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var victim = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        cluster.Ring.Reconfigure(node => node == victim ? 1 : 0);
        cluster.RunUntil(() => cluster.Nodes.Exists(node => node != victim && node.Agents.IsActive("web")), "web runs elsewhere");
        cluster.RunFor(3000);
        AssertSound(cluster);
    }

    [Fact]
    public void Without_quorum_everything_stops_and_nobody_is_fenced()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        cluster.Ring.Reconfigure(node => (int)node.Id);
        cluster.RunFor(5000);
        Assert.Empty(cluster.Where("web"));
        Assert.Empty(cluster.Where("db"));
        Assert.DoesNotContain(cluster.Log, line => line.Contains("DEVICE", StringComparison.Ordinal));
        cluster.Ring.Reconfigure(_ => 0);
        cluster.RunUntil(() => cluster.Where("web").Count == 1, "web runs again");
        cluster.RunUntilIdle();
        AssertSound(cluster);
    }

    [Fact]
    public void Losing_the_coordinator_in_the_middle_of_a_transition_costs_only_what_ran_on_it()
    {
        var cluster = Start(3);
        cluster.Nodes.ForEach(node => node.Agents.DurationMs = 300);
        cluster.RunUntil(() => cluster.Nodes.Exists(node => node.IsRunning && node.Core.State?.Data.InFlight.Count > 0), "actions are in flight");
        cluster.RunFor(100);
        cluster[1].RestartsAfterFencing = false;
        cluster[1].PowerOff();
        cluster.RunUntilIdle();
        Assert.Single(cluster.Where("web"));
        Assert.Equal("node2", cluster[2].Core.GetStatus().Coordinator);
        Assert.Equal("node2", cluster[3].Core.GetStatus().Coordinator);
        AssertSound(cluster);
    }

    [Fact]
    public void A_failed_monitor_restarts_the_resource_and_is_counted()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("db"));
        node.Agents.Crash("db");
        cluster.RunUntil(() => cluster.Where("db").Count == 0, "db is down");
        cluster.RunUntil(() => cluster.Where("db").Count == 1, "db runs again");
        cluster.RunUntilIdle();
        var failures = node.Core.GetAttributes().Single(attribute => attribute.Name == "fail-count-db#monitor_2000");
        Assert.Equal("1", failures.Value);
        Assert.Equal(node.Name, failures.Node);
        Assert.Contains("stop db", node.Agents.History);
        AssertSound(cluster);
    }

    [Fact]
    public void A_start_that_fails_bans_the_node_and_cleanup_brings_it_back()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("db"));
        node.Agents.FailAlways["db_start"] = 1;
        node.Agents.Crash("db");
        cluster.RunUntil(() => cluster.Nodes.Exists(other => other != node && other.Agents.IsActive("db")), "db runs elsewhere");
        cluster.RunUntilIdle();
        var failures = cluster[3].Core.GetAttributes().Single(attribute => attribute.Name == "fail-count-db#start_0");
        Assert.Equal(("INFINITY", node.Name), (failures.Value, failures.Node));
        node.Agents.FailAlways.Clear();
        var id = cluster[3].Request(request => new CleanUp(request, "db", Node: null, Operation: null, IntervalMs: null, IsRefresh: false));
        cluster.RunUntil(() => cluster[3].Answers.ContainsKey(id), "cleanup is answered");
        Assert.Equal([("db", node.Name)], Assert.IsType<CleanedUp>(cluster[3].Answers[id]).Items);
        cluster.RunUntilIdle();
        Assert.DoesNotContain(cluster[2].Core.GetAttributes(), attribute => attribute.Name.StartsWith("fail-count-db", StringComparison.Ordinal));
        AssertSound(cluster);
    }

    [Fact]
    public void A_failed_stop_gets_the_node_fenced()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("db"));
        node.Agents.FailAlways["db_stop"] = 1;
        node.Agents.Crash("db");
        cluster.RunUntil(() => cluster.Log.Exists(line => line.Contains($"DEVICE fence reboot {node.Name}", StringComparison.Ordinal)), "the node is fenced");
        node.Agents.FailAlways.Clear();
        cluster.RunUntil(() => cluster.Where("db").Count == 1, "db runs elsewhere");
        AssertSound(cluster);
    }

    [Fact]
    public void A_node_that_shuts_down_in_order_moves_its_resources_first_and_is_not_fenced()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        _ = node.Request(id => new ShutDown(id));
        cluster.RunUntil(() => !node.IsRunning, "the manager has ended");
        Assert.Equal(0, node.ExitCode);
        Assert.False(node.Agents.IsActive("web"));
        cluster.RunUntilIdle();
        Assert.Single(cluster.Where("web"));
        Assert.DoesNotContain(cluster.Log, line => line.Contains("DEVICE", StringComparison.Ordinal));
        AssertSound(cluster);
    }

    [Fact]
    public void All_nodes_may_shut_down_at_once_without_fencing()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        foreach (var node in cluster.Nodes) _ = node.Request(id => new ShutDown(id));
        cluster.RunUntil(() => cluster.Nodes.TrueForAll(node => !node.IsRunning), "all managers have ended");
        Assert.All(cluster.Nodes, node => Assert.Equal(0, node.ExitCode));
        Assert.Empty(cluster.Where("web"));
        Assert.DoesNotContain(cluster.Log, line => line.Contains("DEVICE", StringComparison.Ordinal));
        AssertSound(cluster);
    }

    [Fact]
    public void A_killed_manager_that_returns_is_not_fenced_and_probes_what_runs()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        node.KillManager();
        cluster.RunFor(1000);
        node.StartManager();
        cluster.RunUntilIdle();
        Assert.Equal([node.Name], cluster.Where("web"));
        Assert.DoesNotContain(cluster.Log, line => line.Contains("DEVICE", StringComparison.Ordinal));
        AssertSound(cluster);
    }

    [Fact]
    public void A_killed_manager_that_stays_away_gets_its_node_fenced()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        node.KillManager();
        cluster.RunUntil(() => cluster.Log.Exists(line => line.Contains($"DEVICE fence reboot {node.Name}", StringComparison.Ordinal)), "the node is fenced");
        cluster.RunUntil(() => cluster.Where("web").Count == 1, "web runs elsewhere");
        AssertSound(cluster);
    }

    [Fact]
    public void Nothing_is_recovered_while_fencing_fails_and_a_person_may_confirm()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var victim = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        cluster.Nodes.ForEach(node => node.IsFencingBroken = true);
        victim.RestartsAfterFencing = false;
        victim.PowerOff();
        cluster.RunFor(10_000);
        Assert.Empty(cluster.Where("web"));
        var other = cluster.Nodes.First(node => node != victim);
        var refused = other.Request(id => new ConfirmFenced(id, victim.Name, Force: false, "test"));
        Assert.Equal(AnswerCodes.Unsafe, Assert.IsType<Refused>(other.Answers[refused]).Code);
        var live = other.Request(id => new ConfirmFenced(id, other.Name, Force: true, "test"));
        cluster.RunFor(100);
        Assert.Equal(AnswerCodes.Unsafe, Assert.IsType<Refused>(other.Answers[live]).Code);
        var confirmed = other.Request(id => new ConfirmFenced(id, victim.Name, Force: true, "test"));
        cluster.RunUntil(() => cluster.Where("web").Count == 1, "web runs after the confirmation");
        Assert.Equal("a human", Assert.IsType<FencingEnded>(other.Answers[confirmed]).Entry.Delegate);
        cluster.RunUntilIdle();
        AssertSound(cluster);
    }

    [Fact]
    public void An_attribute_change_makes_a_new_plan()
    {
        var cluster = Start(3);
        cluster.RunUntilIdle();
        var node = cluster.Nodes.Single(node => node.Agents.IsActive("web"));
        var id = cluster[2].Request(request => new SetAttribute(request, new AttributeChange { Name = "standby", Node = node.Name, Value = "true" }, null));
        cluster.RunUntil(() => cluster[2].Answers.ContainsKey(id), "the attribute is set");
        cluster.RunUntilIdle();
        Assert.False(node.Agents.IsActive("web"));
        Assert.Single(cluster.Where("web"));
        AssertSound(cluster);
    }
}
