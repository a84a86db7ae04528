using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Cli.CibTools;

/// <summary>What is wrong with a configuration: its schema, the values of its options, and what makes it useless.</summary>
internal static class CibVerification
{
    /// <summary>Checks a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="now">The time, for rules.</param>
    /// <returns>Errors and warnings.</returns>
    public static IReadOnlyList<CibProblem> Check(CibDocument document, DateTimeOffset now)
    {
        var problems = new List<CibProblem>(CibValidator.Validate(document));
        if (problems.Exists(problem => problem.Severity == CibSeverity.Error))
        {
            return problems;
        }

        var upgraded = CibUpgrade.Upgrade(document);
        problems.AddRange(upgraded.Problems);
        var planned = Planner.Plan(
            upgraded.Document, new PlannerOptions { Now = now.ToUnixTimeSeconds(), LocalOffsetSeconds = (int)now.Offset.TotalSeconds });
        var options = ClusterOptions.Read(
            upgraded.Document, new CibDateTime(now.ToUnixTimeSeconds(), (int)now.Offset.TotalSeconds), problems);
        CheckFencing(upgraded.Document, options, planned.State, problems);
        CheckPromotable(upgraded.Document, problems);

        // The scheduler may report what was reported already: options are read once more, a clone is refused once more.
        problems.AddRange(planned.State.Problems
            .Where(found => problems.TrueForAll(known => known.Line != found.Line || known.Id != found.Id)
            && found.Element != "clone").Distinct().ToList());
        return problems;
    }

    private static void CheckFencing(CibDocument document, ClusterOptionValues options, ClusterState state, List<CibProblem> problems)
    {
        var resources = document.Section("resources");
        var hasDevice = resources?.Descendants().Any(element => element.Value("class") == "stonith") == true;
        if (!options.Boolean("fencing-enabled") || hasDevice || options.Boolean("have-watchdog"))
        {
            return;
        }

        problems.Add(new CibProblem(
            CibSeverity.Error,
            "Resource start-up disabled since no fencing resources have been defined. Either configure some or disable fencing with the "
            + "fencing-enabled option. NOTE: Clusters with shared data need fencing to ensure data integrity."));
        problems.AddRange(state.Nodes.Where(node => node.Unclean).Select(node => new CibProblem(
            CibSeverity.Warning, $"Node {node.Name} is unclean but cannot be fenced")));
    }

    private static void CheckPromotable(CibDocument document, List<CibProblem> problems)
    {
        var ids = new IdIndex(document.Root);
        foreach (var clone in document.Section("resources")?.Elements("clone") ?? [])
        {
            var isPromotable = clone.Elements("meta_attributes").Elements("nvpair")
                .Any(pair => pair.Value("name") == "promotable" && CibBoolean.IsTrue(pair.Value("value")));
            var primitive = clone.Descendants("primitive").FirstOrDefault();
            var standard = primitive is null ? null : Templates.Expand(primitive, ids, out _)?.Value("class");
            if (isPromotable && standard is not (null or "ocf"))
            {
                problems.Add(new CibProblem(
                    CibSeverity.Error,
                    // Has a class.
                    $"Resource {primitive!.Id()}:0 is of type {standard} and therefore cannot be used as a promotable clone resource"));
                problems.Add(new CibProblem(
                    CibSeverity.Error, $"Ignoring <{clone.Name.LocalName}> resource '{clone.Id()}' because configuration is invalid"));
            }
        }
    }
}
