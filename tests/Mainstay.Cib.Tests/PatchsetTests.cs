using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

public sealed class PatchsetTests
{
    [Fact]
    public void Applying_the_difference_of_two_documents_to_the_first_gives_the_second()
    {
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var source = Samples.Document();
            for (var count = random.Next(8); count > 0; count--)
            {
                Change(source, random);
            }

            var target = source.Clone();
            for (var count = random.Next(8); count > 0; count--)
            {
                Change(target, random);
            }

            target.Version = target.Version with { Epoch = target.Version.Epoch + 1, NumUpdates = 0 };
            var patch = CibPatchset.Create(source, target, withDigest: true);
            Assert.NotNull(patch);

            // The patchset survives printing and reading, as on the wire.
            var received = CibReader.Read(CibWriter.Print(patch, CibPrintStyle.Compact)).Document!.Root!;
            var result = CibPatchset.Apply(source, received);
            Assert.True(result.IsOk, $"seed {seed}: {result.Message}\n{CibWriter.Print(patch)}");
            Assert.True(target.ToXml() == result.Document.ToXml(),
                $"seed {seed}:\n{source.ToXml()}\n{CibWriter.Print(patch)}\n{target.ToXml()}\n{result.Document.ToXml()}");
        }
    }

    [Fact]
    public void Moved_elements_end_where_they_belong()
    {
        var source = Samples.With(
            "<primitive id=\"a\"/><primitive id=\"b\"/><primitive id=\"x\"/><primitive id=\"c\"/><primitive id=\"d\"/>");
        var target = Samples.With(
            "<primitive id=\"c\"/><primitive id=\"d\"/><primitive id=\"x\"/><primitive id=\"a\"/><primitive id=\"b\"/>");
        var patch = CibPatchset.Create(source, target)!;
        Assert.Equal(["0", "1", "3", "4"], patch.Elements("change").Select(change => change.Value("position")!));
        Assert.True(CibPatchset.Apply(source, patch).Document.ContentEquals(target));
    }

    [Fact]
    public void Versions_must_fit()
    {
        var source = Samples.Document();
        var target = CibOperations.Apply(
            source, new CibRequest(CibOperationKind.Delete) { Input = Samples.Element("<primitive id=\"A\"/>") }).Document;
        var patch = CibPatchset.Create(source, target)!;
        Assert.Equal(CibCode.Old, CibPatchset.Apply(target, patch).Code);
        var older = source.Clone();
        older.Version = new CibVersion(1, 6, 0);
        Assert.Equal(CibCode.Error, CibPatchset.Apply(older, patch).Code);
        Assert.True(CibPatchset.Apply(source, patch).Document.ContentEquals(target));
        Assert.Null(CibPatchset.Create(source, source.Clone()));
    }

    [Fact]
    public void As_an_operation_a_patch_is_followed_by_a_version_step()
    {
        var source = Samples.Document();
        source.Version = new CibVersion(2, 6, 1);
        var target = source.Clone();
        target.Root.Descendants("primitive").First().Remove();
        target.Version = new CibVersion(2, 7, 1);
        var result = CibOperations.Apply(source, new CibRequest(CibOperationKind.Patch) { Input = CibPatchset.Create(source, target) });
        Assert.Equal("2.8.0", result.Document.Version.ToString());
    }

    [Theory]
    [InlineData("<diff format=\"1\"/>")]
    [InlineData("<diff format=\"2\"><change operation=\"modify\" path=\"/cib/x\"/></diff>")]
    [InlineData("<diff format=\"2\"><change operation=\"modify\" path=\"cib\"/></diff>")]
    [InlineData("<diff format=\"2\"><change operation=\"modify\" path=\"/cib[@id='\"/></diff>")]
    [InlineData("<diff format=\"2\"><change operation=\"create\" path=\"/cib\" position=\"0\"/></diff>")]
    [InlineData("<diff format=\"2\"><change operation=\"delete\" path=\"/cib\"/></diff>")]
    [InlineData("<diff format=\"2\"><change operation=\"dance\" path=\"/cib\"/></diff>")]
    [InlineData("<diff format=\"2\" digest=\"0\"/>")]
    [InlineData("<other/>")]
    public void What_does_not_fit_is_refused(string patch)
    {
        var source = Samples.Document();
        var result = CibPatchset.Apply(source, Samples.Element(patch));
        Assert.False(result.IsOk);
        Assert.Same(source, result.Document);
    }

    private static void Change(CibDocument document, Random random)
    {
        var elements = document.Configuration!.Descendants().ToList();
        var element = elements[random.Next(elements.Count)];
        var other = elements[random.Next(elements.Count)];
        switch (random.Next(10))
        {
            case 0:
                element.SetAttributeValue("x" + random.Next(3), random.Next(3));
                break;
            case 1:
                element.Attributes().FirstOrDefault(attribute => attribute.Name != "id")?.Remove();
                break;
            case 2 when element.Parent != document.Configuration:
                element.Remove();
                break;
            case 3:
                element.Add(new XElement("nvpair", new XAttribute("id", "new" + random.Next(6)), new XAttribute("v", random.Next(9))));
                break;
            case 4:
                element.AddFirst(new XElement("rule", new XElement("nvpair", new XAttribute("id", "in" + random.Next(6)))));
                break;
            case 5:
                element.AddFirst(new XComment("c" + random.Next(3)));
                break;
            case 6 when element != other && !other.Ancestors().Contains(element):
                element.Remove();
                other.AddFirst(element);
                break;
            case 7:
                element.Add(new XElement("meta_attributes", new XAttribute("id-ref", "r" + random.Next(4))));
                break;
            case 8:
                element.ReplaceAttributes(element.Attributes().Reverse().ToList());
                break;
            case 9:
                element.ReplaceNodes(element.Nodes().Reverse().ToList());
                break;
            default:
                break;
        }
    }
}
