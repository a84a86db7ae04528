using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler.Tests.Properties;

/// <summary>
/// What must hold for every cluster, whatever the reference does, tried on clusters over all features made from numbered seeds. A message
/// of failure ends with the command that replays its seed.
/// </summary>
public sealed class ConfigurationPropertyTests
{
    private const uint DefaultSeedCount = 300;

    [Fact]
    public void The_same_input_gives_the_same_plan_to_the_last_byte() => ForEachSeed(seed =>
    {
        var configuration = RandomConfiguration.Build(seed);
        var first = Plan(configuration.Document(), scores: true);
        var second = Plan(configuration.Document(), scores: true);
        if (TransitionGraphXml.ToText(first.Graph) != TransitionGraphXml.ToText(second.Graph)) return "the graphs differ";
        if (!first.Scores.SequenceEqual(second.Scores)) return "the scores differ";
        return first.Changes.SequenceEqual(second.Changes) ? null : "the changes differ";
    });

    [Fact]
    public void Where_the_rules_do_not_order_the_order_of_the_document_decides_nothing() => ForEachSeed(seed =>
    {
        // The order of node states decides which instance of an anonymous clone is which.
        var configuration = RandomConfiguration.Build(seed, withClones: false);
        var plan = Plan(configuration.Document());
        // Which node is the current one of what runs twice is a matter of the order of node states.
        if (plan.State.Resources.SelectMany(r => r.Primitives()).Any(r => r.ActiveNodes.Count > 1)) return null;
        string before = Decisions(plan.Graph);
        string after = Decisions(Plan(DocumentOrder.Reversed(configuration.Xml)).Graph);
        return before == after ? null : $"planned\n{before}\nand with the document reversed\n{after}";
    });

    [Fact]
    public void Once_carried_out_a_plan_leaves_nothing_to_do() => ForEachSeed(seed =>
    {
        var configuration = RandomConfiguration.Build(seed, withFailures: false);
        var document = configuration.Document();
        Plan? plan = null;
        for (int round = 0; round < 6; round++)
        {
            plan = Plan(document);
            if (plan.Graph.Synapses.All(s => IsWithoutEffect(s.Actions[0]))) return null;
            // What waits for something that cannot be done has to wait in the next plan as well.
            bool isBlocked = plan.Graph.Unattainable.Count > 0;
            var copy = document.Clone();
            bool isComplete = new SimulatedExecution(copy, plan.State, RandomConfiguration.Now).Run(plan.Graph, []);
            if (!isComplete) return isBlocked ? null : $"not carried out: {string.Join("; ", plan.Changes)}";
            document = copy;
        }

        return $"still to do after six transitions: {string.Join("; ", plan!.Changes)}\n{Decisions(plan.Graph)}";
    });

    [Fact]
    public void Nothing_is_started_where_that_makes_it_run_twice() => ForEachSeed(seed =>
    {
        var plan = Plan(RandomConfiguration.Build(seed).Document());
        return string.Join('\n', PlanChecks.StartedTwice(plan).Concat(PlanChecks.TooManyInstances(plan)));
    });

    [Fact]
    public void Nothing_starts_before_what_it_needs() => ForEachSeed(seed =>
    {
        var configuration = RandomConfiguration.Build(seed);
        var plan = Plan(configuration.Document());
        return string.Join('\n', configuration.Orders.SelectMany(o => PlanChecks.StartedTooEarly(plan, o.First, o.Then)));
    });

    [Fact]
    public void Nothing_recovers_from_an_unclean_node_before_its_fencing()
    {
        int recoveries = 0;
        ForEachSeed(seed =>
        {
            var plan = Plan(RandomConfiguration.Build(seed).Document());
            return string.Join('\n', PlanChecks.RecoveredTooEarly(plan, ref recoveries));
        });
        Assert.SkipWhen(Replayed is not null, "one seed is too few to count recoveries");
        Assert.True(recoveries > 40, $"only {recoveries} recoveries were seen");
    }

    /// <summary>
    /// The execution of a simulation does not take down a node that was asked to, and does not forget what was cancelled.
    /// </summary>
    private static bool IsWithoutEffect(GraphAction action) =>
        action.Kind == GraphActionKind.PseudoEvent || action.Task is "do_shutdown" or "cancel";

    private static uint? Replayed => Number("MAINSTAY_SEED");

    /// <summary>How many seeds are tried: <c>MAINSTAY_SEEDS</c> asks for more.</summary>
    private static uint SeedCount => Number("MAINSTAY_SEEDS") ?? DefaultSeedCount;

    private static uint? Number(string variable) =>
        uint.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number : null;

    private static void ForEachSeed(Func<uint, string?> check, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        var seeds = Replayed is { } one ? [one] : Enumerable.Range(1, (int)SeedCount).Select(i => (uint)i);
        foreach (uint seed in seeds)
        {
            string? problem;
            try
            {
                problem = check(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}; replay: {Replay(seed, test)}", e);
            }

            Assert.True(string.IsNullOrEmpty(problem), $"seed {seed}: {problem}\nreplay: {Replay(seed, test)}");
        }
    }

    private static string Replay(uint seed, string test) => string.Create(
        CultureInfo.InvariantCulture,
        $"MAINSTAY_SEED={seed} artifacts/build/bin/Mainstay.Scheduler.Tests/debug/Mainstay.Scheduler.Tests --filter-method '*{test}'");

    private static Plan Plan(CibDocument document, bool scores = false) =>
        Planner.Plan(document, new PlannerOptions { Now = RandomConfiguration.Now, RecordScores = scores });

    private static string Decisions(TransitionGraph graph) => string.Join('\n', graph.Synapses.SelectMany(s => s.Actions)
        .Where(a => a.Kind != GraphActionKind.PseudoEvent).Select(a => $"{a.Key} on {a.NodeName}").Order(StringComparer.Ordinal));
}

/// <summary>Turns round what has an order in the document but none in the rules.</summary>
internal static class DocumentOrder
{
    private static readonly string[] Unordered =
        ["nodes", "cluster_property_set", "meta_attributes", "instance_attributes", "utilization", "operations", "status", "lrm_resources",
            "lrm_resource", "tags", "tickets"];

    public static CibDocument Reversed(string xml)
    {
        var document = XDocument.Parse(xml);
        foreach (var element in document.Descendants().Where(e => Unordered.Contains(e.Name.LocalName)).ToList())
        {
            element.ReplaceNodes(element.Elements().Reverse().ToList());
        }

        return CibDocument.Parse(document.ToString()).DocumentOrThrow();
    }
}
