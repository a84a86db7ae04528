using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Testing;

namespace Mainstay.Cli.Tests.CibTools;

/// <summary>The recorded command lines of the tools of this area: exit status, output and resulting CIB.</summary>
public sealed partial class RecordedToolTests(ITestOutputHelper output)
{
    private static readonly SortedDictionary<string, Func<ITool>> s_tools = new(StringComparer.Ordinal)
    {
        ["cibadmin"] = () => new CibAdminTool(),
        ["crm_diff"] = () => new CrmDiffTool(),
        ["crm_rule"] = () => new CrmRuleTool(),
        ["crm_simulate"] = () => new Mainstay.Cli.Simulate.SimulateTool(),
        ["crm_ticket"] = () => new CrmTicketTool(),
        ["crm_verify"] = () => new CrmVerifyTool(),
        ["iso8601"] = () => new Iso8601Tool(),
    };

    private static readonly SearchValues<char> s_shellCharacters = SearchValues.Create("|<>$&;\"");

    [Fact]
    public void Tools_behave_as_recorded()
    {
        var folder = Repository.SharedPath("cases", "cli");
        var expected = File.ReadLines(Path.Combine(folder, "expected.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(element => element.GetProperty("name").GetString()!, StringComparer.Ordinal);
        var failures = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, "cases.jsonl")))
        {
            var recorded = JsonDocument.Parse(line).RootElement;
            var words = Words(recorded.GetProperty("cmd").GetString()!.Replace(
                "{data}", Path.Combine(folder, "data"), StringComparison.Ordinal));
            if (words is null || !s_tools.ContainsKey(words[0]))
            {
                continue;
            }

            count++;
            if (Run(folder, recorded, expected[recorded.GetProperty("name").GetString()!], words) is { } failure)
            {
                failures.Add($"{recorded.GetProperty("name").GetString()}: {failure}");
            }
        }

        output.WriteLine($"{count - failures.Count} of {count} as recorded");
        Assert.True(count > 120, $"only {count} cases were found");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static string? Run(string folder, JsonElement recorded, JsonElement expected, List<string> words)
    {
        var work = Directory.CreateTempSubdirectory("mainstay-cli-");
        try
        {
            string? cib = null;
            if (recorded.TryGetProperty("cib", out var input))
            {
                cib = Path.Combine(work.FullName, "cib.xml");
                File.Copy(Path.Combine(folder, input.GetString()!), cib);
            }

            using var stdout = new StringWriter();
            using var stderr = new StringWriter();
            using var stdin = new StringReader(recorded.TryGetProperty("stdin", out var text) ? text.GetString()! : string.Empty);
            var context = new ToolContext(
                words[0], stdout, stderr, stdin, name => name == "CIB_file" ? cib : null, TerminalFacts.OfProcess(_ => null))
            {
                Clock = RecordingTime.Clock,
            };
            var code = s_tools[words[0]]().Run(context, words[1..]);
            if (code != expected.GetProperty("rc").GetInt32())
            {
                return $"exit status {code} instead of {expected.GetProperty("rc").GetInt32()}: {stderr}";
            }

            var wanted = Normal(expected.GetProperty("out").GetString()!);
            var actual = Normal(stdout.ToString());
            if (wanted != actual)
            {
                return $"output\n{actual}\ninstead of\n{wanted}";
            }

            return expected.TryGetProperty("cib", out var after) && cib is not null
                ? CompareCib(Path.Combine(folder, after.GetString()!), cib) : null;
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static string? CompareCib(string expected, string actual)
    {
        var wanted = CibDocument.Parse(File.ReadAllText(expected)).DocumentOrThrow();
        var found = CibDocument.Parse(File.ReadAllText(actual)).DocumentOrThrow();
        var same = XmlComparison.AreEqual(wanted.Configuration!, found.Configuration!) && wanted.SchemaName == found.SchemaName;
        return same ? null : "the CIB differs afterwards";
    }

    private static string Normal(string text)
    {
        text = Volatile().Replace(text, string.Empty).Trim();
        if (!text.StartsWith('<'))
        {
            return string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
        }

        var root = XElement.Parse(text);
        foreach (var plain in root.DescendantNodes().OfType<XText>().ToList())
        {
            plain.Value = plain.Value.Trim();
        }

        return root.ToString();
    }

    /// <summary>The words of a simple command line; <see langword="null"/> if it needs a shell.</summary>
    private static List<string>? Words(string command)
    {
        var words = new List<string>();
        foreach (Match match in Word().Matches(command))
        {
            var word = Quoted().Replace(match.Value, quoted => quoted.Groups[1].Value);
            if (!match.Value.Contains('\'', StringComparison.Ordinal) && word.AsSpan().ContainsAny(s_shellCharacters))
            {
                return null;
            }

            words.Add(word);
        }

        return words.Count > 0 ? words : null;
    }

    [GeneratedRegex("(?:[^\\s']|'[^']*')+")]
    private static partial Regex Word();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(" (?:api-version|request|crm_feature_set|cib-last-written)=\"[^\"]*\"|(?<=last-failure-[^=]*=)[0-9]+")]
    private static partial Regex Volatile();
}
