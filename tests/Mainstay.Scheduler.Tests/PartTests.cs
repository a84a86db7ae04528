using System.Xml.Linq;

namespace Mainstay.Scheduler.Tests;

/// <summary>Small parts on their own.</summary>
public sealed class PartTests
{
    [Theory]
    [InlineData(10, 5, 15)]
    [InlineData(1_000_000, -1_000_000, -1_000_000)]
    [InlineData(1_000_000, -5, 1_000_000)]
    [InlineData(999_999, 5, 1_000_000)]
    [InlineData(-999_999, -5, -1_000_000)]
    public void Scores_saturate_and_minus_infinity_wins(int a, int b, int sum)
    {
        Assert.Equal(sum, Scores.Add(a, b));
        Assert.Equal(sum, Scores.Add(b, a));
    }

    [Fact]
    public void The_merge_sort_is_stable_and_splits_in_halves_even_if_the_comparison_is_no_order()
    {
        var items = new[] { "b1", "a1", "b2", "a2", "b3" };
        Assert.Equal(["a1", "a2", "b1", "b2", "b3"], MergeSort.Sort(items, (x, y) => x[0].CompareTo(y[0])));

        // Rock, paper, scissors: nothing but the shape of the algorithm decides.
        static int Beats(string x, string y) => (x, y) is ("r", "s") or ("s", "p") or ("p", "r") ? -1 : x == y ? 0 : 1;
        Assert.Equal(["r", "s", "p"], MergeSort.Sort(["r", "p", "s"], Beats));
    }

    [Theory]
    [InlineData("a:0", "a")]
    [InlineData("a:12", "a")]
    [InlineData("a:b", "a:b")]
    [InlineData("a1", "a1")]
    [InlineData(":1", ":1")]
    public void An_instance_number_is_cut_off_only_where_there_is_one(string id, string expected) =>
        Assert.Equal(expected, ClusterResource.WithoutInstanceNumber(id));

    [Fact]
    public void A_table_tells_a_missing_node_from_one_with_score_0()
    {
        var state = new ClusterState();
        var n1 = state.AddNode("1", "n1", NodeKind.Cluster, 0);
        var n2 = state.AddNode("2", "n2", NodeKind.Cluster, 0);
        var table = new NodeTable(1);
        table.Put(n2, 0, DiscoveryMode.Always);
        Assert.False(table.Contains(n1));
        Assert.True(table.TryScore(n2, out int score) && score == 0);
        var copy = table.Copy();
        copy.AddScore(n2, 7);
        Assert.Equal((0, 7), (table.Score(n2), copy.Score(n2)));
    }

    [Fact]
    public void Nodes_are_kept_in_natural_order()
    {
        var state = new ClusterState();
        foreach (string name in new[] { "node10", "node2", "Alpha", "node1" }) state.AddNode(name, name, NodeKind.Cluster, 0);
        Assert.Equal(["Alpha", "node1", "node2", "node10"], state.Nodes.Select(n => n.Name));
        Assert.Equal("node2", state.FindNode("NODE2")!.Name);
    }

    [Theory]
    [InlineData(Role.Promoted, Role.Stopped, "demote stop")]
    [InlineData(Role.Stopped, Role.Promoted, "start promote")]
    [InlineData(Role.Unpromoted, Role.Promoted, "promote")]
    [InlineData(Role.Started, Role.Stopped, "stop")]
    [InlineData(Role.Stopped, Role.Stopped, "")]
    public void Roles_are_changed_step_by_step(Role from, Role final, string expected)
    {
        var steps = new List<string>();
        var names = new TaskNames();
        while (from != final)
        {
            var next = RoleSteps.Next(from, final);
            steps.Add(names.Name(RoleSteps.Action(from, next)));
            from = next;
        }

        Assert.Equal(expected, string.Join(' ', steps));
    }

    private static HistoryEntry Entry(string id, int call, string? magic = null, long? changed = null, string node = "n1")
    {
        var element = new XElement("lrm_rsc_op", new XAttribute("id", id), new XAttribute("operation", "monitor"),
            new XAttribute("call-id", call), new XAttribute("on_node", node));
        if (magic is not null) element.SetAttributeValue("transition-magic", magic);
        if (changed is not null) element.SetAttributeValue("last-rc-change", changed);
        return new HistoryEntry(Mainstay.Cib.RecordedOperation.Read(element)!, TaskKind.Monitor);
    }

    [Fact]
    public void History_is_sorted_by_call_then_time_and_pending_entries_come_last()
    {
        const string Magic = "0:0;1:5:0:12345678-1234-1234-1234-123456789012";
        Assert.True(HistoryEntry.Compare(Entry("a", 3), Entry("b", 4)) < 0);
        Assert.True(HistoryEntry.Compare(Entry("a", 9, changed: 100), Entry("b", 4, changed: 200, node: "n2")) < 0);
        Assert.Equal(0, HistoryEntry.Compare(Entry("a", 3), Entry("a", 9)));
        Assert.True(HistoryEntry.Compare(Entry("a", 3, Magic), Entry("b", -1, Magic)) < 0);
        Assert.True(HistoryEntry.Compare(Entry("a", -1, Magic), Entry("b", 3, Magic)) > 0);
    }

    [Fact]
    public void Rubbish_in_the_history_is_ignored_not_fatal()
    {
        var cluster = new TestCluster(1).Primitive("a").Running("a", "n1");
        var document = cluster.Document();
        var history = document.Root.Descendants("lrm_resource").First();
        history.Add(
            new XElement("lrm_rsc_op"),
            new XElement("lrm_rsc_op", new XAttribute("id", "x"), new XAttribute("operation", "start"), new XAttribute("rc-code", "many")),
            new XElement("lrm_rsc_op", new XAttribute("id", "y"), new XAttribute("operation", "monitor"), new XAttribute("rc-code", "0"),
                new XAttribute("op-status", "99")),
            new XElement("lrm_rsc_op", new XAttribute("id", "z"), new XAttribute("operation", "migrate_to"),
                new XAttribute("rc-code", "0"), new XAttribute("op-status", "0"), new XAttribute("transition-key", "::::")));
        var state = Planner.ReadState(document, new PlannerOptions { Now = TestCluster.Now });
        Assert.Equal(["n1"], state.FindResource("a")!.ActiveNodes.Select(n => n.Name));
    }

    [Fact]
    public void A_resource_id_that_is_no_pattern_does_not_upset_fail_counts()
    {
        var cluster = new TestCluster(1).Primitive("a").Running("a", "n1").Running("(b", "n1");
        cluster.Node("n1").Attribute("fail-count-a#start_0", "3");
        var state = Planner.ReadState(cluster.Document(), new PlannerOptions { Now = TestCluster.Now });
        Assert.Equal(3, state.FailCount(state.FindResource("a")!, state.FindNode("n1")!));
        Assert.Equal(0, state.FailCount(state.FindResource("(b")!, state.FindNode("n1")!));
    }
}

/// <summary>Factors against the machine's own binary32.</summary>
public sealed class MergeFactorTests
{
    [Fact]
    public void Factors_round_exactly_as_binary32_does()
    {
        uint state = 12345;
        int Next(int below)
        {
            state = unchecked((state * 1664525) + 1013904223);
            return (int)((state >> 8) % (uint)below);
        }

        for (int i = 0; i < 20_000; i++)
        {
            var factor = MergeFactor.One;
            float expected = 1f;
            for (int depth = 1 + Next(4); depth > 0; depth--)
            {
                int score = Next(2_000_001) - 1_000_000;
                factor = factor.Times(score);
                expected = expected * score / 1_000_000f;
            }

            int value = Next(2_000_001) - 1_000_000;
            float product = expected * value;
            int rounded = (int)(product >= 0 ? product + 0.5 : product - 0.5);
            Assert.Equal(rounded, factor.Apply(value));
            Assert.Equal(expected < 0, factor.IsNegative);
        }
    }
}
