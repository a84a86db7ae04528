using System.Xml.Linq;
using Mainstay.Agents;
using Mainstay.Cli.Agents;
using Mainstay.Cli.Pcs;

namespace Mainstay.Cli.Tests.Pcs;

/// <summary>Runs command lines in this process, on a CIB file of its own and with agents of its own.</summary>
internal sealed class PcsConsole : IDisposable
{
    private const string Start = """
        <cib crm_feature_set="3.16.0" validate-with="pacemaker-3.9" epoch="1" num_updates="0" admin_epoch="0" have-quorum="1">
          <configuration>
            <crm_config/>
            <nodes><node id="1" uname="node1"/><node id="2" uname="node2"/></nodes>
            <resources/>
            <constraints/>
          </configuration>
          <status/>
        </cib>
        """;

    public PcsConsole()
    {
        Folder = Directory.CreateTempSubdirectory("mainstay-cli-").FullName;
        CibPath = Path.Combine(Folder, "cib.xml");
        File.WriteAllText(CibPath, Start);
    }

    public string Folder { get; }

    public string CibPath { get; }

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public XElement Configuration => XDocument.Load(CibPath).Root!.Element("configuration")!;

    /// <summary>Runs a line of words; words in single quotes stay together.</summary>
    public int Run(string line) => Execute(["-f", CibPath, .. Split(line)]);

    public int RunWithoutCib(string line) => Execute(Split(line));

    public XElement ById(string id) => Configuration.Descendants().First(e => e.Attribute("id")?.Value == id);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private int Execute(IReadOnlyList<string> args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var context = new ToolContext("pcs", output, error, TextReader.Null, static _ => null, TerminalFacts.Plain) { Agents = new KnownAgents() };
        var code = new PcsTool().Run(context, args);
        (Output, Error) = (output.ToString(), error.ToString());
        return code;
    }

    private static string[] Split(string line) =>
        [.. line.Split('\'').SelectMany((part, index) => index % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Two OCF agents and one fence agent; nothing of the machine.</summary>
    private sealed class KnownAgents : IAgentCatalog
    {
        private static readonly Dictionary<string, AgentMetadata> s_agents = new(StringComparer.Ordinal)
        {
            ["ocf:heartbeat:IPaddr2"] = new()
            {
                Name = "IPaddr2",
                Parameters = [new() { Name = "ip", IsRequired = true }, new() { Name = "cidr_netmask" }, new() { Name = "nic" }],
                Actions = [Action("start", "20s"), Action("stop", "20s"), Action("monitor", "20s", "10s"), Action("meta-data", "5s")],
            },
            ["ocf:heartbeat:Dummy"] = new()
            {
                Name = "Dummy",
                Parameters = [new() { Name = "state" }],
                Actions = [Action("start", "20s"), Action("stop", "20s"), Action("monitor", "20s", "10s")],
            },
            ["stonith:fence_test"] = new()
            {
                Name = "fence_test",
                Parameters = [new() { Name = "ip", IsRequired = true }],
                Actions = [new() { Name = "reboot" }, new() { Name = "monitor" }],
            },
        };

        public IReadOnlyList<string> Standards() => ["lsb", "ocf", "service", "stonith"];

        public IReadOnlyList<string> Providers() => ["heartbeat"];

        public IReadOnlyList<string> Types(AgentStandard standard, string provider) => standard switch
        {
            AgentStandard.Ocf => ["Dummy", "IPaddr2"],
            AgentStandard.Stonith => ["fence_test"],
            _ => [],
        };

        public AgentMetadata? Describe(AgentId agent) => s_agents.GetValueOrDefault(agent.ToString());

        public IReadOnlyDictionary<AgentId, string> ShortDescriptions(IReadOnlyList<AgentId> agents) =>
            agents.ToDictionary(a => a, a => a.Type + " agent");

        private static AgentAction Action(string name, string timeout, string interval = "") => new() { Name = name, Timeout = timeout, Interval = interval };
    }
}
