using System.Text.Json;
using Mainstay.Lab.Tests.Harness;
using Mainstay.Testing;

namespace Mainstay.Lab.Tests.Failover;

/// <summary>Mainstay from this checkout's build.</summary>
/// <param name="runsOnCorosync">The manager runs on a real Corosync instead of mainstay-ring.</param>
internal sealed class MainstayStack(bool runsOnCorosync = false) : IClusterStack
{
    private const string Socket = "/run/mainstay/manager.sock";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    public string[] NeededPrograms => runsOnCorosync ? ["curl", "corosync"] : ["curl"];

    // The daemons are the service manager's children on a real host; here they get sessions of their own.
    private string RingCommand => runsOnCorosync ? "corosync -f" : $"{Programs.Ring} --foreground";

    private string RingKind => runsOnCorosync ? "corosync" : "mainstay";

    private string Boot => $$"""
        #!/bin/sh
        stop() { p=$(cat /run/mainstay/$1.pid 2>/dev/null) && kill -TERM $p 2>/dev/null && while kill -0 $p 2>/dev/null; do sleep 0.05; done; }
        case "$1" in
        start)
            mkdir -p /run/mainstay /run/resource-agents /var/lib/mainstay /var/log/mainstay
            export MAINSTAY_COMMAND={{Programs.Cli}}
            setsid sh -c 'echo $$ > /run/mainstay/ring.pid; exec {{RingCommand}}' </dev/null >>/var/log/mainstay/ring.log 2>&1 &
            setsid sh -c 'echo $$ > /run/mainstay/manager.pid; exec {{Programs.Manager}} --foreground --ring {{RingKind}}' </dev/null >>/var/log/mainstay/manager.log 2>&1 &
            ;;
        stop)
            stop manager
            stop ring
            ;;
        esac
        exit 0

        """;

    public void Start(LabCluster lab, int tokenMs)
    {
        lab.Lab("corosync", "3", "--only-corosync", "--transport", "udpu", "--token", $"{tokenMs}", "--no-start", "--no-boot");
        var tools = File.ReadAllLines(Path.Combine(Repository.Root, "src", "Mainstay.Cli", "native-tools.txt")).Where(
            l => l.Length > 0 && !(runsOnCorosync && l.StartsWith("corosync-", StringComparison.Ordinal)));
        foreach (var node in ServiceCluster.Nodes)
        {
            // Agents call the native tools by their place (spec/agents.md section 14).
            lab.Shell(node, $"for t in {string.Join(' ', tools)} mainstay; do ln -sf {Programs.Cli} /usr/sbin/$t; done");
            lab.Write(node, "/etc/lab/boot", Boot, isExecutable: true);
        }

        foreach (var node in ServiceCluster.Nodes) lab.Exec(node, "/etc/lab/boot", "start");
        foreach (var node in ServiceCluster.Nodes)
        {
            LabCluster.UntilAsync($"{node} sees all nodes online", StartLimit, () =>
            {
                var (online, text) = Online(lab, node);
                return (online.SequenceEqual(ServiceCluster.Nodes), text.Length > 0 ? text : Diagnose(lab, node));
            }).GetAwaiter().GetResult();
        }
    }

    public void Load(LabCluster lab, string propertiesXml, string resourcesXml)
    {
        Replace(lab, "crm_config", propertiesXml);
        Replace(lab, "resources", resourcesXml);
    }

    public (IReadOnlyList<string> Online, string Text) Online(LabCluster lab, string node)
    {
        var text = Get(lab, node, "/v1/status");
        try
        {
            using var status = JsonDocument.Parse(text);
            var online = status.RootElement.GetProperty("nodes").EnumerateArray()
                .Where(n => n.GetProperty("online").GetBoolean() && !n.GetProperty("unclean").GetBoolean())
                .Select(n => n.GetProperty("name").GetString()!)
                .Order(StringComparer.Ordinal);
            return ([.. online], text);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ([], text);
        }
    }

    public void SetStandby(LabCluster lab, string node, bool isOn) => Post(
        lab, node, "/v1/attributes", new { name = "standby", node, value = isOn ? "on" : null, lifetime = "Permanent", client = "lab" });

    public string Diagnose(LabCluster lab, string node) => lab.Try(
        node, "sh", "-c", $"curl -s -m 5 --unix-socket {Socket} http://localhost/v1/status; tail -n 40 /var/log/mainstay/manager.log; tail -n 10 /var/log/mainstay/ring.log").Output;

    private static void Replace(LabCluster lab, string scope, string xml) =>
        Post(lab, "n1", "/v1/cib/operations", new { operation = "Replace", scope, xml, client = "lab" });

    private static string Get(LabCluster lab, string node, string path) =>
        lab.Try(node, "curl", "-s", "-m", "5", "--unix-socket", Socket, "http://localhost" + path).Output;

    private static void Post(LabCluster lab, string node, string path, object body)
    {
        lab.Write(node, "/run/mainstay-request.json", JsonSerializer.Serialize(body));
        var result = lab.Try(
            node, "curl", "-s", "-S", "-m", "30", "--fail-with-body", "--unix-socket", Socket, "-H", "Content-Type: application/json",
            "--data-binary", "@/run/mainstay-request.json", "http://localhost" + path);
        Assert.True(result.ExitCode == 0, $"POST {path} on {node} was refused: {result.Output}{result.Error}");
    }
}
