using System.Text.RegularExpressions;
using Mainstay.Testing;

namespace Mainstay.Architecture.Tests;

/// <summary>What no analyzer enforces.</summary>
public sealed partial class TidyTests
{
    private const int LinesMax = 500;
    private const int ColumnsMax = 140;

    [Fact]
    public void Files_are_short()
    {
        var tooLong = SourceTree.Sources("src", "tests", "bench")
            .Select(file => (file, Count: SourceTree.Lines(file).Length))
            .Where(entry => entry.Count > LinesMax)
            .Select(entry => $"{entry.file}: {entry.Count} lines, at most {LinesMax}");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Lines_are_short() => Assert.Empty(Matching(["src"], line => line.Length > ColumnsMax));

    [Fact]
    public void Nothing_is_left_unfinished() => Assert.Empty(Matching(["src", "bench"], line => Unfinished().IsMatch(line)));

    /// <summary>The banned-symbol analyzer sees types and members, not keywords (CONTRIBUTING.md).</summary>
    [Fact]
    public void Cores_use_no_concurrency_and_no_floating_point()
    {
        string[] cores = ["src/Mainstay.Totem", "src/Mainstay.Knet", "src/Mainstay.Ring.Core", "src/Mainstay.Cib", "src/Mainstay.Scheduler", "src/Mainstay.Manager.Core"];

        Assert.Empty(Matching(cores, line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && BannedInCores().IsMatch(line)));
    }

    [Fact]
    public void Tests_do_not_sleep()
    {
        // The lab's harness polls tools of real hosts, which have no other way to tell that something happened.
        string[] exempt = ["tests/Mainstay.Architecture.Tests/", "tests/Mainstay.Lab.Tests/Harness/"];

        Assert.Empty(Matching(["tests"], line => Sleeping().IsMatch(line)).Where(hit => !exempt.Any(e => hit.StartsWith(e, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_repository_names_no_machine() =>
        Assert.Empty(SourceTree.Files
            .Where(file => !file.EndsWith(".bin", StringComparison.Ordinal) && !file.StartsWith("tests/Mainstay.Architecture.Tests/", StringComparison.Ordinal))
            .SelectMany(file => SourceTree.Lines(file).Where(line => MachinePath().IsMatch(line)).Select(line => $"{file}: {line.Trim()}")));

    [Fact]
    public void Event_ids_of_log_messages_are_unique()
    {
        var duplicates = SourceTree.Sources("src")
            .SelectMany(file => SourceTree.Lines(file).Select(line => LogEventId().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value))
            .GroupBy(id => id, StringComparer.Ordinal)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key);

        Assert.Empty(duplicates);
    }

    [Fact]
    public void Links_in_the_documentation_lead_somewhere()
    {
        var dead =
            from file in SourceTree.Files
            where file.EndsWith(".md", StringComparison.Ordinal)
            from line in SourceTree.Lines(file)
            from Match match in Link().Matches(line)
            let target = match.Groups[1].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
            let path = Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, target.Split('#')[0])
            where !Path.Exists(path)
            select $"{file}: {target}";

        Assert.Empty(dead);
    }

    private static IEnumerable<string> Matching(string[] folders, Func<string, bool> isHit) =>
        from file in SourceTree.Sources(folders)
        from entry in SourceTree.Lines(file).Select((text, index) => (text, number: index + 1))
        where isHit(entry.text)
        select $"{file}:{entry.number}: {entry.text.Trim()}";

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\b(lock \(|volatile |async |await |float |double |Thread\b|(?<!\.)Task[<.])")]
    private static partial Regex BannedInCores();

    [GeneratedRegex(@"\b(Thread\.Sleep|Task\.Delay)\(")]
    private static partial Regex Sleeping();

    [GeneratedRegex(@"(^|[^A-Za-z0-9_.])/(work|farm)/")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\[LoggerMessage\((?:EventId = )?(\d+)")]
    private static partial Regex LogEventId();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
