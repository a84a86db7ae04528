using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Cib;

/// <summary>The recorded upgrade pairs: compared as XML without comments, white space and order of attributes.</summary>
public sealed class UpgradePairTests
{
    public static TheoryData<string> Pairs()
    {
        if (Repository.Shared is null) return ["absent"];
        var data = new TheoryData<string>();
        foreach (var series in new[] { "from-2", "from-3" })
        {
            var folder = Path.Combine(Repository.Shared, "cases", "schemas", "upgrade", series);
            foreach (var file in Directory.GetFiles(folder, "*.in.xml").Order(StringComparer.Ordinal))
            {
                data.Add($"{series}/{Path.GetFileName(file)[..^7]}");
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Upgrade_gives_the_recorded_result(string name)
    {
        var folder = Repository.SharedPath("cases", "schemas", "upgrade");
        var input = Read(Path.Combine(folder, name + ".in.xml"));
        var expected = Read(Path.Combine(folder, name + ".out.xml"));
        var from2 = name.StartsWith("from-2", StringComparison.Ordinal);
        CibDocument actual;
        if (from2 && input.SchemaName == "pacemaker-3.0")
        {
            // Pairs of the last stage of the step: only references are restored.
            actual = input.Clone();
            NvsetReferences.Restore(actual.Configuration!);
        }
        else
        {
            actual = CibUpgrade.Upgrade(input, from2 ? CibSchema.Find("pacemaker-3.0") : null, alwaysTransform: true).Document;
        }

        Assert.Equal(Normal(expected), Normal(actual));
    }

    private static CibDocument Read(string file) => CibDocument.Parse(File.ReadAllBytes(file), file).DocumentOrThrow();

    private static string Normal(CibDocument document)
    {
        var copy = new XElement(document.Root);
        copy.DescendantNodes().OfType<XComment>().ToList().ForEach(comment => comment.Remove());
        foreach (var element in copy.DescendantsAndSelf().ToList())
        {
            element.ReplaceAttributes(element.Attributes().OrderBy(attribute => attribute.Name.LocalName, StringComparer.Ordinal).ToList());
        }

        return CibWriter.Print(copy);
    }
}
