using System.Globalization;
using System.Text;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Scheduler;

/// <summary>
/// The recorded scheduler cases against a ratchet: what passed once must keep passing. After an improvement run the tests with
/// <c>MAINSTAY_UPDATE=1</c>, which rewrites the list and the table in docs/conformance.md.
/// </summary>
public sealed class SchedulerConformanceTests
{
    private const string Command =
        "MAINSTAY_UPDATE=1 artifacts/build/bin/Mainstay.Conformance.Tests/debug/Mainstay.Conformance.Tests --filter-class '*SchedulerConformanceTests'";
    private const string Begin = "<!-- scheduler:begin (generated) -->";
    private const string End = "<!-- scheduler:end -->";

    private static bool Updates => Environment.GetEnvironmentVariable("MAINSTAY_UPDATE") == "1";

    private static string ListPath => Path.Combine(Repository.Root, "tests", "Mainstay.Conformance.Tests", "scheduler-passing.txt");

    private static string TablePath => Path.Combine(Repository.Root, "docs", "conformance.md");

    [Fact]
    public void Cases_that_passed_before_still_pass()
    {
        var corpus = SchedulerCorpus.Get();
        if (Updates) File.WriteAllText(ListPath, PassingList(corpus));
        var failing = corpus.Results
            .SelectMany(r => r.Differences.Where(d => d.Value.Count > 0), (r, d) => (Key: $"{d.Key} {r.Case.Name}", Difference: d.Value[0]))
            .ToDictionary(x => x.Key, x => x.Difference, StringComparer.Ordinal);
        var known = corpus.Results.SelectMany(r => r.Differences.Keys.Select(kind => $"{kind} {r.Case.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        var broken = new List<string>();
        foreach (string entry in File.ReadLines(ListPath).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (failing.TryGetValue(entry, out string? difference)) broken.Add($"{entry}: {difference}");
            else if (!known.Contains(entry)) broken.Add($"{entry}: there is no such case");
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken.Prepend($"{broken.Count} results that passed before do not any more:")));
    }

    [Fact]
    public void The_ratchet_holds_nearly_all_cases()
    {
        var entries = File.ReadLines(ListPath).Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.True(entries.Count(line => line.StartsWith("graph ", StringComparison.Ordinal)) >= 600);
        Assert.Equal(entries.Count, entries.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(entries.Order(StringComparer.Ordinal), entries);
    }

    [Fact]
    public void The_table_of_results_is_up_to_date()
    {
        var corpus = SchedulerCorpus.Get();
        string table = Table(corpus);
        if (Updates) WriteTable(table);
        string page = File.ReadAllText(TablePath);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal);
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "docs/conformance.md has no generated part");
        Assert.Equal(table, page[(begin + Begin.Length)..end].Trim('\n'));
    }

    [Fact]
    public void The_comparison_sees_a_changed_node_a_missing_edge_and_a_changed_attribute()
    {
        const string Wanted = """
            <transition_graph cluster-delay="60s" transition_id="1">
              <synapse id="0"><action_set><rsc_op id="1" operation="start" operation_key="a_start_0" on_node="n1" on_node_uuid="1">
                <primitive id="a" class="ocf"/><attributes CRM_meta_timeout="20000"/></rsc_op></action_set><inputs/></synapse>
              <synapse id="1"><action_set><rsc_op id="2" operation="start" operation_key="b_start_0" on_node="n1" on_node_uuid="1">
                <primitive id="b" class="ocf"/><attributes CRM_meta_timeout="20000"/></rsc_op></action_set>
                <inputs><trigger><rsc_op id="1" operation="start" operation_key="a_start_0" on_node="n1" on_node_uuid="1"/></trigger></inputs></synapse>
            </transition_graph>
            """;
        string renumbered = Wanted.Replace("id=\"2\"", "id=\"7\"", StringComparison.Ordinal)
            .Replace("transition_id=\"1\"", "transition_id=\"0\"", StringComparison.Ordinal);
        Assert.Empty(GraphComparison.Compare(Wanted, renumbered));
        Assert.NotEmpty(GraphComparison.Compare(Wanted,
            Wanted.Replace("b_start_0\" on_node=\"n1\"", "b_start_0\" on_node=\"n2\"", StringComparison.Ordinal)));
        Assert.NotEmpty(GraphComparison.Compare(Wanted, Wanted.Replace("20000", "30000", StringComparison.Ordinal)));
        int trigger = Wanted.IndexOf("<trigger>", StringComparison.Ordinal);
        int after = Wanted.IndexOf("</trigger>", StringComparison.Ordinal) + "</trigger>".Length;
        Assert.NotEmpty(GraphComparison.Compare(Wanted, Wanted.Remove(trigger, after - trigger)));
    }

    private static string PassingList(SchedulerCorpus corpus)
    {
        var text = new StringBuilder("# Results of recorded scheduler cases that must keep passing: KIND NAME, sorted. Written by\n# ")
            .Append(Command).Append('\n');
        var passing = corpus.Results
            .SelectMany(r => r.Differences.Where(d => d.Value.Count == 0), (r, d) => $"{d.Key} {r.Case.Name}")
            .Order(StringComparer.Ordinal);
        foreach (string line in passing) text.Append(line).Append('\n');
        return text.ToString();
    }

    private static string Table(SchedulerCorpus corpus)
    {
        var text = new StringBuilder("| Group | Cases | Graph | Scores | Picture | Text |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (var group in corpus.Results.GroupBy(r => r.Case.Group).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            AddRow(text, group.Key, [.. group]);
        }
        AddRow(text, "**all**", corpus.Results);
        return text.ToString().Trim('\n');
    }

    private static void AddRow(StringBuilder text, string name, IReadOnlyList<SchedulerResult> results)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {name} | {results.Count} |");
        foreach (string kind in SchedulerCorpus.Kinds)
        {
            text.Append(CultureInfo.InvariantCulture, $" {results.Count(r => r.Differences[kind].Count == 0)} |");
        }

        text.Append('\n');
    }

    private static void WriteTable(string table)
    {
        string page = File.Exists(TablePath) ? File.ReadAllText(TablePath) : $"""
            # Conformance

            What Mainstay does with recorded inputs of the reference stack, compared with what the reference did.

            ## Scheduler

            Each recorded case is a cluster's configuration and status. Compared are the **graph** of actions (operations, nodes, parameters,
            priorities and the order between them), the placement **scores**, the **picture** of all actions, also of those that cannot be
            carried out, and the **text** of a simulation (status before, changes, order of execution, status after). The cases are in
            `../shared/cases/scheduler`, the rules of comparison those of `../shared/cases/check_scheduler.py`, which gives the same figures:

                check_scheduler.py --cmd 'mainstay simulate' --batch

            This table and `tests/Mainstay.Conformance.Tests/scheduler-passing.txt`, the list of results that must keep passing, are written by

                {Command}

            {Begin}
            {End}

            """;
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        File.WriteAllText(TablePath, $"{page[..begin]}\n{table}\n{page[end..]}");
    }
}
