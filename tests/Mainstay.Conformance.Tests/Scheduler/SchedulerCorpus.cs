using System.Text.RegularExpressions;
using Mainstay.Cib;
using Mainstay.Scheduler;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Scheduler;

/// <summary>One recorded scheduler case.</summary>
internal sealed record SchedulerCase(string Name, string Group, string Arguments);

/// <summary>What one case gave, by kind of output: the differences, none where it passed.</summary>
internal sealed record SchedulerResult(SchedulerCase Case, IReadOnlyDictionary<string, List<string>> Differences);

/// <summary>All recorded scheduler cases, run once per test process.</summary>
internal sealed partial class SchedulerCorpus
{
    public static readonly string[] Kinds = ["graph", "scores", "dot", "summary"];

    private static readonly Lazy<SchedulerCorpus?> Instance = new(Load);

    private SchedulerCorpus(IReadOnlyList<SchedulerResult> results) => Results = results;

    public IReadOnlyList<SchedulerResult> Results { get; }

    /// <summary>The results; the calling test is skipped where the data is absent.</summary>
    public static SchedulerCorpus Get()
    {
        Repository.SharedPath("cases", "scheduler");
        return Instance.Value!;
    }

    /// <summary>All cases, not run; the calling test is skipped where the data is absent.</summary>
    public static IEnumerable<SchedulerCase> Cases() => Cases(Repository.SharedPath("cases", "scheduler"));

    /// <summary>The input of a case in the newest schema, and the circumstances it is to be planned under.</summary>
    public static (CibDocument Document, PlannerOptions Options) Read(SchedulerCase test)
    {
        var input = ReadInput(Repository.SharedPath("cases", "scheduler"), test);
        var document = CibUpgrade.Upgrade(input).Document;
        return (document, Planning(document, test));
    }

    private static IEnumerable<SchedulerCase> Cases(string folder) =>
        File.ReadLines(Path.Combine(folder, "cases.tsv")).Skip(1).Select(line => line.Split('\t'))
            .Select(fields => new SchedulerCase(fields[0], fields[1], fields[2]));

    private static CibDocument ReadInput(string folder, SchedulerCase test) =>
        CibDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "xml", test.Name + ".xml")), test.Name).DocumentOrThrow();

    private static PlannerOptions Planning(CibDocument document, SchedulerCase test) =>
        new() { Now = Time(document, test.Arguments), RecordScores = true, IsSanitized = true };

    private static SchedulerCorpus? Load()
    {
        if (Repository.Shared is null) return null;
        string folder = Path.Combine(Repository.Shared, "cases", "scheduler");
        return new SchedulerCorpus([.. Cases(folder).Select(c => Run(folder, c))]);
    }

    private static SchedulerResult Run(string folder, SchedulerCase test)
    {
        string Expected(string kind) => File.ReadAllText(Path.Combine(folder, kind, $"{test.Name}.{kind}"));
        var differences = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        try
        {
            var input = ReadInput(folder, test);
            var document = CibUpgrade.Upgrade(input).Document;
            var options = Planning(document, test);
            var result = Simulation.Run(document, new SimulationOptions { Planning = options });
            var plan = result.Plan!;
            differences["graph"] = GraphComparison.Compare(Expected("exp"), TransitionGraphXml.ToText(plan.Graph));
            differences["scores"] = CompareLines(Lines(Expected("scores")), Lines(string.Join('\n', plan.Placement.Select(record => record.Text))));
            using var dot = new StringWriter();
            TransitionDot.Write(plan, dot);
            differences["dot"] = CompareLines(Drawing(Expected("dot")), Drawing(dot.ToString()));
            string head = input.SchemaName == CibSchema.NoneName ? Simulation.ValidationDisabled + '\n' : "";
            string text = head + SimulationText.Of(
                result, new SimulationTextOptions { SetDate = DateArgument(test.Arguments), Now = options.Now });
            differences["summary"] = CompareSummary(Expected("summary"), text);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A crash of one case is a difference of that case, not the end of the run.
            foreach (string kind in Kinds) differences.TryAdd(kind, [e.ToString()]);
        }

        return new SchedulerResult(test, differences);
    }

    private static string? DateArgument(string arguments)
    {
        var match = DatePattern().Match(arguments);
        return match.Success ? match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Groups["plain"].Value : null;
    }

    private static long Time(CibDocument document, string arguments)
    {
        if (DateArgument(arguments) is { } text)
        {
            Assert.True(CibDateTime.TryParse(text, new CibDateTime(0), out var date), text);
            return date.EpochSeconds;
        }

        // Inputs without a recorded time must not depend on it; a fixed one keeps the run repeatable.
        return long.TryParse(document.Root.Value("execution-date"), out long recorded) ? recorded : 1_900_000_000;
    }

    private static List<string> Lines(string text) => text.Split('\n').Select(Squeeze).Where(line => line.Length > 0).ToList();

    private static List<string> Drawing(string text) => Lines(text).Where(line => line.StartsWith('"')).Distinct(StringComparer.Ordinal)
        .ToList();

    private static string Squeeze(string line) => Blanks().Replace(line, " ").Trim();

    private static List<string> CompareLines(List<string> want, List<string> have)
    {
        var differences = new List<string>();
        var left = have.CountBy(x => x).ToDictionary(x => x.Key, x => x.Value, StringComparer.Ordinal);
        foreach (string line in want)
        {
            if (left.GetValueOrDefault(line) == 0) differences.Add("missing: " + line);
            else left[line]--;
        }

        foreach (var (line, count) in left)
        {
            for (int i = 0; i < count; i++) differences.Add("extra: " + line);
        }

        return differences;
    }

    /// <summary>The text of a simulation counts line by line in order, without white space.</summary>
    private static List<string> CompareSummary(string wanted, string got)
    {
        static List<string> Dense(string text) => text.Split('\n').Select(l => Blanks().Replace(l, "")).Where(l => l.Length > 0).ToList();
        var want = Dense(wanted);
        var have = Dense(got);
        for (int i = 0; i < Math.Max(want.Count, have.Count); i++)
        {
            string expected = i < want.Count ? want[i] : "nothing";
            string actual = i < have.Count ? have[i] : "nothing";
            if (expected != actual) return [$"line {i + 1}: expected {expected}, got {actual}"];
        }

        return [];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex("""-t\s+("(?<quoted>[^"]*)"|'(?<quoted>[^']*)'|(?<plain>\S+))""")]
    private static partial Regex DatePattern();
}
