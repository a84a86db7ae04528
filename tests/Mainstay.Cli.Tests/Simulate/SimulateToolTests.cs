using System.Xml.Linq;

namespace Mainstay.Cli.Tests.Simulate;

/// <summary>The command line of the simulator (spec/scheduler-output.md section 9).</summary>
public sealed class SimulateToolTests : IDisposable
{
    private const string Cib = """
        <cib validate-with="pacemaker-4.0" crm_feature_set="3.20.5" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1">
          <configuration><crm_config><cluster_property_set id="o"><nvpair id="o1" name="fencing-enabled" value="false"/></cluster_property_set></crm_config>
            <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
            <resources><primitive id="a" class="ocf" provider="pacemaker" type="Dummy"/></resources><constraints/></configuration>
          <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/>
            <node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mainstay-simulate-");
    private string _out = "";
    private string _error = "";

    public SimulateToolTests() => File.WriteAllText(Path("cib.xml"), Cib);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_status_alone_is_shown_unless_more_is_asked_for()
    {
        Assert.Equal(0, Run("-x", Path("cib.xml")));
        Assert.Contains("Current cluster status:\n  * Node List:\n    * Online: [ n1 n2 ]\n", _out, StringComparison.Ordinal);
        Assert.DoesNotContain("Transition Summary", _out, StringComparison.Ordinal);
        Assert.Equal(0, Run("-x", Path("cib.xml"), "-R"));
        Assert.Contains("  * Start      a       ( n1 )\n", _out, StringComparison.Ordinal);
        Assert.DoesNotContain("Executing Cluster Transition", _out, StringComparison.Ordinal);
    }

    [Fact]
    public void All_artifacts_are_saved_and_the_saved_output_is_at_rest()
    {
        Assert.Equal(0, Run("-SQx", Path("cib.xml"), "-I", Path("in"), "-O", Path("out"), "-G", Path("graph"), "-D", Path("dot"), "-u", "n3"));
        Assert.Empty(_out);
        Assert.Contains("uname=\"n3\"", File.ReadAllText(Path("in")), StringComparison.Ordinal);
        Assert.Equal("transition_graph", XDocument.Load(Path("graph")).Root!.Name.LocalName);
        Assert.StartsWith(" digraph", File.ReadAllText(Path("dot")), StringComparison.Ordinal);
        Assert.Equal(0, Run("-Rx", Path("out")));
        Assert.EndsWith("Transition Summary:\n", _out, StringComparison.Ordinal);
    }

    [Fact]
    public void In_place_replaces_the_input_and_needs_a_file()
    {
        Assert.Equal(0, Run("-Xx", Path("cib.xml")));
        Assert.Contains("a_last_0", File.ReadAllText(Path("cib.xml")), StringComparison.Ordinal);
        Assert.Equal(64, Run("-X"));
    }

    [Fact]
    public void The_output_can_be_xml_and_go_to_a_file()
    {
        Assert.Equal(0, Run("--output-as=xml", "--output-to", Path("result"), "-S", "-U", "-x", Path("cib.xml"), "-d", "n1", "-g", "t"));
        Assert.Empty(_out);
        var root = XDocument.Load(Path("result")).Root!;
        Assert.Equal(
            ["cluster_status", "modifications", "utilizations", "actions", "transition", "revised_cluster_status", "status"],
            root.Elements().Select(e => e.Name.LocalName));
        Assert.Equal("Offline", (string?)root.Element("modifications")!.Element("modify_node")!.Attribute("action"));
        Assert.Equal("start", (string?)root.Element("actions")!.Element("rsc_action")!.Attribute("action"));
    }

    [Fact]
    public void An_input_can_be_text_or_standard_input_and_may_lack_a_status()
    {
        string bare = Cib.Remove(Cib.IndexOf("<status>", StringComparison.Ordinal)) + "</cib>";
        Assert.Equal(0, Run("--xml-text", bare, "-R"));
        Assert.Equal(0, RunWith(bare, "-p", "-u", "n1"));
        Assert.Contains("Bringing node n1 online", _out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<cib", 65, "the given text:1:")]
    [InlineData("<nocib/>", 65, "not 'cib'")]
    [InlineData("""<cib validate-with="pacemaker-9999.0"/>""", 78, "no schema 'pacemaker-9999.0'")]
    [InlineData("""<cib><configuration/></cib>""", 78, "validate-with is missing")]
    public void An_input_that_is_no_cib_is_refused_with_the_reason(string text, int code, string reason)
    {
        Assert.Equal(code, Run("--xml-text", text, "-S"));
        Assert.Contains(reason, _error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invalid_element_is_named_with_its_id_and_line()
    {
        string broken = Cib.Replace("<constraints/>", "<constraints>\n<rsc_order id=\"o2\" first=\"a\" then=\"ghost\"/></constraints>", StringComparison.Ordinal);
        Assert.Equal(78, Run("--xml-text", broken, "-S"));
        Assert.Contains("ghost", _error, StringComparison.Ordinal);
        Assert.Contains("o2", _error, StringComparison.Ordinal);
        Assert.Contains("line 5", _error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_command_lines_are_usage_errors()
    {
        Assert.Equal(64, Run("--nonsense"));
        Assert.Equal(64, Run("leftover"));
        Assert.Equal(64, Run("-x", Path("cib.xml"), "-t", "someday"));
        Assert.Equal(66, Run("-x", Path("missing.xml")));
        Assert.Equal(64, Run("-P", _folder.FullName, "-N", "0"));
    }

    [Fact]
    public void A_profile_times_every_file()
    {
        Assert.Equal(0, Run("-P", _folder.FullName, "-N", "2"));
        Assert.Matches(@"^Timings:\n  \* Testing .*cib\.xml \.\.\. [0-9]+\.[0-9]{2} secs\n$", _out);
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private int Run(params string[] args) => RunWith("", args);

    private int RunWith(string input, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var stdin = new StringReader(input);
        var context = new ToolContext("crm_simulate", output, error, stdin, _ => null, TerminalFacts.Plain);
        int code = ToolRegistry.Run(context, args);
        _out = output.ToString();
        _error = error.ToString();
        return code;
    }
}
