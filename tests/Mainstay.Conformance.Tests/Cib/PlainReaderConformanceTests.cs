using System.Text;
using Mainstay.Cib;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Cib;

/// <summary>Recorded and damaged configurations: read for planning they are what the general reader reads, problems included.</summary>
public sealed class PlainReaderConformanceTests
{
    private const int DamagedCount = 400;
    private const int InputSizeMax = 60_000;

    [Fact]
    public void Recorded_configurations_are_the_same_to_both_readers()
    {
        int plain = 0;
        string[] files = Files();
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            Compare(bytes, file);
            if (CibDocument.ParseForPlanning(bytes).Document is { Xml: not null }) plain++;
        }

        Assert.Equal(files.Length, plain);
    }

    [Fact]
    public void Damaged_configurations_are_the_same_to_both_readers()
    {
        string[] files = [.. Files().Where(f => new FileInfo(f).Length <= InputSizeMax)];
        for (ulong seed = 1; seed <= DamagedCount; seed++)
        {
            Compare(Encoding.UTF8.GetBytes(new InputMutator(seed).Mutate(files)), $"seed {seed}");
        }
    }

    private static string[] Files() =>
        [.. Directory.GetFiles(Repository.SharedPath("cases", "scheduler", "xml"), "*.xml").Order(StringComparer.Ordinal)];

    private static void Compare(byte[] bytes, string name)
    {
        var general = CibDocument.Parse(bytes, "input");
        var planned = CibDocument.ParseForPlanning(bytes, "input");
        Assert.True(general.Problems.SequenceEqual(planned.Problems), name);
        Assert.True((general.Document is null) == (planned.Document is null), name);
        if (general.Document is not { } expected || planned.Document is not { } actual) return;
        Assert.True(expected.ToXml() == actual.ToXml(), name);
        Assert.True(expected.Root.DescendantsAndSelf().Select(e => e.Line()).SequenceEqual(
            actual.Root.DescendantsAndSelf().Select(e => e.Line())), name);
    }
}
