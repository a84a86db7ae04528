using System.Diagnostics;
using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Cib;

/// <summary>
/// The hand-written validator against the RELAX NG schemas of the conformance data, on damaged documents. The one that decides is xmllint.
/// </summary>
public sealed class SchemaAgreementTests(ITestOutputHelper output)
{
    private const int Seed = 20261122;
    private const int DocumentCount = 1500;

    [Fact]
    public void Validator_and_RELAX_NG_agree_on_damaged_documents()
    {
        var schemas = Repository.SharedPath("cases", "schemas", "rng");
        Assert.SkipUnless(File.Exists("/usr/bin/xmllint"), "xmllint (package libxml2-utils) is not installed");
        var folder = Directory.CreateTempSubdirectory("mainstay-schema-");
        try
        {
            var verdicts = new SortedDictionary<string, List<(string File, bool Ours, string Why)>>(StringComparer.Ordinal);
            var random = new Random(Seed);
            var sources = Sources();
            for (var number = 0; number < DocumentCount; number++)
            {
                Damage(sources, random, Path.Combine(folder.FullName, $"{number:0000}.xml"), verdicts);
            }

            var differences = new List<string>();
            foreach (var (schema, files) in verdicts)
            {
                var theirs = Xmllint(Path.Combine(schemas, schema + ".rng"), files.ConvertAll(file => file.File));
                differences.AddRange(files.Where(file => theirs.Contains(file.File) != file.Ours)
                    .Select(file => $"{schema} ours={file.Ours}: {file.Why}"));
            }

            output.WriteLine($"{DocumentCount - differences.Count} of {DocumentCount} verdicts agree");
            Assert.True(differences.Count == 0, string.Join('\n', differences));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> Sources()
    {
        var pairs = Directory.GetFiles(Repository.SharedPath("cases", "schemas", "upgrade"), "*.xml", SearchOption.AllDirectories);
        var inputs = Directory.GetFiles(Repository.SharedPath("cases", "scheduler", "xml"), "*.xml");
        var tools = Directory.GetFiles(Repository.SharedPath("cases", "cli", "cib"), "*.xml");
        return [.. pairs.Concat(tools).Concat(inputs.Where(file => new FileInfo(file).Length < 30_000)).Order(StringComparer.Ordinal)];
    }

    private static void Damage(
        List<string> sources, Random random, string file, SortedDictionary<string, List<(string File, bool Ours, string Why)>> verdicts)
    {
        var source = sources[random.Next(sources.Count)];
        if (CibDocument.Parse(File.ReadAllBytes(source), source).Document is not { Configuration: { } configuration } document)
        {
            return;
        }

        // Not 1.0: xmllint's answer for blocks without nvpairs in it depends on the score attribute, which the schema does not say.
        var schema = random.Next(3) == 0 ? CibSchema.All[random.Next(1, CibSchema.All.Count)]
            : CibSchema.Find(document.SchemaName) ?? CibSchema.Newest;
        document.Root.SetAttributeValue("validate-with", schema.Name);
        var what = random.Next(10) == 0 ? "untouched" : Mutate(configuration, random);
        File.WriteAllText(file, document.ToXml());
        var problems = CibValidator.Validate(document).Where(problem => problem.Severity == CibSeverity.Error).ToList();
        if (!verdicts.TryGetValue(schema.Name, out var files))
        {
            verdicts[schema.Name] = files = [];
        }

        files.Add((file, problems.Count == 0, $"{Path.GetFileName(source)}: {what}: {(problems.Count > 0 ? problems[0] : string.Empty)}"));
    }

    private static string Mutate(XElement configuration, Random random)
    {
        string[] values = ["junk value", "", "1", "true", "INFINITY", "Promoted", "a b", "#default", "12", "-5", "group", "remote",
            "heartbeat", "defined"];
        string[] names = ["score", "id-ref", "role", "kind", "id", "node", "type", "value", "rsc", "template", "name", "junk",
            "description", "interval"];
        var elements = configuration.Descendants().ToList();
        if (elements.Count == 0)
        {
            return "nothing";
        }

        var element = elements[random.Next(elements.Count)];
        var attributes = element.Attributes().ToList();
        switch (random.Next(7))
        {
            case 0 when attributes.Count > 0:
                var removed = attributes[random.Next(attributes.Count)];
                removed.Remove();
                return $"removed {removed} of {element.Name}";
            case 1 when attributes.Count > 0:
                var changed = attributes[random.Next(attributes.Count)];
                changed.Value = values[random.Next(values.Length)];
                return $"changed {changed} of {element.Name}";
            case 2:
                var name = names[random.Next(names.Length)];
                element.SetAttributeValue(name, values[random.Next(values.Length)]);
                return $"set {element.Attribute(name)} of {element.Name} {element.Attribute("id")}";
            case 3:
                var path = $"{element.Parent!.Name}/{element.Name}";
                element.Remove();
                return $"removed {path}";
            case 4:
                element.AddAfterSelf(new XElement(element));
                return $"doubled {element.Name}";
            case 5:
                var target = elements[random.Next(elements.Count)];
                var moved = new XElement(element);
                element.Remove();
                target.Add(moved);
                return $"moved {moved.Name} into {target.Name}";
            default:
                var other = elements[random.Next(elements.Count)].Name;
                var old = element.Name;
                element.Name = other;
                return $"renamed {old} to {other}";
        }
    }

    private static HashSet<string> Xmllint(string schema, List<string> files)
    {
        var start = new ProcessStartInfo(
            "/usr/bin/xmllint")
        { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "--noout", "--relaxng", schema }.Concat(files))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return [.. text.Split('\n').Where(line => line.EndsWith(" validates", StringComparison.Ordinal)).Select(line => line[..^10])];
    }
}
