using Mainstay.Cli.Simulate;

namespace Mainstay.Cli.Tests.Simulate;

public sealed class WhatIfTests : IDisposable
{
    private const string Cib = """
        <cib validate-with="pacemaker-4.0" crm_feature_set="3.20.5" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1">
          <configuration><crm_config><cluster_property_set id="o"><nvpair id="o1" name="fencing-enabled" value="false"/></cluster_property_set></crm_config>
            <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
            <resources><primitive id="a" class="ocf" provider="pacemaker" type="Dummy"><operations>
              <op id="a-m" name="monitor" interval="20s"/></operations></primitive></resources><constraints/></configuration>
          <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/>
            <node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mainstay-what-if-");
    private string _out = "";
    private string _error = "";

    public WhatIfTests() => File.WriteAllText(InFolder("cib.xml"), Cib);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_ban_moves_what_would_run_there()
    {
        Assert.Equal(0, Run("-R", "--ban", "a@n1"));
        Assert.Contains("Start      a       ( n2 )\n", _out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop-all-resources=true")]
    [InlineData("resource:a:target-role=Stopped")]
    public void A_setting_counts_as_if_it_were_configured(string setting)
    {
        Assert.Equal(0, Run("-R", "--set", setting));
        Assert.DoesNotContain("Start      a", _out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_attribute_counts_too()
    {
        Assert.Equal(0, Run("-R", "--set", "node:n1:standby=on"));
        Assert.Contains("Start      a       ( n2 )\n", _out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_by_its_short_name_is_that_of_the_configured_monitor()
    {
        Assert.Equal(0, Run("-SQ", "-O", InFolder("running.xml")));
        Assert.Equal(0, Run("running.xml", "-R", "--fail", "a@n1"));
        Assert.Contains("a_monitor_20000@n1=1", _out, StringComparison.Ordinal);
        Assert.Contains("Recover    a", _out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ban 'a': write RESOURCE@NODE", "--ban", "a")]
    [InlineData("--ban 'b@n1': there is no resource 'b'", "--ban", "b@n1")]
    [InlineData("--ban 'a@n9': there is no node 'n9' (did you mean 'n1'?)", "--ban", "a@n9")]
    [InlineData("--set 'x:y=1': write OPTION=VALUE, resource:ID:NAME=VALUE or node:NAME:ATTRIBUTE=VALUE", "--set", "x:y=1")]
    [InlineData("--fail 'a': write RESOURCE@NODE or RESOURCE_TASK_INTERVALMS@NODE=RC", "--fail", "a")]
    public void What_cannot_be_tried_out_is_told_and_nothing_is_simulated(string message, params string[] args)
    {
        Assert.Equal(64, Run(["-R", .. args]));
        Assert.Contains(message, _error, StringComparison.Ordinal);
        Assert.DoesNotContain("Transition Summary", _out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_transition_can_be_saved_as_a_picture_and_as_a_page()
    {
        Assert.Equal(0, Run("-RQ", "--save-svg", InFolder("t.svg"), "--save-html", InFolder("t.html")));
        Assert.StartsWith("<svg", File.ReadAllText(InFolder("t.svg")), StringComparison.Ordinal);
        Assert.Contains("start a", File.ReadAllText(InFolder("t.svg")), StringComparison.Ordinal);
        Assert.Contains("<title>Transition for cib.xml</title>", File.ReadAllText(InFolder("t.html")), StringComparison.Ordinal);
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private int Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new ToolContext("crm_simulate", output, error, TextReader.Null, static _ => null, TerminalFacts.Plain);
        bool namesFile = args[0].EndsWith(".xml", StringComparison.Ordinal);
        string file = InFolder(namesFile ? args[0] : "cib.xml");
        int code = new SimulateTool().Run(context, ["-x", file, .. namesFile ? args[1..] : args]);
        _out = output.ToString();
        _error = error.ToString();
        return code;
    }
}
