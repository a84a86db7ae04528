using System.Text;

namespace Mainstay.Cib.Tests;

/// <summary>Absurd sizes are refused before they cost anything, with the same words on every way in.</summary>
public sealed class LargeInputTests
{
    [Theory]
    [InlineData("=\"1\"")]
    [InlineData("='1'")]
    public void An_element_with_a_hundred_thousand_attributes_is_refused_with_its_line(string value)
    {
        // A general reader would need minutes: its time grows with the square.
        string text = "<cib>\n<a " + string.Concat(Enumerable.Range(0, 100_000).Select(i => $" a{i}{value}")) + "/></cib>";
        var results = new[]
        {
            CibDocument.Parse(text, "x").Problems,
            CibDocument.Parse(Encoding.UTF8.GetBytes(text), "x").Problems,
            CibDocument.ParseForPlanning(Encoding.UTF8.GetBytes(text), "x").Problems,
            CibReader.Read(text, "x").Problems,
        };
        foreach (var problems in results)
        {
            var problem = Assert.Single(problems);
            Assert.Equal(("more than 4096 attributes in one element", 2), (problem.Message, problem.Line));
        }
    }

    [Fact]
    public void As_many_attributes_as_allowed_are_read()
    {
        string text = "<cib" + string.Concat(Enumerable.Range(0, 4096).Select(i => $" a{i}=\"1\"")) + "/>";
        Assert.Equal(4096, CibDocument.Parse(text).DocumentOrThrow().Root.Attributes().Count());
        Assert.Equal(4096, CibDocument.ParseForPlanning(Encoding.UTF8.GetBytes(text)).DocumentOrThrow().PackedRoot.Attributes().Count());
    }

    [Fact]
    public void A_long_value_is_no_element_with_many_attributes()
    {
        string text = $"<cib a=\"{new string('=', 1_000_000)}\"/>";
        Assert.Equal(1_000_000, CibDocument.Parse(text).DocumentOrThrow().Root.Attribute("a")!.Value.Length);
    }

    [Fact]
    public void Nesting_is_refused_at_the_bound_whatever_follows()
    {
        string text = string.Concat(Enumerable.Repeat("<a>", 1_000_000));
        var problem = Assert.Single(CibDocument.ParseForPlanning(Encoding.UTF8.GetBytes(text), "x").Problems);
        Assert.Equal("elements are nested deeper than 128", problem.Message);
    }
}
