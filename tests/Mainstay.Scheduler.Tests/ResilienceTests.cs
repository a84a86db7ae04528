namespace Mainstay.Scheduler.Tests;

public sealed class ResilienceTests
{
    private static ResilienceCheck Check(TestCluster cluster, QuorumAssumption quorum = QuorumAssumption.Majority) =>
        new(cluster.Document(), new PlannerOptions { Now = TestCluster.Now }, quorum);

    private static string Fence(string id, string hosts) => $"""
        <primitive id="{id}" class="stonith" type="fence_test"><instance_attributes id="{id}-i">
          <nvpair id="{id}-h" name="pcmk_host_list" value="{hosts}"/></instance_attributes></primitive>
        """;

    private static string Sized(string id, int memory) => $"""
        <primitive id="{id}" class="ocf" provider="heartbeat" type="Dummy">
          <utilization id="{id}-u"><nvpair id="{id}-um" name="memory" value="{memory}"/></utilization></primitive>
        """;

    [Fact]
    public void A_service_that_another_node_takes_over_is_no_loss()
    {
        var check = Check(new TestCluster(3, fencing: true).Primitive("web"));

        var outcomes = check.Nodes.Select(n => check.Evaluate([n])).ToList();

        Assert.Equal(["n1", "n2", "n3"], check.Nodes);
        Assert.All(outcomes, o => Assert.True(o.IsHarmless));
        Assert.Equal(1, outcomes.Sum(o => o.Recovered));
    }

    [Fact]
    public void A_service_that_constraints_hold_to_the_lost_node_is_lost_and_the_constraints_are_named()
    {
        var cluster = new TestCluster(3, fencing: true).Primitive("web").Location("web", "n1", "100");
        cluster.Constraint("""<rsc_location id="not-n2" rsc="web" node="n2" score="-INFINITY"/>""");
        cluster.Constraint("""<rsc_location id="not-n3" rsc="web" node="n3" score="-INFINITY"/>""");

        var loss = Assert.Single(Check(cluster).Evaluate(["n1"]).Services);

        Assert.Equal(("web", ServiceLoss.Stopped, LossCause.Forbidden), (loss.Resource, loss.Loss, loss.Cause));
        Assert.Contains("n2: constraint not-n2", loss.Reason, StringComparison.Ordinal);
        Assert.Contains("n3: constraint not-n3", loss.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_runs_with_a_lost_one_names_it()
    {
        var cluster = new TestCluster(2, fencing: true).Primitive("db").Primitive("app");
        cluster.Constraint("""<rsc_colocation id="app-with-db" rsc="app" with-rsc="db" score="INFINITY"/>""");
        cluster.Constraint("""<rsc_location id="db-not-n2" rsc="db" node="n2" score="-INFINITY"/>""");

        var outcome = Check(cluster).Evaluate(["n1"]);

        Assert.Equal(["db", "app"], outcome.Services.Select(s => s.Resource));
        Assert.Equal(LossCause.Dependency, outcome.Services[1].Cause);
        Assert.Contains("app-with-db", outcome.Services[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_quorum_is_told_before_anything_else()
    {
        var check = Check(new TestCluster(3, fencing: true).Primitive("web"));

        Assert.Equal(LossCause.NoQuorum, Assert.Single(check.Evaluate(["n1", "n2"]).Services).Cause);
        Assert.True(Check(new TestCluster(3, fencing: true).Primitive("web"), QuorumAssumption.Kept).Evaluate(["n1", "n2"]).IsHarmless);
    }

    [Fact]
    public void One_of_two_nodes_keeps_quorum() =>
        Assert.True(Check(new TestCluster(2, fencing: true).Primitive("web")).Evaluate(["n1"]).IsHarmless);

    [Fact]
    public void Without_a_fence_device_nothing_of_the_lost_node_is_recovered()
    {
        var cluster = new TestCluster(3, fencing: true, withDevice: false).Primitive("web").Running("web", "n1");

        // The scheduler manages nothing where fencing is wanted and impossible.
        var loss = Assert.Single(Check(cluster).Evaluate(["n1"]).Services);
        Assert.Equal(LossCause.FencingImpossible, loss.Cause);
        Assert.Contains("no fence device is configured", loss.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_no_node_has_room_for_is_told_with_the_amounts()
    {
        var cluster = new TestCluster(2, fencing: true).Option("placement-strategy", "utilization")
            .Resource(Sized("big", 3)).Resource(Sized("huge", 3));
        foreach (var node in cluster.Nodes) node.Capacity("memory", 4);

        var check = Check(cluster);
        var loss = Assert.Single(check.Evaluate(["n1"]).Services);

        Assert.Equal(LossCause.Capacity, loss.Cause);
        Assert.Contains("needs 3 memory", loss.Reason, StringComparison.Ordinal);
        Assert.Contains("the most: 1 on n2", loss.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_carries_too_much_is_reported_where_capacities_are_no_limits()
    {
        var cluster = new TestCluster(2, fencing: true).Resource(Sized("big", 3)).Resource(Sized("huge", 3));
        foreach (var node in cluster.Nodes) node.Capacity("memory", 4);

        var outcome = Check(cluster).Evaluate(["n1"]);

        Assert.Empty(outcome.Services);
        Assert.Equal(new NodeOverflow("n2", "memory", 4, 6), Assert.Single(outcome.Overflows));
        Assert.False(outcome.IsHarmless);
    }

    [Fact]
    public void A_fence_device_that_only_the_lost_node_may_run_leaves_nodes_uncovered()
    {
        var cluster = new TestCluster(3, fencing: true, withDevice: false).Resource(Fence("f12", "n1 n2")).Resource(Fence("f3", "n3"));
        foreach (var node in new[] { "n2", "n3" }) cluster.Location("f3", node, "-INFINITY");

        var outcome = Check(cluster).Evaluate(["n1"]);

        Assert.Equal(["f3", null], outcome.FencingGaps.Select(g => g.Device));
        Assert.Equal("n3", outcome.FencingGaps[1].Node);
        Assert.True(Check(cluster).Evaluate(["n2"]).IsHarmless);
    }

    [Fact]
    public void Fewer_instances_of_a_clone_are_no_loss_while_each_node_that_is_left_runs_one()
    {
        var cluster = new TestCluster(3, fencing: true);
        cluster.Resource($"""<clone id="agents">{cluster.PrimitiveXml("agent")}</clone>""");

        Assert.True(Check(cluster).Evaluate(["n2"]).IsHarmless);
    }

    [Fact]
    public void Gaps_that_are_there_without_a_loss_are_told_once_and_not_per_scenario()
    {
        var cluster = new TestCluster(3, fencing: true, withDevice: false).Resource(Fence("f12", "n1 n2"));

        var check = Check(cluster);

        Assert.Equal("n3", Assert.Single(check.FencingGapsBefore).Node);
        Assert.Empty(check.Evaluate(["n1"]).FencingGaps);
    }

    private const string Guest = """
        <primitive id="vm" class="ocf" provider="heartbeat" type="VirtualDomain"><meta_attributes id="vm-m">
          <nvpair id="vm-r" name="remote-node" value="g1"/></meta_attributes></primitive>
        """;

    private const string Remote = """<primitive id="r1" class="ocf" provider="pacemaker" type="remote"/>""";

    [Theory]
    [InlineData("g1", Guest)]
    [InlineData("r1", Remote)]
    public void A_service_that_only_a_remote_or_guest_node_may_run_is_lost_with_it(string node, string carrier)
    {
        var cluster = new TestCluster(2, fencing: true).Resource(carrier).Primitive("web");
        cluster.Location("web", "n1", "-INFINITY").Location("web", "n2", "-INFINITY");

        var check = Check(cluster);
        var outcome = check.Evaluate([node]);

        Assert.Equal(new[] { "n1", "n2", node }.Order(StringComparer.Ordinal), check.Nodes);
        Assert.Equal("web", Assert.Single(outcome.Services).Resource);
        Assert.True(outcome.HasQuorum);
        Assert.Empty(outcome.Unsettled);
    }

    [Fact]
    public void A_service_of_a_lost_remote_node_is_taken_over_where_another_may_run_it()
    {
        var cluster = new TestCluster(2, fencing: true).Resource(Remote).Primitive("web").Location("web", "r1", "100");

        var outcome = Check(cluster).Evaluate(["r1"]);

        Assert.True(outcome.IsHarmless);
        Assert.Equal(1, outcome.Recovered);
    }
}
