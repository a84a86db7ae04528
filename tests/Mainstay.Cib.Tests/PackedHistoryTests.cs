using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib.Tests;

/// <summary>A document whose histories are kept as text is the same document, and odd text is left to the general reader.</summary>
public sealed class PackedHistoryTests
{
    private const string History = """
        <?xml version="1.0"?>
        <cib epoch="1">
          <configuration/>
          <status>
            <node_state id="1">
              <lrm id="1">
                <lrm_resources>
                  <lrm_resource id="a" class="ocf" provider='pacemaker' type="Dummy">
                    <lrm_rsc_op id="a_last_0" operation="start" call-id="3" rc-code="0" op-status="0" interval="0"
                      transition-key="1:2:0:u" transition-magic="0:0;1:2:0:u"
                      exit-reason="a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos; é"/>
                    <lrm_rsc_op id="a_last_failure_0" operation="other" call-id="-1" rc-code="999" op-status="x" interval="5s"></lrm_rsc_op>
                    <lrm_rsc_op id="nothing"/>
                  </lrm_resource>
                  <lrm_resource id="b:1" class="stonith" type="x > y"/>
                </lrm_resources>
              </lrm>
            </node_state>
            <node_state id="2"><lrm id="2"><lrm_resources/></lrm></node_state>
            <node_state id="3"><lrm id="3"><lrm_resources ></lrm_resources></lrm></node_state>
            <tickets/>
          </status>
        </cib>
        """;

    [Fact]
    public void A_packed_document_unfolds_into_the_same_document_with_the_same_lines()
    {
        var packed = CibDocument.ParseForPlanning(Bytes(History)).DocumentOrThrow();
        Assert.Empty(packed.PackedRoot.Descendants("lrm_rsc_op"));
        var plain = CibDocument.Parse(History).DocumentOrThrow();
        Assert.Equal(plain.ToXml(), packed.Clone().ToXml());
        Assert.Equal(plain.ToXml(), packed.ToXml());
        Assert.Equal(Lines(plain), Lines(packed));
    }

    [Fact]
    public void Recorded_operations_are_the_same_from_text_and_from_elements()
    {
        string fromText = Describe(CibDocument.ParseForPlanning(Bytes(History)).DocumentOrThrow().PackedRoot);
        Assert.Equal(Describe(CibDocument.Parse(History).DocumentOrThrow().Root), fromText);
        Assert.Contains("a <b> &amp; \"c\" 'd' é", fromText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit-reason=\"a\"", "exit-reason='a'", true)]
    [InlineData("exit-reason=\"a\"", "exit-reason='A'", false)]
    [InlineData("exit-reason=\"&quot;\"", "exit-reason='\"'", true)]
    [InlineData("exit-reason=\"&amp;lt;\"", "exit-reason='&lt;'", false)]
    [InlineData("exit-reason=\"\"", "exit-reason=''", true)]
    [InlineData("exit-reason=\"a\"", "", false)]
    [InlineData("", "", false)]
    public void Two_operations_agree_on_an_attribute_that_both_have(string first, string second, bool isSame)
    {
        string text = $"<cib><status><node_state id=\"1\"><lrm id=\"1\"><lrm_resources><lrm_resource id=\"a\" type=\"x\">"
            + $"<lrm_rsc_op id=\"1\" operation=\"start\" {first}/><lrm_rsc_op operation=\"start\" {second} id=\"2\"/>"
            + "</lrm_resource></lrm_resources></lrm></node_state></status></cib>";
        var packed = Operations(CibDocument.ParseForPlanning(Bytes(text)).DocumentOrThrow().PackedRoot);
        var plain = Operations(CibDocument.Parse(text).DocumentOrThrow().Root);
        RecordedOperation[][] pairs = [[packed[0], packed[1]], [plain[0], plain[1]], [packed[0], plain[1]], [plain[0], packed[1]]];
        Assert.All(pairs, pair => Assert.Equal(isSame, pair[0].HasSame("exit-reason", pair[1])));
        Assert.All(pairs, pair => Assert.False(pair[0].HasSame("id", pair[1])));
        Assert.All(pairs, pair => Assert.True(pair[0].HasSame("operation", pair[1])));
    }

    [Fact]
    public void Agents_and_names_are_found_whatever_the_order_of_resources_and_attributes()
    {
        string[] resources =
        [
            "<lrm_resource id=\"a\" class=\"ocf\" provider=\"p\" type=\"T\"/>",
            "<lrm_resource id=\"b\" class=\"ocf\" provider=\"p\" type=\"T\"/>",
            "<lrm_resource class=\"ocf\" id=\"c\" provider=\"p\" type=\"U\"/>",
            "<lrm_resource\n id='d' type=\"T\" class=\"systemd\"/>",
            "<lrm_resource type=\"T\" class=\"ocf\" provider=\"p&amp;q\" id=\"e\"/>",
            "<lrm_resource id=\"f\"/>",
        ];
        int[][] orders = [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [0, 2, 4], [1, 1, 3, 0, 5]];
        string nodes = string.Concat(orders.Select((order, i) => $"<node_state id=\"{i}\"><lrm id=\"{i}\"><lrm_resources>"
            + $"{string.Concat(order.Select(k => resources[k]))}</lrm_resources></lrm></node_state>"));
        string text = $"<cib><status>{nodes}</status></cib>";
        var root = CibDocument.ParseForPlanning(Bytes(text)).DocumentOrThrow().PackedRoot;
        (string? Class, string? Provider, string? Type)[] agents =
            [("ocf", "p", "T"), ("ocf", "p", "T"), ("ocf", "p", "U"), ("systemd", null, "T"), ("ocf", "p&q", "T"), (null, null, null)];
        var histories = root.Descendants("lrm_resources").ToList();
        for (int i = 0; i < orders.Length; i++)
        {
            var found = RecordedResource.ReadAll(histories[i]).ToList();
            Assert.Equal(orders[i].Select(k => "abcdef"[k].ToString()), found.Select(r => r.Id));
            foreach (var (resource, k) in found.Zip(orders[i]))
            {
                var matching = agents.Where(agent => resource.HasAgent(agent.Class, agent.Provider, agent.Type)).Distinct();
                Assert.Equal([agents[k]], matching);
            }
        }
    }

    private static List<RecordedOperation> Operations(XElement root) =>
        [.. root.Descendants("lrm_resources").SelectMany(RecordedResource.ReadAll).SelectMany(resource => resource.Operations)];

    [Theory]
    [InlineData("call-id=\"3\"", "call-id=\"3\" call-id=\"3\"")]
    [InlineData("call-id=\"3\"", "call-id=\"<\"")]
    [InlineData("call-id=\"3\"", "call-id=\"&unknown;\"")]
    [InlineData("call-id=\"3\"", "call-id=3")]
    [InlineData("call-id=\"3\"", "3call=\"3\"")]
    [InlineData("call-id=\"3\"", "p:call=\"3\"")]
    [InlineData("call-id=\"3\"", "call-id=\"\u0001\"")]
    [InlineData("</lrm_resources>", "</lrm_resource>")]
    [InlineData("</status>", "")]
    [InlineData("</lrm_rsc_op>", "")]
    public void What_is_not_well_formed_is_refused_as_by_the_general_reader(string part, string replacement)
    {
        string text = History.Replace(part, replacement, StringComparison.Ordinal);
        var expected = CibDocument.Parse(text, "x");
        var actual = CibDocument.ParseForPlanning(Bytes(text), "x");
        Assert.Null(actual.Document);
        Assert.Equal(expected.Problems[0].Message, actual.Problems[0].Message);
        Assert.Equal(expected.Problems[0].Line, actual.Problems[0].Line);
    }

    [Theory]
    [InlineData("<tickets/>", "<!-- <lrm_resources><lrm_resource id=\"c\"/></lrm_resources> --><tickets/>")]
    [InlineData("call-id=\"3\"", "call-id=\"&#51;\"")]
    [InlineData("call-id=\"3\"", "call-id=\"\n3\"")]
    [InlineData("<lrm_rsc_op id=\"nothing\"/>", "<lrm_rsc_op id=\"nothing\"><x/></lrm_rsc_op>")]
    [InlineData("<lrm_rsc_op id=\"nothing\"/>", "text")]
    [InlineData("<lrm_resource id=\"b:1\"", "<lrm_resource2 id=\"b:1\"")]
    [InlineData("<lrm_resource id=\"b:1\"", "<?pi?><lrm_resource id=\"b:1\"")]
    [InlineData("<tickets/>", "<lrm_resources_of_another_kind/>")]
    public void What_is_unusual_keeps_its_meaning(string part, string replacement)
    {
        string text = History.Replace(part, replacement, StringComparison.Ordinal);
        var plain = CibDocument.Parse(text).DocumentOrThrow();
        var packed = CibDocument.ParseForPlanning(Bytes(text)).DocumentOrThrow();
        Assert.Equal(Describe(plain.Root), Describe(packed.PackedRoot));
        Assert.Equal(plain.ToXml(), packed.ToXml());
    }

    [Fact]
    public void What_is_odd_in_one_history_leaves_the_others_packed()
    {
        string text = History.Replace("<lrm_resources ></lrm_resources>", "<lrm_resources><!-- odd --></lrm_resources>", StringComparison.Ordinal);
        var root = CibDocument.ParseForPlanning(Bytes(text)).DocumentOrThrow().PackedRoot;
        Assert.Empty(root.Descendants("lrm_rsc_op"));
        Assert.Single(root.DescendantNodes().OfType<XComment>());
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Lines(CibDocument document) =>
        string.Join('\n', document.Root.DescendantsAndSelf().Select(e => $"{e.Name} {e.Line()}"));

    private static string Describe(XElement root)
    {
        var text = new StringBuilder();
        foreach (var resource in root.Descendants("lrm_resources").SelectMany(RecordedResource.ReadAll))
        {
            text.Append($"{resource.Id} {resource.Text("class")} {resource.Text("none")} {resource.ToElement("r")}");
            text.Append($" {resource.HasAgent("ocf", "pacemaker", "Dummy")} {resource.HasAgent("stonith", null, "x > y")}");
            text.Append($" {resource.HasAgent("ocf", null, "Dummy")}\n");
            foreach (var operation in resource.Operations)
            {
                text.Append($"{operation.Id} {operation.Operation} {operation.IntervalMs} {operation.CallId} {operation.ExitStatus} ");
                text.Append($"{operation.ExecutionStatus} {operation.TargetResult} {operation.IsLastFailure} ");
                text.Append($"{operation.Text("exit-reason")} {operation.Text("transition-magic")}\n");
            }
        }

        return text.ToString();
    }
}
