using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Scheduler.Tests.Properties;

namespace Mainstay.Scheduler.Tests;

/// <summary>What must hold for every cluster, tried on many small ones made from numbered seeds.</summary>
public sealed class PropertyTests
{
    private const int SeedCount = 150;

    private static IEnumerable<uint> Seeds => Enumerable.Range(1, SeedCount).Select(i => (uint)i);

    [Fact]
    public void The_same_input_gives_the_same_plan_to_the_last_byte()
    {
        foreach (uint seed in Seeds)
        {
            var first = RandomCluster.Build(seed).Plan(scores: true);
            var second = RandomCluster.Build(seed).Plan(scores: true);
            Assert.Equal(TransitionGraphXml.ToText(first.Graph), TransitionGraphXml.ToText(second.Graph));
            Assert.Equal(first.Placement, second.Placement);
            Assert.Equal(first.Changes, second.Changes);
        }
    }

    [Fact]
    public void The_order_of_nodes_in_the_document_does_not_matter()
    {
        foreach (uint seed in Seeds)
        {
            var cluster = RandomCluster.Build(seed, withClones: false);
            string before = TransitionGraphXml.ToText(cluster.Plan().Graph);
            cluster.ReverseNodes();
            var after = cluster.Plan().Graph;
            Assert.Equal(Decisions(before), Decisions(TransitionGraphXml.ToText(after)));
        }
    }

    [Fact]
    public void Planning_changes_nothing_in_the_document()
    {
        foreach (uint seed in Seeds.Take(40))
        {
            var document = RandomCluster.Build(seed).Document();
            var copy = document.Clone();
            Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now });
            Assert.True(document.ContentEquals(copy), $"seed {seed}");
        }
    }

    [Fact]
    public void Every_input_is_an_action_of_the_graph_and_the_graph_has_no_loop()
    {
        foreach (uint seed in Seeds)
        {
            var graph = RandomCluster.Build(seed).Plan().Graph;
            var left = graph.Synapses.ToDictionary(s => s.Actions[0].Id);
            var done = new HashSet<int>();
            Assert.All(graph.Synapses, s => Assert.All(s.Inputs, id => Assert.True(left.ContainsKey(id), $"seed {seed}: input {id}")));
            while (left.Count > 0)
            {
                var ready = left.Values.Where(s => s.Inputs.All(done.Contains)).Select(s => s.Actions[0].Id).ToList();
                Assert.True(ready.Count > 0, $"seed {seed}: a loop among {string.Join(", ", left.Values.Select(s => s.Actions[0].Key))}");
                foreach (int id in ready)
                {
                    done.Add(id);
                    left.Remove(id);
                }
            }
        }
    }

    [Fact]
    public void Once_carried_out_a_plan_leaves_nothing_to_do()
    {
        foreach (uint seed in Seeds)
        {
            var document = RandomCluster.Build(seed, withLostNode: false).Document();
            for (int round = 0; round < 4; round++)
            {
                var plan = Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now });
                if (plan.Graph.IsEmpty) break;
                Assert.True(round < 3, $"seed {seed}: still to do after three transitions: {string.Join("; ", plan.Changes)}");
                document = Executed(document, plan);
            }
        }
    }

    [Fact]
    public void Nothing_recovers_from_a_lost_node_before_it_is_fenced()
    {
        int recoveries = 0;
        foreach (uint seed in Seeds)
        {
            var cluster = RandomCluster.Build(seed, withLostNode: true);
            var plan = cluster.Plan();
            var lost = plan.State.Nodes.Where(n => n.Unclean).ToList();
            foreach (var start in plan.Graph.Synapses.Select(s => s.Actions[0])
                .Where(a => a is { Task: "start", Kind: GraphActionKind.ResourceOperation }))
            {
                var resource = plan.State.FindResource(start.InternalKey?[..^"_start_0".Length] ?? start.Key[..^"_start_0".Length]);
                if (resource is null) continue;
                foreach (var node in resource.ActiveNodes.Where(lost.Contains))
                {
                    recoveries++;
                    Assert.True(
                        GraphOrder.Precedes(plan.Graph, $"stonith-{node.Name}-reboot", start.Key),
                            $"seed {seed}: {start.Key} does not wait for fencing of {node.Name}");
                }
            }
        }

        Assert.True(recoveries > 50, $"only {recoveries} recoveries were seen");
    }

    [Fact]
    public void Mandatory_colocations_hold_between_what_runs()
    {
        foreach (uint seed in Seeds)
        {
            var cluster = RandomCluster.Build(seed);
            var state = cluster.Plan().State;
            foreach (var (dependent, primary, isTogether) in RandomCluster.MandatoryPairs(seed))
            {
                var a = state.FindResource(dependent)!.AssignedNode;
                var b = state.FindResource(primary)!.AssignedNode;
                if (a is null) continue;
                if (isTogether) Assert.True(a == b, $"seed {seed}: {dependent} on {a} but {primary} on {b}");
                else Assert.True(a != b, $"seed {seed}: {dependent} and {primary} both on {a}");
            }
        }
    }

    private static List<string> Decisions(string graph) => XDocument.Parse(graph).Root!.Elements("synapse").Elements("action_set")
        .Elements()
        .Select(e => $"{e.Name.LocalName} {(string?)e.Attribute("operation_key")} {(string?)e.Attribute("on_node")}")
        .Order(StringComparer.Ordinal).ToList();

    private static CibDocument Executed(CibDocument document, Plan plan)
    {
        var copy = document.Clone();
        var execution = new SimulatedExecution(copy, plan.State, TestCluster.Now);
        Assert.True(execution.Run(plan.Graph, []));
        return copy;
    }
}

/// <summary>Small clusters made from a number.</summary>
internal static class RandomCluster
{
    public static TestCluster Build(uint seed, bool? withLostNode = null, bool withClones = true)
    {
        var random = new Sequence(seed);
        int nodeCount = 2 + random.Next(3);
        bool isLost = withLostNode ?? random.Next(3) == 0;
        var cluster = new TestCluster(nodeCount, fencing: isLost).ResourceDefault("resource-stickiness", random.Next(2) == 0 ? "0" : "100");
        if (isLost) cluster.Running("fence", "n2");
        int count = 2 + random.Next(4);
        for (int i = 0; i < count; i++)
        {
            string id = $"r{i}";
            cluster.Primitive(id, random.Next(5) == 0 ? ["priority=10"] : []);
            if (random.Next(4) != 0) cluster.Running(id, $"n{1 + random.Next(nodeCount)}");
            if (random.Next(3) == 0) cluster.Location(id, $"n{1 + random.Next(nodeCount)}", $"{random.Next(300) - 100}");
            if (i > 0 && random.Next(3) == 0) cluster.Order($"r{random.Next(i)}", id);
        }

        foreach (var (dependent, primary, isTogether) in MandatoryPairs(seed))
        {
            cluster.Colocation(dependent, primary, isTogether ? "INFINITY" : "-INFINITY");
        }
        if (random.Next(2) == 0)
        {
            cluster.Resource($"""<group id="g">{cluster.PrimitiveXml("m1")}{cluster.PrimitiveXml("m2")}</group>""");
            if (random.Next(2) == 0) cluster.Running("m1", "n1").Running("m2", "n1");
        }

        if (withClones && random.Next(2) == 0)
        {
            cluster.Resource($"""<clone id="k">{cluster.PrimitiveXml("i")}{cluster.Meta(random.Next(2) == 0 ? "interleave=true" : "notify=true")}</clone>""");
            if (random.Next(2) == 0) cluster.Order("k", "r0");
        }

        if (isLost) cluster.Node("n1").IsLost = true;
        return cluster;
    }

    /// <summary>The mandatory colocations of the cluster made from a seed: always a later resource with an earlier one.</summary>
    public static List<(string Dependent, string Primary, bool IsTogether)> MandatoryPairs(uint seed)
    {
        var random = new Sequence(seed ^ 0x5bd1e995);
        return random.Next(3) switch
        {
            0 => [("r1", "r0", true)],
            1 => [("r1", "r0", false)],
            _ => [],
        };
    }
}
