namespace Mainstay.Scheduler.Tests;

/// <summary>The worked examples of spec/scheduler-placement.md section 17 (outputs of the reference), and rules near them.</summary>
public sealed class PlacementTests
{
    private static TestCluster Three() => new(3);

    [Fact]
    public void E1_A_dependents_wish_reaches_its_primary_in_full_for_a_mandatory_colocation()
    {
        var cluster = Three().Primitive("a").Primitive("b").Colocation("b", "a", "INFINITY").Location("b", "n2", "33")
            .Location("a", "n3", "20");
        Assert.Equal("0 33 20", cluster.Scores("a"));
        Assert.Equal("-INF 33 -INF", cluster.Scores("b"));
    }

    [Fact]
    public void E1_A_wish_that_rounds_to_nothing_still_counts_one()
    {
        var cluster = Three().Primitive("a").Primitive("b").Colocation("b", "a", "1").Location("b", "n2", "33");
        Assert.Equal("0 1 0", cluster.Scores("a"));
        Assert.Equal("0 34 0", cluster.Scores("b"));
    }

    [Fact]
    public void E1_Factors_multiply_along_a_chain()
    {
        var cluster = Three().Primitive("a").Primitive("b").Primitive("c")
            .Colocation("c", "b", "500000").Colocation("b", "a", "500000").Location("c", "n3", "100").Location("b", "n2", "10");
        Assert.Equal("0 5 25", cluster.Scores("a"));
        Assert.Equal("0 10 500050", cluster.Scores("b"));
        Assert.Equal("0 0 500100", cluster.Scores("c"));
    }

    [Fact]
    public void E2_An_anti_colocation_gives_way_if_the_dependent_prefers_the_node_more()
    {
        var cluster = Three().Primitive("a").Primitive("b").Colocation("b", "a", "-500").Location("a", "n1", "100")
            .Location("b", "n1", "600");
        Assert.Equal("99 0 0", cluster.Scores("a"));
        Assert.Equal("100 0 0", cluster.Scores("b"));
    }

    [Fact]
    public void E3_A_dependent_without_influence_does_not_move_an_active_primary()
    {
        var cluster = Three().Primitive("a").Primitive("b", "critical=false").Colocation("b", "a", "INFINITY")
            .Location("b", "n2", "50").Running("a", "n1").Running("b", "n1");
        Assert.Equal("0 0 0", cluster.Scores("a"));
        Assert.Equal("0 -INF -INF", cluster.Scores("b"));
    }

    [Fact]
    public void E4_A_group_goes_where_its_members_together_want_it()
    {
        var cluster = Three();
        cluster.Resource($"""<group id="g">{cluster.PrimitiveXml("a")}{cluster.PrimitiveXml("b")}{cluster.PrimitiveXml("d")}</group>""")
            .ResourceDefault("resource-stickiness", "100").Running("a", "n1").Running("b", "n1").Running("d", "n1")
            .Location("d", "n2", "250").Location("g", "n3", "10");
        Assert.Equal("0 0 10", cluster.Scores("g", "group"));
        Assert.Equal("300 250 10", cluster.Scores("a"));
        Assert.Equal("200 -INF -INF", cluster.Scores("b"));
        Assert.Equal("100 -INF -INF", cluster.Scores("d"));
    }

    [Fact]
    public void E4_Members_behind_a_stopped_one_cannot_run()
    {
        var cluster = Three();
        cluster.Resource($"""<group id="g">{cluster.PrimitiveXml("a")}{cluster.PrimitiveXml("b", "target-role=Stopped")}{cluster.PrimitiveXml("d")}</group>""");
        Assert.Equal("0 0 0", cluster.Scores("a"));
        Assert.Equal("-INF -INF -INF", cluster.Scores("b"));
        Assert.Equal("-INF -INF -INF", cluster.Scores("d"));
    }

    [Fact]
    public void E5_Into_a_list_that_is_not_empty_only_the_first_of_another_list_is_taken()
    {
        var cluster = Three();
        cluster.Resource($"""<group id="g">{cluster.PrimitiveXml("a")}{cluster.PrimitiveXml("b")}</group>""")
            .Primitive("x").Primitive("y").Colocation("x", "g", "100000").Colocation("y", "g", "200000")
            .Location("x", "n1", "1000").Location("y", "n2", "1000");
        Assert.Equal("100 200 0", cluster.Scores("a"));
        cluster.Primitive("z").Colocation("z", "b", "50000").Location("z", "n3", "1000");
        Assert.Equal("200 0 50", cluster.Scores("a"));
    }

    [Fact]
    public void E7_A_fail_count_at_the_threshold_bans_every_instance_of_an_anonymous_clone()
    {
        var cluster = Three();
        cluster.Resource($"""<clone id="c">{cluster.PrimitiveXml("a", "migration-threshold=3")}</clone>""");
        foreach (var node in cluster.Nodes) node.Record("a", ("start", 0, 0));
        cluster.Node("n2").Attribute("fail-count-a#monitor_10000", "2");
        Assert.DoesNotContain("a:1", cluster.Plan().Changes.Where(c => c.StartsWith("Stop", StringComparison.Ordinal))
            .Select(c => c.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        cluster.Node("n2").Attribute("fail-count-a#start_0", "1");
        Assert.Equal("-INF -INF -INF", cluster.Scores("a:1"));
        Assert.Contains(cluster.Plan().Changes, c => c.StartsWith("Stop ", StringComparison.Ordinal)
            && c.Contains("n2", StringComparison.Ordinal));
    }

    [Fact]
    public void E9_An_offline_node_keeps_its_score_but_is_not_chosen()
    {
        var cluster = Three().Primitive("a");
        cluster.Node("n1").IsOffline = true;
        Assert.Equal("0 0 0", cluster.Scores("a"));
        Assert.Equal("n2", cluster.Plan().State.FindResource("a")!.AssignedNode!.Name);
    }

    [Fact]
    public void E11_A_dependent_of_a_clone_runs_where_an_instance_runs()
    {
        var cluster = Three();
        cluster.Resource($"""<clone id="cl">{cluster.PrimitiveXml("a")}{cluster.Meta("clone-max=2")}</clone>""").Primitive("b")
            .Colocation("b", "cl", "INFINITY").Location("b", "n3", "50");
        Assert.Equal("0 0 50", cluster.Scores("cl", "clone"));
        Assert.Equal("0 0 50", cluster.Scores("a:0"));
        Assert.Equal("0 0 -INF", cluster.Scores("a:1"));
        Assert.Equal("0 -INF 50", cluster.Scores("b"));
    }

    [Fact]
    public void E12_Promotion_adds_attribute_stickiness_and_constraints()
    {
        var cluster = new TestCluster(2);
        cluster.Resource($"""<clone id="c">{cluster.PrimitiveXml("a")}{cluster.Meta("promotable=true")}</clone>""").Location("c", "n2", "7", "Promoted");
        foreach (var node in cluster.Nodes)
        {
            node.Record("a", ("start", 0, 0));
            node.Attribute("master-a", "5");
        }

        var plan = cluster.Plan(scores: true);
        Assert.Contains(new PlacementRecord.Promotion("a:1", "n2", 12), plan.Placement);
        Assert.Contains(new PlacementRecord.Promotion("a:0", "n1", 5), plan.Placement);
        Assert.Contains(plan.Changes, c => c.StartsWith("Promote ", StringComparison.Ordinal)
            && c.Contains("n2", StringComparison.Ordinal));
    }

    [Fact]
    public void E13_A_stopped_primary_does_not_keep_an_optional_dependent_from_running()
    {
        var cluster = Three().Primitive("a", "target-role=Stopped").Primitive("b").Colocation("b", "a", "500");
        Assert.Equal("-INF -INF -INF", cluster.Scores("a"));
        Assert.Equal("0 0 0", cluster.Scores("b"));
    }

    [Fact]
    public void E14_An_unmanaged_resource_stays_whatever_the_scores_say()
    {
        var cluster = Three().Primitive("a", "is-managed=false").Primitive("b").Running("a", "n1").Location("a", "n1", "-INFINITY")
            .Colocation("b", "a", "INFINITY");
        Assert.Equal("-INF 0 0", cluster.Scores("a"));
        Assert.Equal("n1", cluster.Plan().State.FindResource("a")!.AssignedNode!.Name);
        Assert.Equal("0 -INF -INF", cluster.Scores("b"));
    }

    [Fact]
    public void E19_Node_health_adds_base_and_colours()
    {
        var cluster = new TestCluster(2).Option("node-health-strategy", "progressive").Option("node-health-base", "10")
            .Option("node-health-yellow", "-5").Primitive("a");
        cluster.Node("n1").Attribute("#health-cpu", "yellow");
        cluster.Node("n1").Attribute("#health-disk", "green");
        Assert.Equal("5 10", cluster.Scores("a"));
    }

    [Theory]
    [InlineData("utilization", "n1 n2 n3")]
    [InlineData("minimal", "n1 n1 n3")]
    [InlineData("balanced", "n1 n3 -")]
    public void E18_Placement_strategies_differ_in_the_order_of_nodes(string strategy, string expected)
    {
        var cluster = new TestCluster(3).Option("placement-strategy", strategy);
        foreach (var (id, need) in new[] { ("a", 2), ("b", 2), ("c", 3) })
        {
            cluster.Resource($"""
                <primitive id="{id}" class="ocf" provider="heartbeat" type="Dummy"><utilization id="u-{id}"><nvpair id="u-{id}-cpu" name="cpu" value="{need}"/></utilization></primitive>
                """);
        }

        var document = cluster.Document();
        int[] capacities = [4, 2, 3];
        int index = 0;
        foreach (var node in document.Section("nodes")!.Elements("node"))
        {
            int capacity = capacities[index++];
            node.Add(System.Xml.Linq.XElement.Parse($"""<utilization id="u-n{index}"><nvpair id="u-n{index}-cpu" name="cpu" value="{capacity}"/></utilization>"""));
        }

        var plan = Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now });
        Assert.Equal(expected, string.Join(' ', plan.State.Resources.Select(r => r.AssignedNode?.Name ?? "-")));
    }
}
