using System.Globalization;
using System.Text;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.CommandLine;

/// <summary>
/// Recorded command lines against a ratchet: what behaved as recorded once must keep doing so. <c>eng/conformance-cli.sh</c> rewrites the
/// lists and docs/conformance-cli.md.
/// </summary>
public sealed class CommandLineConformanceTests
{
    private const string Begin = "<!-- results:begin (generated) -->";
    private const string End = "<!-- results:end -->";

    private static bool Updates => Environment.GetEnvironmentVariable("MAINSTAY_UPDATE") == "1";

    private static string PagePath => Path.Combine(Repository.Root, "docs", "conformance-cli.md");

    [Fact]
    public void Native_tools_that_behaved_as_recorded_still_do() => Hold("cli-passing.txt", RecordedCommands.Tools);

    [Fact]
    public void Lines_of_published_guides_that_worked_as_recorded_still_do() => Hold("guides-passing.txt", RecordedCommands.Guides);

    [Fact]
    public void Cases_that_need_what_this_machine_lacks_are_named()
    {
        var leftOut = RecordedCommands.Tools.LeftOut.Concat(RecordedCommands.Guides.LeftOut).Order(StringComparer.Ordinal).ToList();
        Assert.SkipWhen(leftOut.Count > 0, $"{leftOut.Count} recorded cases need packages that are not installed: {string.Join(' ', leftOut)}");
    }

    [Fact]
    public void The_ratchet_holds_nearly_all_cases()
    {
        WriteListsWhereWanted();
        AssertNearly(RecordedCommands.ToolAreas(), Entries("cli-passing.txt"));
        AssertNearly(RecordedCommands.GuideAreas(), Entries("guides-passing.txt"));
    }

    [Fact]
    public void The_page_of_results_is_up_to_date()
    {
        WriteListsWhereWanted();
        var table = Table("Native tool", RecordedCommands.ToolAreas(), Entries("cli-passing.txt"))
            + "\n" + Table("Guides", RecordedCommands.GuideAreas(), Entries("guides-passing.txt"));
        var page = File.ReadAllText(PagePath);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, "docs/conformance-cli.md has no generated part");
        if (Updates)
        {
            File.WriteAllText(PagePath, $"{page[..begin]}\n{table}{page[end..]}");
            return;
        }

        Assert.Equal(table, page[begin..end].TrimStart('\n'));
    }

    // Tests come in any order, and these look at what the others write.
    private static void WriteListsWhereWanted()
    {
        if (Updates)
        {
            Hold("cli-passing.txt", RecordedCommands.Tools);
            Hold("guides-passing.txt", RecordedCommands.Guides);
        }
    }

    private static void Hold(string list, RecordedCommands result)
    {
        if (Updates)
        {
            var kept = Entries(list).Where(result.LeftOut.Contains);
            var passing = result.Areas.Keys.Where(name => !result.Failed.Contains(name) && !result.LeftOut.Contains(name)).Union(kept);
            var head = "# Recorded cases that must keep passing, sorted. Written by eng/conformance-cli.sh.\n";
            File.WriteAllText(PathOf(list), head + string.Concat(passing.Order(StringComparer.Ordinal).Select(name => name + "\n")));
        }

        var entries = Entries(list);
        var broken = entries.Where(result.Failed.Contains)
            .Concat(entries.Where(name => !result.Areas.ContainsKey(name)).Select(name => name + " (there is no such case)")).ToList();
        Assert.True(broken.Count == 0, $"{broken.Count} cases that passed before do not any more: {string.Join(' ', broken)}");
    }

    private static void AssertNearly(IReadOnlyDictionary<string, string> areas, List<string> entries)
    {
        Assert.True(entries.Count * 100 >= areas.Count * 90, $"{entries.Count} of {areas.Count}");
        Assert.Equal(entries.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), entries);
    }

    private static string Table(string title, IReadOnlyDictionary<string, string> areas, List<string> passing)
    {
        var text = new StringBuilder($"| {title} | Cases | As recorded |\n|---|---:|---:|\n");
        var known = passing.ToHashSet(StringComparer.Ordinal);
        foreach (var area in areas.GroupBy(a => a.Value, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            AddRow(area.Key, [.. area.Select(a => a.Key)]);
        }

        AddRow("**all**", [.. areas.Keys]);
        return text.ToString();

        void AddRow(string name, List<string> cases) => text.Append(
            CultureInfo.InvariantCulture, $"| {name} | {cases.Count} | {cases.Count(known.Contains)} |\n");
    }

    private static List<string> Entries(string list) => File.Exists(PathOf(list))
        ? [.. File.ReadLines(PathOf(list)).Where(line => line.Length > 0 && line[0] != '#')]
        : [];

    private static string PathOf(string list) => Path.Combine(Repository.Root, "tests", "Mainstay.Conformance.Tests", list);
}
