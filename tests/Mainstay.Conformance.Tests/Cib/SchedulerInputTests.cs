using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Cib;

/// <summary>All recorded scheduler inputs through the document layer.</summary>
public sealed class SchedulerInputTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_input_survives_printing_and_reading()
    {
        foreach (var file in Inputs())
        {
            var document = Read(file);
            foreach (var style in new[] { CibPrintStyle.Pretty, CibPrintStyle.Compact })
            {
                var again = CibDocument.Parse(document.ToXml(style), file).DocumentOrThrow();
                Assert.True(document.ContentEquals(again), $"{file}: changed by printing {style}");
                Assert.Equal(document.ToXml(style), again.ToXml(style));
            }

            // The same content as an independent reader sees it.
            var independent = XDocument.Load(file);
            Assert.Equal(independent.Descendants().Count(), document.Xml.Descendants().Count());
            Assert.Equal(
                independent.Descendants().SelectMany(element => element.Attributes()).Select(attribute => attribute.ToString()),
                document.Xml.Descendants().SelectMany(element => element.Attributes()).Select(attribute => attribute.ToString()));
            Assert.Equal(
                independent.DescendantNodes().OfType<XComment>().Select(comment => comment.Value),
                document.Xml.DescendantNodes().OfType<XComment>().Select(comment => comment.Value));
        }
    }

    [Fact]
    public void Every_input_conforms_to_its_schema_and_after_the_upgrade_to_the_newest()
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var file in Inputs())
        {
            count++;
            var document = Read(file);
            failures.AddRange(CibValidator.Validate(document).Where(IsError)
                .Select(problem => $"{Path.GetFileName(file)} {document.SchemaName}: {problem}"));
            if (document.SchemaName == CibSchema.NoneName)
            {
                continue;
            }

            var upgraded = CibUpgrade.Upgrade(document);
            Assert.True(upgraded.IsOk, file);
            failures.AddRange(CibValidator.Validate(upgraded.Document).Where(IsError)
                .Select(problem => $"{Path.GetFileName(file)} upgraded: {problem}"));
        }

        output.WriteLine($"{count} inputs");
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(40)));
    }

    private static bool IsError(CibProblem problem) => problem.Severity == CibSeverity.Error;

    private static IEnumerable<string> Inputs()
        => Directory.GetFiles(Repository.SharedPath("cases", "scheduler", "xml"), "*.xml").Order(StringComparer.Ordinal);

    private static CibDocument Read(string file) => CibDocument.Parse(File.ReadAllBytes(file), file).DocumentOrThrow();
}
