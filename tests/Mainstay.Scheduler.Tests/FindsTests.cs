using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Testing;

namespace Mainstay.Scheduler.Tests;

/// <summary>
/// Inputs on which differential runs (<c>eng/fuzz/run.py</c>) found a wrong decision, made small. NAME.decisions lists what the reference
/// does with NAME.xml: real operations and the nodes they run on.
/// </summary>
public sealed class FindsTests
{
    private static string Folder => Path.Combine(Repository.Root, "tests", "Mainstay.Scheduler.Tests", "Finds");

    public static TheoryData<string> Names() => new(Directory.GetFiles(Folder, "*.xml").Select(f => Path.GetFileNameWithoutExtension(f)!)
        .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_find_is_decided_as_the_reference_does(string name)
    {
        var input = CibDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".xml")), name).DocumentOrThrow();
        var document = CibUpgrade.Upgrade(input).Document;
        string now = document.Root.Attribute("execution-date")!.Value;
        var plan = Planner.Plan(document, new PlannerOptions { Now = long.Parse(now, System.Globalization.CultureInfo.InvariantCulture) });
        // Writing the graph must not fail either.
        string graph = TransitionGraphXml.ToText(plan.Graph);
        var decided = XDocument.Parse(graph).Descendants("action_set").Elements()
            .Where(e => e.Name.LocalName != "pseudo_event")
            .Select(e => $"{e.Attribute("operation_key")!.Value} on {e.Attribute("on_node")?.Value}");
        string[] expected = File.ReadAllLines(Path.Combine(Folder, name + ".decisions"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), decided.Order(StringComparer.Ordinal));
    }
}
