using System.Xml.Linq;

namespace Mainstay.Scheduler.Tests;

public sealed class TransitionViewTests
{
    private static TestCluster Failover()
    {
        var cluster = new TestCluster(3, fencing: true);
        cluster.Resource($"""
            <group id="web">{cluster.PrimitiveXml("vip")}<primitive id="www" class="ocf" provider="heartbeat" type="Dummy">
              <operations><op id="www-m" name="monitor" interval="10s"/></operations></primitive></group>
            """);
        cluster.Running("fence", "n2").Running("vip", "n1").Running("www", "n1");
        cluster.Node("n1").IsLost = true;
        return cluster;
    }

    [Fact]
    public void A_failover_reads_as_fencing_then_the_starts_in_their_order()
    {
        var steps = TransitionSteps.Of(Failover().Plan());

        var fence = Assert.Single(steps, s => s.Kind == StepKind.Fence);
        var vip = Assert.Single(steps, s => s.Text == "start vip");
        var www = Assert.Single(steps, s => s.Text == "start www");
        Assert.Equal("fence n1 (reboot)", fence.Text);
        Assert.Contains(fence, vip.After);
        Assert.Equal([vip], www.After);
        Assert.Contains("then monitor every 10s", www.Details);
        Assert.DoesNotContain(steps, s => s.Text.Contains("stopped", StringComparison.Ordinal));
    }

    [Fact]
    public void Probes_of_one_node_are_one_step()
    {
        var cluster = new TestCluster(2);
        foreach (string id in new[] { "a", "b", "c" }) cluster.Primitive(id);

        var probes = TransitionSteps.Of(cluster.Plan()).Where(s => s.Kind == StepKind.Probe).ToList();

        Assert.Equal(["n1", "n2"], probes.Select(s => s.Node));
        Assert.All(probes, p => Assert.Equal("probe 3 resources", p.Text));
        Assert.Equal(["a", "b", "c"], probes[0].Details.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_step_comes_after_what_it_waits_for()
    {
        foreach (uint seed in Enumerable.Range(1, 100).Select(i => (uint)i))
        {
            var plan = RandomCluster.Build(seed).Plan();
            var steps = TransitionSteps.Of(plan);

            Assert.All(steps, s => Assert.All(s.After, before => Assert.True(before.Number < s.Number, $"seed {seed}")));
            Assert.Equal(
                plan.Graph.Synapses.SelectMany(s => s.Actions).Count(a => a.Kind != GraphActionKind.PseudoEvent),
                steps.Sum(s => s.Actions.Count));
        }
    }

    [Fact]
    public void The_picture_has_a_lane_per_node_and_a_box_per_step_that_do_not_overlap()
    {
        var steps = TransitionSteps.Of(Failover().Plan());
        var svg = TransitionSvg.Draw(steps);
        XNamespace ns = "http://www.w3.org/2000/svg";

        var boxes = svg.Elements(ns + "g").Elements(ns + "rect").Select(Area).ToList();
        Assert.Equal(steps.Count, boxes.Count);
        Assert.Equal(steps.Select(s => s.Node).Distinct().Count(), svg.Elements(ns + "rect").Count());
        for (int i = 0; i < boxes.Count; i++)
        {
            for (int j = i + 1; j < boxes.Count; j++) Assert.False(Overlap(boxes[i], boxes[j]), $"boxes {i} and {j}");
        }
    }

    [Fact]
    public void The_page_holds_changes_picture_and_steps_and_escapes_what_it_is_given()
    {
        var page = TransitionHtml.ToText(Failover().Plan(), "a<b>&c");

        Assert.StartsWith("<!DOCTYPE html>\n", page, StringComparison.Ordinal);
        Assert.Contains("<h1>a&lt;b&gt;&amp;c</h1>", page, StringComparison.Ordinal);
        Assert.Contains("Fence (reboot) n1", page, StringComparison.Ordinal);
        Assert.Contains("<td>start www (then monitor every 10s)</td>", page, StringComparison.Ordinal);
        string withoutNamespace = page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
        Assert.DoesNotContain("http://", withoutNamespace, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_at_rest_has_a_page_too()
    {
        var cluster = new TestCluster(2).Primitive("a").Running("a", "n1");

        Assert.Contains("There is nothing to be done.", TransitionHtml.ToText(cluster.Plan(), "rest"), StringComparison.Ordinal);
    }

    private static (int X, int Y, int Right, int Bottom) Area(XElement box)
    {
        int Value(string name) => int.Parse(box.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);
        return (Value("x"), Value("y"), Value("x") + Value("width"), Value("y") + Value("height"));
    }

    private static bool Overlap((int X, int Y, int Right, int Bottom) a, (int X, int Y, int Right, int Bottom) b) =>
        a.X < b.Right && b.X < a.Right && a.Y < b.Bottom && b.Y < a.Bottom;
}
