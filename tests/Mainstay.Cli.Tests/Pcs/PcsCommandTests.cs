using System.Xml.Linq;

namespace Mainstay.Cli.Tests.Pcs;

/// <summary>The grammar of pcs on a CIB file (spec/cli-pcs.md).</summary>
public sealed class PcsCommandTests : IDisposable
{
    private readonly PcsConsole _console = new();

    public void Dispose() => _console.Dispose();

    [Fact]
    public void The_lines_of_every_introduction_work_as_written()
    {
        Do("resource create WebVIP IPaddr2 ip=192.168.1.100 cidr_netmask=24");
        Assert.Contains("Assumed agent name 'ocf:heartbeat:IPaddr2' (deduced from 'IPaddr2')", _console.Error, StringComparison.Ordinal);
        Do("resource create WebServer systemd:httpd");
        Do("constraint colocation add WebVIP with WebServer");

        Assert.Equal("192.168.1.100", _console.ById("WebVIP-instance_attributes-ip").Attribute("value")!.Value);
        Assert.Equal(
            ["WebVIP-monitor-interval-10s", "WebVIP-start-interval-0s", "WebVIP-stop-interval-0s"],
            _console.ById("WebVIP").Descendants("op").Select(o => o.Attribute("id")!.Value));
        Assert.Equal("systemd", _console.ById("WebServer").Attribute("class")!.Value);
        Assert.Equal("INFINITY", _console.ById("colocation-WebVIP-WebServer-INFINITY").Attribute("score")!.Value);
    }

    [Theory]
    [InlineData("cluster setup my_cluster node1 addr=192.0.2.1 node2 addr=192.0.2.2")]
    [InlineData("cluster setup --name my_cluster node1 addr=192.0.2.1 node2 addr=192.0.2.2")]
    public void Both_forms_of_setup_give_the_same_cluster(string line)
    {
        var conf = Path.Combine(_console.Folder, "corosync.conf");

        Assert.Equal(0, _console.RunWithoutCib($"{line} transport udpu --corosync_conf {conf} --no-cluster-uuid"));

        var text = File.ReadAllText(conf);
        Assert.Contains("cluster_name: my_cluster", text, StringComparison.Ordinal);
        Assert.Contains("transport: udpu", text, StringComparison.Ordinal);
        Assert.Contains("two_node: 1", text, StringComparison.Ordinal);
        Assert.Contains("ring0_addr: 192.0.2.2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Setup_names_all_problems_at_once()
    {
        var conf = Path.Combine(_console.Folder, "corosync.conf");

        Assert.Equal(1, _console.RunWithoutCib($"cluster setup c n1 addr=192.0.2.1 n1 addr=192.0.2.1 totem token=abc --corosync_conf {conf}"));

        Assert.Contains("duplicate node names: 'n1'", _console.Error, StringComparison.Ordinal);
        Assert.Contains("'abc' is not a valid token value", _console.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(conf));
    }

    [Fact]
    public void Setup_does_not_overwrite()
    {
        var conf = Path.Combine(_console.Folder, "corosync.conf");
        File.WriteAllText(conf, "keep");

        Assert.Equal(1, _console.RunWithoutCib($"cluster setup c n1 addr=192.0.2.1 --corosync_conf {conf}"));

        Assert.Equal("keep", File.ReadAllText(conf));
    }

    [Theory]
    [InlineData("resource crate X ocf:heartbeat:Dummy", "did you mean 'create'?")]
    [InlineData("resorce create X ocf:heartbeat:Dummy", "did you mean 'resource'?")]
    [InlineData("resource create X IPadr2 ip=192.0.2.1", "did you mean 'IPaddr2'?")]
    [InlineData("resource create X IPaddr2 ipp=192.0.2.1", "did you mean 'ip'?")]
    [InlineData("resource create X IPaddr2", "required resource option 'ip' is missing")]
    [InlineData("resource create X ocf:heartbeat:Dummy op monitro interval=10", "did you mean 'monitor'?")]
    [InlineData("property set stonith-enable=true", "did you mean 'stonith-enabled'?")]
    [InlineData("property set stonith-enabled=maybe", "'maybe' is not a valid stonith-enabled value")]
    [InlineData("node standby node3", "Node 'node3' does not appear to exist in configuration")]
    [InlineData("resource --grop=x", "did you mean '--group'?")]
    [InlineData("constraint location nosuch prefers node1", "bundle / clone / group / resource 'nosuch' does not exist")]
    [InlineData("resource show", "Please use 'pcs resource config")]
    public void What_is_wrong_is_said_with_a_hint(string line, string expected)
    {
        Assert.Equal(1, _console.Run(line));

        Assert.Contains(expected, _console.Error, StringComparison.Ordinal);
        Assert.Contains("Error: ", _console.Error, StringComparison.Ordinal);
        Assert.Empty(_console.Configuration.Element("resources")!.Elements());
    }

    [Fact]
    public void Deleting_a_resource_takes_what_depends_on_it()
    {
        Do("resource create A ocf:heartbeat:Dummy --group G");
        Do("resource create B ocf:heartbeat:Dummy");
        Do("constraint location G prefers node1=100");
        Do("constraint order set A B");
        Do("tag create T A B");

        Do("resource delete A");

        Assert.Equal(["B"], _console.Configuration.Descendants("primitive").Select(p => p.Attribute("id")!.Value));
        Assert.Empty(_console.Configuration.Descendants("rsc_location"));
        Assert.Equal(["B"], _console.Configuration.Descendants("resource_ref").Select(r => r.Attribute("id")!.Value));
        Assert.Equal(["B"], _console.Configuration.Descendants("obj_ref").Select(r => r.Attribute("id")!.Value));
        Assert.Contains("Removing dependant elements:", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_is_read_and_printed_again()
    {
        Do("resource create A ocf:heartbeat:Dummy");
        Do("constraint location A rule score=100 '(' defined rack and rack ne 3 ')' or '#uname' eq node1");

        Do("constraint --full");

        Assert.Equal(
            """
            Location Constraints:
              resource 'A' (id: location-A)
                Rules:
                  Rule: boolean-op=or score=100 (id: location-A-rule)
                    Rule: boolean-op=and (id: location-A-rule-rule)
                      Expression: defined rack (id: location-A-rule-rule-expr)
                      Expression: rack ne 3 (id: location-A-rule-rule-expr-1)
                    Expression: #uname eq node1 (id: location-A-rule-expr)

            """,
            _console.Output);
    }

    [Fact]
    public void The_script_of_a_configuration_makes_the_same_configuration()
    {
        Do("resource create A ocf:heartbeat:Dummy state=/x op monitor interval=30s");
        Do("resource config --output-format cmd");
        var script = _console.Output.Replace("\\\n", " ", StringComparison.Ordinal).Replace(";\n", "\n", StringComparison.Ordinal);
        var before = _console.ById("A");
        Do("resource delete A");

        foreach (var line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Do(line.Trim()["pcs ".Length..]);
        }

        Assert.Equal(Ids(before), Ids(_console.ById("A")));
    }

    [Fact]
    public void A_dry_run_shows_the_change_and_makes_none()
    {
        var before = File.ReadAllText(_console.CibPath);

        Do("property set maintenance-mode=true --dry-run");

        Assert.Contains("maintenance-mode", _console.Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_console.CibPath));
    }

    [Fact]
    public void A_broken_file_is_refused_with_its_line()
    {
        File.WriteAllText(_console.CibPath, "<cib>\n<configuration>\n</cib>");

        Assert.Equal(1, _console.Run("resource config"));

        Assert.Contains("cib.xml:3", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_of_a_file_says_what_keeps_resources_from_starting()
    {
        Do("resource create A ocf:heartbeat:Dummy");

        Do("status");

        Assert.Contains("No stonith devices and stonith-enabled is not false", _console.Output, StringComparison.Ordinal);
        Assert.Contains("  * A\t(ocf:heartbeat:Dummy):\t Stopped", _console.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(XElement element) =>
        element.DescendantsAndSelf().Attributes("id").Select(a => a.Value).Order(StringComparer.Ordinal);

    private void Do(string line)
    {
        var code = _console.Run(line);
        Assert.True(code == 0, $"{line}: exit code {code}\n{_console.Error}");
    }
}
