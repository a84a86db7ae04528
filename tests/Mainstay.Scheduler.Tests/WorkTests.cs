namespace Mainstay.Scheduler.Tests;

/// <summary>What a plan costs, counted in steps: no clock is asked, so that the numbers are the same everywhere.</summary>
public sealed class WorkTests
{
    // A plan is linear in nodes x resources; what is counted besides (e.g. per resource) makes the factor smaller, hardly ever larger.
    private const double GrowthMax = 1.25;

    public enum Shape
    {
        Primitives,
        Colocated,
        Groups,
        Clones,
    }

    [Theory]
    [InlineData(Shape.Primitives, false)]
    [InlineData(Shape.Primitives, true)]
    [InlineData(Shape.Colocated, false)]
    [InlineData(Shape.Colocated, true)]
    [InlineData(Shape.Groups, false)]
    [InlineData(Shape.Groups, true)]
    [InlineData(Shape.Clones, false)]
    [InlineData(Shape.Clones, true)]
    public void Work_grows_like_nodes_times_resources(Shape shape, bool isRunning)
    {
        const int Nodes = 6;
        const int Resources = 24;
        long small = Work(shape, Nodes, Resources, isRunning);
        long moreResources = Work(shape, Nodes, 2 * Resources, isRunning);
        long moreNodes = Work(shape, 2 * Nodes, Resources, isRunning);
        Assert.InRange((double)moreResources / small, 1.5, 2 * GrowthMax);

        // A clone has an instance per node, so that a resource is more of them; its collective looks at each for each.
        double perNode = shape == Shape.Clones ? 4 : 2;
        Assert.InRange((double)moreNodes / small, 1.0, perNode * GrowthMax);
    }

    [Fact]
    public void A_long_chain_of_orders_does_not_exhaust_the_stack()
    {
        const int Length = 1500;
        var cluster = new TestCluster(1);
        for (int i = 0; i < Length; i++) cluster.Primitive($"r{i}");
        for (int i = 1; i < Length; i++) cluster.Order($"r{i - 1}", $"r{i}");
        cluster.Constraint("<rsc_location id=\"never\" rsc=\"r0\" node=\"n1\" score=\"-INFINITY\"/>");
        var plan = cluster.Plan();
        Assert.DoesNotContain(plan.Graph.Synapses, s => s.Actions[0].Task == "start");
    }

    private static long Work(Shape shape, int nodes, int resources, bool isRunning)
    {
        var cluster = new TestCluster(nodes);
        for (int i = 0; i < resources; i++) Add(cluster, shape, i, $"n{(i % nodes) + 1}", isRunning);
        return cluster.Plan().State.Work.Total;
    }

    private static void Add(TestCluster cluster, Shape shape, int i, string home, bool isRunning)
    {
        string id = $"r{i}";
        switch (shape)
        {
            case Shape.Groups:
                cluster.Resource($"<group id=\"g{i}\">{cluster.PrimitiveXml($"a{i}")}{cluster.PrimitiveXml($"b{i}")}</group>");
                if (isRunning) cluster.Running($"a{i}", home).Running($"b{i}", home);
                return;
            case Shape.Clones:
                cluster.Resource($"<clone id=\"c{i}\">{cluster.PrimitiveXml(id)}</clone>");
                if (!isRunning) return;
                foreach (var node in cluster.Nodes) cluster.Running(id, node.Name);
                return;
            default:
                cluster.Primitive(id);
                if (isRunning) cluster.Running(id, home);
                if (shape == Shape.Colocated && i % 2 == 1)
                {
                    cluster.Colocation(id, $"r{i - 1}", i % 4 == 1 ? "100" : "-100").Order($"r{i - 1}", id);
                }

                return;
        }
    }
}
