using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

/// <summary>The fast reader gives the general reader's document, or leaves the text to it.</summary>
public sealed class PlainReaderTests
{
    [Theory]
    [InlineData("<cib/>")]
    [InlineData("<?xml version=\"1.0\"?>\n<cib a='1' b=\"2\"></cib>\n")]
    [InlineData("<?xml version='1.0' encoding='UTF-8'?><cib><a/>\r\n<b>\r</b>\r\n\r<c/></cib>")]
    [InlineData("<!-- first\n --><cib>\n<!----><a><!-- é\n\n --></a>\n<b/></cib><!-- last -->\n")]
    [InlineData("<cib a=\"&lt;&amp;amp;&gt; &quot;'&apos; é\" b='\"'/>")]
    [InlineData("<cib\n a=\"1\"\n\tb=\"2\"\n><a\n/></cib\n>")]
    public void Usual_text_is_read_as_by_the_general_reader(string text)
    {
        var general = CibDocument.Parse(text).DocumentOrThrow();
        var plain = PlainReader.TryRead(Encoding.UTF8.GetBytes(text), CibLimits.Default, packsHistories: false);
        Assert.NotNull(plain);
        Assert.True(XNode.DeepEquals(general.Xml, plain), $"{general.Xml}\n{plain}");
        Assert.Equal(general.Root.DescendantsAndSelf().Select(e => e.Line()), plain.Root!.DescendantsAndSelf().Select(e => e.Line()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("<!-- a -->")]
    [InlineData("<cib")]
    [InlineData("<cib>")]
    [InlineData("<cib></cib")]
    [InlineData("<cib></cid>")]
    [InlineData("</cib>")]
    [InlineData("<cib/><cib/>")]
    [InlineData("<cib/>text")]
    [InlineData("<cib>text</cib>")]
    [InlineData("<cib><![CDATA[text]]></cib>")]
    [InlineData("<!DOCTYPE cib><cib/>")]
    [InlineData("<!DOCTYPE cib [<!ENTITY a \"b\">]><cib/>")]
    [InlineData("<?pi?><cib/>")]
    [InlineData(" <?xml version='1.0'?><cib/>")]
    [InlineData("<?xml version='1.1'?><cib/>")]
    [InlineData("<?xml version='1.0' encoding='latin1'?><cib/>")]
    [InlineData("<cib a='1' a='2'/>")]
    [InlineData("<cib a='1'b='2'/>")]
    [InlineData("<cib a = '1'/>")]
    [InlineData("<cib a=1/>")]
    [InlineData("<cib a='<'/>")]
    [InlineData("<cib a='&#10;'/>")]
    [InlineData("<cib a='&other;'/>")]
    [InlineData("<cib a='&'/>")]
    [InlineData("<cib a='1\n2'/>")]
    [InlineData("<cib a='\u0001'/>")]
    [InlineData("<cib a='\uFFFF'/>")]
    [InlineData("<cib xmlns='urn:a'/>")]
    [InlineData("<p:cib xmlns:p='urn:a'/>")]
    [InlineData("<cib 1a='1'/>")]
    [InlineData("<cib><!-- a -- b --></cib>")]
    [InlineData("<cib><!-- a ---></cib>")]
    [InlineData("<cib><!-- a\rb --></cib>")]
    public void Everything_else_is_left_to_the_general_reader(string text) =>
        Assert.Null(PlainReader.TryRead(Encoding.UTF8.GetBytes(text), CibLimits.Default, packsHistories: true));

    [Fact]
    public void Bytes_that_are_no_utf_8_are_left_to_the_general_reader() =>
        Assert.Null(PlainReader.TryRead([.. "<cib a='"u8, 0xC3, 0x28, .. "'/>"u8], CibLimits.Default, packsHistories: true));

    [Fact]
    public void Bounds_of_depth_attributes_and_size_hold()
    {
        var limits = new CibLimits { DepthMax = 3, AttributeCountMax = 2, CharactersMax = 40 };
        Assert.NotNull(Read("<a><b><c x='1' y='2'/></b></a>"));
        Assert.Null(Read("<a><b><c><d/></c></b></a>"));
        Assert.Null(Read("<a x='1' y='2' z='3'/>"));
        Assert.Null(Read("<a><!-- forty characters and more are here --></a>"));

        XDocument? Read(string text) => PlainReader.TryRead(Encoding.UTF8.GetBytes(text), limits, packsHistories: true);
    }
}
