using System.Globalization;
using Mainstay.Scheduler.Tests.Properties;

namespace Mainstay.Scheduler.Tests;

/// <summary>
/// What dependents say is summed up and kept (spec/scheduler-placement.md section 8.9): the scores and the plan are those of following
/// every colocation for every primary.
/// </summary>
public sealed class MergeSummaryTests
{
    private const uint Seeds = 400;

    [Fact]
    public void Sums_of_colocations_give_the_scores_of_following_each() => Compare(Random);

    [Fact]
    public void Sums_of_loops_give_the_scores_of_following_each() => Compare(Loop);

    private static void Compare(Func<uint, TestCluster> make)
    {
        for (uint seed = 0; seed < Seeds; seed++)
        {
            var document = make(seed).Document();
            string sums = Text(Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now, RecordScores = true }));
            string steps = Text(Planner.Plan(
                document, new PlannerOptions { Now = TestCluster.Now, RecordScores = true, FollowsAllColocations = true }));
            Assert.True(sums == steps, string.Create(CultureInfo.InvariantCulture, $"seed {seed}: the plans differ"));
        }
    }

    [Fact]
    public void Sums_save_work()
    {
        var document = Chain(200).Document();
        long sums = Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now }).State.Work.Scores;
        long steps = Planner.Plan(document, new PlannerOptions { Now = TestCluster.Now, FollowsAllColocations = true }).State.Work.Scores;
        Assert.True(sums * 10 < steps, string.Create(CultureInfo.InvariantCulture, $"{sums} steps, {steps} without sums"));
    }

    [Fact]
    public void Work_grows_like_the_length_of_a_loop()
    {
        const int Length = 64;
        double small = Plan(Ring(Length)).State.Work.Total;
        double large = Plan(Ring(8 * Length)).State.Work.Total;

        // Each of them is told by all: in sums of halves of the loop, of which there are as many as the length has binary digits.
        Assert.InRange(large / small, 4, 8 * 9 / 6 * 1.25);
    }

    [Fact]
    public void A_loop_of_four_thousand_is_planned_with_little_work()
    {
        const int Length = 4000;
        var plan = Plan(Ring(Length));
        Assert.All(plan.State.Resources, resource => Assert.NotNull(resource.AssignedNode));
        Assert.InRange(plan.State.Work.Total, Length, 500L * Length);
    }

    private static Plan Plan(TestCluster cluster) => Planner.Plan(cluster.Document(), new PlannerOptions { Now = TestCluster.Now });

    private static TestCluster Ring(int length)
    {
        var cluster = new TestCluster(3);
        for (int i = 0; i < length; i++) cluster.Primitive($"r{i}");
        for (int i = 0; i < length; i++) cluster.Colocation($"r{i}", $"r{(i + 1) % length}", "INFINITY");
        return cluster;
    }

    /// <summary>A loop, with chains that lead to it and away from it.</summary>
    private static TestCluster Loop(uint seed)
    {
        var random = new Sequence(seed);
        var cluster = new TestCluster(2 + random.Next(3));
        if (random.Chance(20)) cluster.Node("n1").Attribute("standby", "on");
        string[] scores = random.Chance(60) ? ["INFINITY"] : random.Chance(50) ? ["1", "2", "100"] : ["INFINITY", "INFINITY", "10", "-10"];
        var names = new List<string>();
        int length = 2 + random.Next(8);
        int count = length + random.Next(4);
        for (int i = 0; i < count; i++) names.Add(Add(cluster, random, $"r{i}"));
        for (int i = 0; i < length; i++) cluster.Colocation(names[i], names[(i + 1) % length], random.Pick(scores));
        for (int i = length; i < count; i++)
        {
            string other = names[random.Next(i)];
            if (random.Chance(50)) cluster.Colocation(names[i], other, random.Pick(scores));
            else cluster.Colocation(other, names[i], random.Pick(scores));
        }

        for (int i = random.Next(count); i > 0; i--)
        {
            cluster.Location(random.Pick([.. names]), $"n{1 + random.Next(cluster.Nodes.Count)}",
                random.Pick("INFINITY", "-INFINITY", "50", "-50", "999990"));
        }

        return cluster;
    }

    private static TestCluster Chain(int length)
    {
        var cluster = new TestCluster(3);
        for (int i = 0; i < length; i++) cluster.Primitive($"r{i}");
        for (int i = 1; i < length; i++) cluster.Colocation($"r{i}", $"r{i - 1}", "INFINITY");
        return cluster;
    }

    private static TestCluster Random(uint seed)
    {
        var random = new Sequence(seed);
        var cluster = new TestCluster(2 + random.Next(3));
        if (random.Chance(20)) cluster.Node("n1").Attribute("standby", "on");
        string[] scores = random.Chance(60)
            ? ["INFINITY", "INFINITY", "INFINITY", "100"] : ["INFINITY", "-INFINITY", "100", "-100", "1", "999999"];
        var names = new List<string>();
        int count = 4 + random.Next(8);
        for (int i = 0; i < count; i++) names.Add(Add(cluster, random, $"r{i}"));
        for (int i = random.Next(count); i > 0; i--)
        {
            cluster.Location(random.Pick([.. names]), $"n{1 + random.Next(cluster.Nodes.Count)}",
                random.Pick("INFINITY", "-INFINITY", "50", "-50", "999990"));
        }

        for (int i = count + random.Next(count); i > 0; i--)
        {
            string dependent = random.Pick([.. names]);
            string primary = random.Pick([.. names]);
            if (dependent != primary) cluster.Colocation(dependent, primary, random.Pick(scores));
        }

        return cluster;
    }

    private static string Add(TestCluster cluster, Sequence random, string id)
    {
        string[] meta = random.Chance(30) ? ["resource-stickiness=100"] : random.Chance(10) ? ["target-role=Stopped"] : [];
        switch (random.Next(10))
        {
            case 0:
                cluster.Resource($"<group id=\"{id}\">{cluster.PrimitiveXml(id + "a", meta)}{cluster.PrimitiveXml(id + "b")}</group>");
                if (random.Chance(40)) cluster.Running(id + "a", "n1").Running(id + "b", "n1");
                return random.Pick(id, id, id + "a", id + "b");
            case 1:
                cluster.Resource($"<clone id=\"{id}\">{cluster.PrimitiveXml(id + "i")}</clone>");
                return id;
            default:
                cluster.Primitive(id, meta);
                if (random.Chance(40)) cluster.Running(id, $"n{1 + random.Next(cluster.Nodes.Count)}");
                return id;
        }
    }

    private static string Text(Plan plan)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.Write(TransitionGraphXml.ToText(plan.Graph));
        foreach (string line in plan.Scores) text.WriteLine(line);
        return text.ToString();
    }
}
