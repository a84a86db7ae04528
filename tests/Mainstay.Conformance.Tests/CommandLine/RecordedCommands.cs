using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.CommandLine;

/// <summary>One collection of recorded command lines, and how a run of its checker went.</summary>
/// <param name="Areas">The area (a file, a tool) of every case that is checked here.</param>
/// <param name="Failed">Cases that behaved differently.</param>
/// <param name="LeftOut">Cases that need something that this machine lacks.</param>
internal sealed record RecordedCommands(
    IReadOnlyDictionary<string, string> Areas, IReadOnlySet<string> Failed, IReadOnlySet<string> LeftOut)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);

    private static readonly Lazy<RecordedCommands> s_tools = new(static () => RunTools());
    private static readonly Lazy<RecordedCommands> s_guides = new(static () => RunGuides());

    /// <summary><c>check_cli.py</c>: the native tools. Runs once per process.</summary>
    public static RecordedCommands Tools => s_tools.Value;

    /// <summary><c>check_guides.py</c>: command lines of published guides in the grammars spoken. Runs once per process.</summary>
    public static RecordedCommands Guides => s_guides.Value;

    /// <summary>The area of every recorded case of the native tools.</summary>
    public static IReadOnlyDictionary<string, string> ToolAreas() =>
        File.ReadLines(Repository.SharedPath("cases", "cli", "cases.jsonl"))
            .Where(line => line.Length > 0)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()!)
            .ToDictionary(name => name, name => name[..name.LastIndexOf('-')], StringComparer.Ordinal);

    /// <summary>The file of every scenario that runs without a cluster; the grammar of crm is not spoken yet.</summary>
    public static IReadOnlyDictionary<string, string> GuideAreas()
    {
        var areas = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = Directory.GetFiles(Repository.SharedPath("cases", "guides"), "*.cmds").Select(path => Path.GetFileName(path)!)
            .Where(file => file != "live.cmds" && !file.StartsWith("crm-", StringComparison.Ordinal));
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var scenario = "";
            foreach (var line in File.ReadLines(Repository.SharedPath("cases", "guides", file)))
            {
                if (line.StartsWith("# scenario: ", StringComparison.Ordinal))
                {
                    scenario = line["# scenario: ".Length..];
                    areas[scenario] = file;
                }
                else if (line == "# offline: no")
                {
                    areas.Remove(scenario);
                }
            }
        }

        return areas;
    }

    private static RecordedCommands RunTools()
    {
        const string FailedCase = "^=== ([^:\\s]+):";
        if (CommandLineTools.FolderAtRecording() is { } folder)
        {
            return Read(Check("check_cli.py", ["--path", folder, "-v"]), ToolAreas(), FailedCase);
        }

        var areas = ToolAreas();
        var dated = areas.Where(area => area.Value == CommandLineTools.ToolOfDates).Select(area => area.Key).ToHashSet(StringComparer.Ordinal);
        var text = Check("check_cli.py", ["--path", CommandLineTools.Folder, "-v", "--match", $"^(?!{CommandLineTools.ToolOfDates}-)"]);
        return Read(text, areas, FailedCase) with { LeftOut = dated };
    }

    private static RecordedCommands RunGuides()
    {
        var tools = CommandLineTools.Folder;

        // The recordings are texts of pcs 0.11.5 and Pacemaker 2.1.5, ours are those of 0.12 and 3.0: only the effects are compared.
        var text = Check("check_guides.py", [
            "--pcs", Path.Combine(tools, "pcs"), "--crm", "/bin/false", "--path", tools, "--match", "^(?!crm)", "--ignore-output", "-q",
        ]);
        return Read(text, GuideAreas(), "^=== (\\S+) \\(");
    }

    private static RecordedCommands Read(string text, IReadOnlyDictionary<string, string> areas, string failed) => new(
        areas, Names(text, failed), Names(text, "^left out (\\S+):"));

    private static HashSet<string> Names(string text, string pattern) => Regex
        .Matches(text, pattern, RegexOptions.Multiline)
        .Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    private static string Check(string script, IEnumerable<string> arguments)
    {
        Assert.SkipUnless(CommandLineTools.HasPython, "python3, which runs the recorded command lines, is not installed");
        var start = new ProcessStartInfo("python3", [Repository.SharedPath("cases", script), "-j", "2", .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{script} took longer than {s_limit.TotalMinutes} minutes");
        }

        var text = output.GetAwaiter().GetResult();
        Assert.True(Regex.IsMatch(text, @"^\d+ passed, \d+ failed$", RegexOptions.Multiline), $"{script} did not finish:\n{text}");
        return text;
    }
}
