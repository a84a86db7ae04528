using System.Text;

namespace Mainstay.Cib.Tests;

public sealed class DocumentTests
{
    [Fact]
    public void Unknown_content_comments_and_order_survive()
    {
        const string Text = """
            <!--head-->
            <cib z="1" a="2">
              <configuration>
                <future x="&lt;&amp;&quot;&#10;é"/>
                <!-- kept -->
                <mixed>text <b/> more</mixed>
              </configuration>
            </cib>

            """;
        Assert.Equal(Text.ReplaceLineEndings("\n"), Samples.Document(Text).ToXml());
    }

    [Fact]
    public void Elements_know_their_line_and_copies_keep_it()
    {
        var document = Samples.Document().Clone();
        var primitive = document.Root.Descendants("primitive").Last();
        Assert.Equal(13, primitive.Line());
        Assert.Equal(13, primitive.Copy().Line());
    }

    [Theory]
    [InlineData("", "Root element is missing")]
    [InlineData("<cib>", "not closed")]
    [InlineData("<other/>", "'other', not 'cib'")]
    [InlineData("<!DOCTYPE cib [<!ENTITY a \"b\">]><cib/>", "document type definition is not allowed")]
    [InlineData("<cib a=\"1\" a=\"2\"/>", "duplicate attribute")]
    [InlineData("<cib>&undefined;</cib>", "undeclared entity")]
    [InlineData("<cib>\u0001</cib>", "invalid character")]
    public void Bad_text_is_a_problem_with_a_reason(string text, string reason)
    {
        var result = CibDocument.Parse(text, "x.xml");
        Assert.Null(result.Document);
        Assert.Contains(reason, Assert.Single(result.Problems).ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Problems_say_the_line()
    {
        var problem = Assert.Single(CibDocument.Parse("<cib>\n<a>\n</b>\n</cib>", "my.xml").Problems);
        Assert.Equal(3, problem.Line);
        Assert.StartsWith("my.xml:3: ", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var text = new StringBuilder("<cib>").Insert(5, "<a>", 200_000).ToString();
        Assert.Contains("nested deeper", Assert.Single(CibDocument.Parse(text).Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Big_documents_are_refused_at_the_limit_and_read_below_it()
    {
        var text = new StringBuilder("<cib><status>").Insert(13, "<node_state id=\"1\"/>", 200_000).Append("</status></cib>").ToString();
        Assert.Null(CibDocument.Parse(text, limits: new CibLimits { CharactersMax = 1_000_000 }).Document);
        Assert.NotNull(CibDocument.Parse(text).Document);
    }

    [Fact]
    public void Damaged_bytes_never_throw()
    {
        var random = new Random(4711);
        var good = Encoding.UTF8.GetBytes(Samples.Base);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var count = random.Next(1, 6); count > 0; count--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var length = random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length;
            var result = CibDocument.Parse(bytes.AsMemory(0, length));
            Assert.Equal(result.Document is null, result.Problems.Any(problem => problem.Severity == CibSeverity.Error));
            if (result.Document is { } document)
            {
                _ = CibValidator.Validate(document);
                _ = CibUpgrade.Upgrade(document);
                Assert.True(document.ContentEquals(Samples.Document(document.ToXml(CibPrintStyle.Compact))));
            }
        }
    }

    [Fact]
    public void Digests_are_those_of_the_reference()
    {
        // spec/manager.md section 8.3
        Dictionary<string, string> parameters = new()
        {
            ["rel"] = "r1",
            ["passwd"] = "sekret",
            ["foo"] = "bar",
            ["CRM_meta_x"] = "1",
            ["id"] = "d"
        };
        Assert.Equal("b8d7fe355db1be796a6097aeab60c344", OperationDigest.All(parameters, 0));
        Assert.Equal("f2317cad3d54cec5d7d7aa7d0bf35cf8", OperationDigest.All([], 0));
        var recurring = OperationDigest.Parameters([new("OCF_CHECK_LEVEL", "10"), new("CRM_meta_timeout", "25000")], 25_000);
        Assert.Equal("<parameters CRM_meta_timeout=\"25000\" OCF_CHECK_LEVEL=\"10\"/>", CibWriter.Print(recurring, CibPrintStyle.Compact));
        Assert.Equal("  passwd foo  ", OperationDigest.NameList(["passwd", "foo"]));
        Assert.True(OperationDigest.ListContains("  passwd foo  ", "foo"));
        Assert.False(OperationDigest.ListContains("  passwd foo  ", "fo"));
    }
}
