using System.Xml.Linq;

namespace Mainstay.Cli.Tests.Simulate;

/// <summary>The command line of the simulator (spec/scheduler-output.md section 9).</summary>
public sealed class SimulateToolTests : SimulateRun
{
    [Fact]
    public void The_status_alone_is_shown_unless_more_is_asked_for()
    {
        Assert.Equal(0, Run("-x", InFolder("cib.xml")));
        Assert.Contains("Current cluster status:\n  * Node List:\n    * Online: [ n1 n2 ]\n", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Transition Summary", Output, StringComparison.Ordinal);
        Assert.Equal(0, Run("-x", InFolder("cib.xml"), "-R"));
        Assert.Contains("  * Start      a       ( n1 )\n", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Executing Cluster Transition", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void All_artifacts_are_saved_and_the_savedOutputput_is_at_rest()
    {
        Assert.Equal(0, Run("-SQx", InFolder("cib.xml"), "-I", InFolder("in"), "-O", InFolder("out"), "-G", InFolder("graph"), "-D", InFolder("dot"), "-u", "n3"));
        Assert.Empty(Output);
        Assert.Contains("uname=\"n3\"", File.ReadAllText(InFolder("in")), StringComparison.Ordinal);
        Assert.Equal("transition_graph", XDocument.Load(InFolder("graph")).Root!.Name.LocalName);
        Assert.StartsWith(" digraph", File.ReadAllText(InFolder("dot")), StringComparison.Ordinal);
        Assert.Equal(0, Run("-Rx", InFolder("out")));
        Assert.EndsWith("Transition Summary:\n", Output, StringComparison.Ordinal);
    }

    [Fact]
    public void In_place_replaces_the_input_and_needs_a_file()
    {
        Assert.Equal(0, Run("-Xx", InFolder("cib.xml")));
        Assert.Contains("a_last_0", File.ReadAllText(InFolder("cib.xml")), StringComparison.Ordinal);
        Assert.Equal(64, Run("-X"));
    }

    [Theory]
    [InlineData("--node-down", "Taking node n9 offline")]
    [InlineData("--node-fail", "Failing node n9")]
    public void A_node_nobody_knows_ends_the_simulation_with_an_error_and_nothing_is_saved(string option, string line)
    {
        Assert.Equal(105, Run("-X", "-x", InFolder("cib.xml"), "-O", InFolder("out"), option, "n9"));
        Assert.EndsWith($"Performing Requested Modifications:\n  * {line}\n", Output, StringComparison.Ordinal);
        Assert.StartsWith("Node 'n9' is not in the configuration", Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(InFolder("out")));
        Assert.Equal(Cib, File.ReadAllText(InFolder("cib.xml")));
        Assert.Equal(105, Run("--output-as=xml", "-x", InFolder("cib.xml"), option, "n9"));
        Assert.Equal("105", (string?)XDocument.Parse(Output).Root!.Element("status")!.Attribute("code"));
    }

    [Fact]
    public void TheOutputput_can_be_xml_and_go_to_a_file()
    {
        Assert.Equal(0, Run("--output-as=xml", "--output-to", InFolder("result"), "-S", "-U", "-x", InFolder("cib.xml"), "-d", "n1", "-g", "t"));
        Assert.Empty(Output);
        var root = XDocument.Load(InFolder("result")).Root!;
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
        Assert.Contains("Bringing node n1 online", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<cib", 65, "the given text:1:")]
    [InlineData("<nocib/>", 65, "not 'cib'")]
    [InlineData("""<cib validate-with="pacemaker-9999.0"/>""", 78, "no schema 'pacemaker-9999.0'")]
    [InlineData("""<cib><configuration/></cib>""", 78, "validate-with is missing")]
    public void An_input_that_is_no_cib_is_refused_with_the_reason(string text, int code, string reason)
    {
        Assert.Equal(code, Run("--xml-text", text, "-S"));
        Assert.Contains(reason, Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invalid_element_is_named_with_its_id_and_line()
    {
        string broken = Cib.Replace("<constraints/>", "<constraints>\n<rsc_order id=\"o2\" first=\"a\" then=\"ghost\"/></constraints>", StringComparison.Ordinal);
        Assert.Equal(78, Run("--xml-text", broken, "-S"));
        Assert.Contains("ghost", Errors, StringComparison.Ordinal);
        Assert.Contains("o2", Errors, StringComparison.Ordinal);
        Assert.Contains("line 6", Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_command_lines_are_usageErrorss()
    {
        Assert.Equal(64, Run("--nonsense"));
        Assert.Equal(64, Run("leftover"));
        Assert.Equal(64, Run("-x", InFolder("cib.xml"), "-t", "someday"));
        Assert.Equal(66, Run("-x", InFolder("missing.xml")));
        Assert.Equal(64, Run("-P", Folder, "-N", "0"));
    }

    [Fact]
    public void A_profile_times_every_file()
    {
        Assert.Equal(0, Run("-P", Folder, "-N", "2"));
        Assert.Matches(@"^Timings:\n  \* Testing .*cib\.xml \.\.\. [0-9]+\.[0-9]{2} secs\n$", Output);
    }
}
