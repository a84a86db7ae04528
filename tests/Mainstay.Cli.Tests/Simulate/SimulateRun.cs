namespace Mainstay.Cli.Tests.Simulate;

/// <summary>Runs the simulator on files in a folder of its own, which holds <c>cib.xml</c>: two nodes, one resource.</summary>
public abstract class SimulateRun : IDisposable
{
    protected const string Cib = """
        <cib validate-with="pacemaker-4.0" crm_feature_set="3.20.5" admin_epoch="0" epoch="1" num_updates="0" have-quorum="1">
          <configuration><crm_config><cluster_property_set id="o"><nvpair id="o1" name="fencing-enabled" value="false"/></cluster_property_set></crm_config>
            <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
            <resources><primitive id="a" class="ocf" provider="pacemaker" type="Dummy"><operations>
              <op id="a-m" name="monitor" interval="20s"/></operations></primitive></resources><constraints/></configuration>
          <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/>
            <node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mainstay-simulate-");

    protected SimulateRun() => File.WriteAllText(InFolder("cib.xml"), Cib);

    /// <summary>What the last run printed.</summary>
    protected string Output { get; private set; } = "";

    /// <summary>What it complained of.</summary>
    protected string Errors { get; private set; } = "";

    protected string Folder => _folder.FullName;

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string InFolder(string name) => Path.Combine(_folder.FullName, name);

    protected int Run(params string[] args) => RunWith("", args);

    protected int RunWith(string input, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var stdin = new StringReader(input);
        var context = new ToolContext("crm_simulate", output, error, stdin, _ => null, TerminalFacts.Plain);
        int code = ToolRegistry.Run(context, args);
        Output = output.ToString();
        Errors = error.ToString();
        return code;
    }
}
