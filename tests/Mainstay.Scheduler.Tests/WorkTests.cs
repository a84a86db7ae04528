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

    public enum Link
    {
        WithPrevious,
        WithNext,
        WithPreviousIfPossible,
        AfterPrevious,
        AfterNext,
        WithAndAfterPrevious,
        WithPreviousAfterNext,
    }

    public static TheoryData<Link, bool> Links()
    {
        var data = new TheoryData<Link, bool>();
        foreach (var link in Enum.GetValues<Link>())
        {
            data.Add(link, false);
            data.Add(link, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Work_grows_like_the_length_of_a_chain(Link link, bool isRunning)
    {
        const int Length = 60;
        double small = Chain(Length, link, isRunning).Plan().State.Work.Total;
        double large = Chain(4 * Length, link, isRunning).Plan().State.Work.Total;
        Assert.InRange(large / small, 2, 4 * GrowthMax);
    }

    [Theory]
    [InlineData(Link.WithPrevious, false)]
    [InlineData(Link.WithNext, false)]
    [InlineData(Link.WithPreviousIfPossible, false)]
    [InlineData(Link.WithAndAfterPrevious, true)]
    [InlineData(Link.WithPreviousAfterNext, false)]
    public void A_chain_of_ten_thousand_needs_no_deep_stack(Link link, bool isBlocked)
    {
        const int Length = 10_000;
        var cluster = Chain(Length, link, isRunning: false);
        if (isBlocked) cluster.Location("r0", "n1", "-INFINITY").Location("r0", "n2", "-INFINITY");
        var document = cluster.Document();
        Plan? plan = null;

        // As small as the stacks of a pool's threads.
        var thread = new Thread(() => plan = Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now }), 1 << 20);
        thread.Start();
        thread.Join();
        int running = plan!.State.Resources.Count(r => r.AssignedNode is not null);
        Assert.Equal(isBlocked ? 0 : Length, running);
        Assert.InRange(plan.State.Work.Total, Length, 100 * Length);
    }

    private static TestCluster Chain(int length, Link link, bool isRunning)
    {
        var cluster = new TestCluster(2);
        for (int i = 0; i < length; i++)
        {
            cluster.Primitive($"r{i}");
            if (isRunning) cluster.Running($"r{i}", "n1");
        }

        for (int i = 1; i < length; i++) Tie(cluster, link, $"r{i}", $"r{i - 1}");
        return cluster;
    }

    private static void Tie(TestCluster cluster, Link link, string resource, string previous)
    {
        if (link == Link.WithNext) cluster.Colocation(previous, resource, "INFINITY");
        else if (link == Link.WithPreviousIfPossible) cluster.Colocation(resource, previous, "100");
        else if (link is not (Link.AfterPrevious or Link.AfterNext)) cluster.Colocation(resource, previous, "INFINITY");
        if (link is Link.AfterPrevious or Link.WithAndAfterPrevious) cluster.Order(previous, resource);
        if (link is Link.AfterNext or Link.WithPreviousAfterNext) cluster.Order(resource, previous);
    }

    [Fact]
    public void A_probe_more_takes_little_memory()
    {
        const int Nodes = 20;
        const int Resources = 50;
        long few = Allocated(Nodes, Resources);
        long many = Allocated(2 * Nodes, Resources);

        // The action, its places in lists, and the scores of the resource on the node; compiling while running may add a little.
        Assert.InRange((many - few) / (Nodes * Resources), 100, 400);
    }

    private static long Allocated(int nodes, int resources)
    {
        var cluster = new TestCluster(nodes);
        for (int i = 0; i < resources; i++) cluster.Primitive($"r{i}");
        var document = cluster.Document();
        var options = new PlannerOptions { Now = TestCluster.Now };
        Planner.Plan(document, options);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Planner.Plan(document, options);
        return GC.GetAllocatedBytesForCurrentThread() - before;
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
