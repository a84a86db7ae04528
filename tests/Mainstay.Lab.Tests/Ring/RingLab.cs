using System.Text.Json;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>A lab with a ring, on transport udpu unless asked otherwise: real Corosync on some hosts, <c>mainstay-ring</c> on
/// others.</summary>
internal sealed class RingLab : IDisposable
{
    private const string CorosyncBoot =
        "#!/bin/sh\n[ -x /etc/lab/network ] && /etc/lab/network\n[ \"$1\" = start ] && corosync || { pidof corosync >/dev/null && kill "
            + "$(pidof "
        + "corosync); }\n";

    private const string ConfigurationFile = "/etc/corosync/corosync.conf";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HashSet<string> _corosync;

    private RingLab(LabCluster cluster, IEnumerable<string> corosync)
    {
        Cluster = cluster;
        _corosync = [.. corosync];
    }

    public LabCluster Cluster { get; }

    /// <summary>Brings up three hosts, n1 to n3, and starts their rings.</summary>
    /// <param name="name">For the state directory.</param>
    /// <param name="corosync">Hosts that run the reference; the others run Mainstay.</param>
    /// <param name="tokenMs">Token timeout.</param>
    /// <param name="links">Networks that join the hosts.</param>
    /// <param name="options">Options of the lab's <c>corosync</c> command in place of <c>--transport udpu</c>.</param>
    /// <param name="started">Hosts whose daemons start; all unless given.</param>
    /// <param name="network">A shell script that completes the host's network at each boot.</param>
    /// <param name="edit">Changes the file before any daemon reads it.</param>
    public static RingLab Up(
        string name,
        string[] corosync,
        int tokenMs,
        int links = 1,
        string[]? options = null,
        string[]? started = null,
        Func<string, string>? edit = null,
        string? network = null)
    {
        LabCluster.SkipWhereImpossible(corosync.Length > 0 ? ["corosync", "corosync-quorumtool", "cc"] : []);
        var lab = new RingLab(LabCluster.Up(name, 3, "--links", $"{links}"), corosync);
        try
        {
            lab.Cluster.Lab(
                ["corosync", "3", "--only-corosync", "--token", $"{tokenMs}", "--no-start", "--no-boot", .. options
                    ?? ["--transport", "udpu"]]);
            foreach (var node in Nodes)
            {
                lab.Cluster.Write(node, "/etc/lab/boot", lab.IsCorosync(node) ? CorosyncBoot : MainstayBoot, isExecutable: true);
                if (edit is not null) lab.Edit(node, edit);
                if (network is not null) lab.Cluster.Write(node, "/etc/lab/network", $"#!/bin/sh\n{network}\n", isExecutable: true);
            }

            foreach (var node in started ?? Nodes) lab.StartRing(node);
            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    public static string[] Nodes { get; } = ["n1", "n2", "n3"];

    private static string MainstayBoot => $"""
        #!/bin/sh
        [ -x /etc/lab/network ] && /etc/lab/network
        [ "$1" = start ] || exit 0
        mkdir -p /var/log/corosync
        export DOTNET_gcServer=0
        setsid $(cat /etc/lab/prefix 2>/dev/null) {Programs.Ring} </dev/null >>/var/log/mainstay-ring.log 2>&1 &

        """;

    /// <summary>Runs the host's boot script.</summary>
    public void StartRing(string node) => Cluster.Exec(node, "/etc/lab/boot", "start");

    /// <summary>Changes corosync.conf in a host; nobody is told.</summary>
    public void Edit(string node, Func<string, string> edit) =>
        Cluster.Write(node, ConfigurationFile, edit(Cluster.Exec(node, "cat", ConfigurationFile)));

    /// <summary>Asks a node, by its own tool, for a reload on all nodes.</summary>
    public CommandResult Reload(string node) => Tool(node, "corosync-cfgtool", "-R");

    /// <summary>Waits until every named node, asked by its own tool, shows exactly these members, their votes, and quorum. What is told where
    /// that does not come is every node's view and log.</summary>
    public async Task UntilAgreedAsync(string[] askedNodes, int[] members, bool isQuorate = true, TimeSpan? limit = null, int expected = 3)
    {
        foreach (var node in askedNodes)
        {
            try
            {
                await LabCluster.UntilAsync(
                    $"{node} shows the members {string.Join(' ', members)}",
                    limit ?? Patience,
                    () =>
                    {
                        var view = View(node);
                        return (view.Members.SequenceEqual(members) && view.Votes == members.Length && view.Expected == expected
                            && view.IsQuorate == isQuorate, view.Text);
                    });
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                Assert.Fail($"{failure.Message}\n{Views(askedNodes)}\n{Logs()}");
            }
        }
    }

    /// <summary>Members, votes and quorum as the node's own tool shows them.</summary>
    public RingView View(string node) => IsCorosync(node) ? CorosyncView(node) : MainstayView(node);

    /// <summary>A listener to a group on a node: the reference's library or our command, with the same line format.</summary>
    /// <param name="node">Host.</param>
    /// <param name="group">Group to join.</param>
    /// <param name="count">Messages after which it ends; 0: never.</param>
    public LabProcess Listen(string node, string group, int count) => IsCorosync(node)
        ? Cluster.Start(node, Programs.Client("cpgclient", "cpg"), "listen", group, $"{count}")
        : Cluster.Start(node, [Programs.Cli, "ring", "listen", group, .. count > 0 ? (string[])["--count", $"{count}"] : []]);

    /// <summary>A sender: texts <c>TEXT-i</c> where the reference sends, <c>TEXT</c> repeated where Mainstay does.</summary>
    public LabProcess Send(string node, string group, int count, string text, int size = 0) => IsCorosync(node)
        ? Cluster.Start(node, Programs.Client("cpgclient", "cpg"), "send", group, $"{count}", text, $"{size}")
        : Cluster.Start(
            node, [Programs.Cli, "ring", "send", group, .. Enumerable.Range(0, count).Select(i => $"{text}-{i}".PadRight(size, '.'))]);

    /// <summary>Kills the node's ring daemon without warning; the host lives on.</summary>
    public void Kill(string node) => Cluster.Shell(node, $"kill -9 $(pidof {(IsCorosync(node) ? "corosync" : "mainstay-ring")})");

    /// <summary>Asks the node's ring daemon to end; it leaves the ring.</summary>
    public void Terminate(string node) => Cluster.Shell(node, $"kill $(pidof {(IsCorosync(node) ? "corosync" : "mainstay-ring")})");

    /// <summary>The last lines of all daemons' logs, for the message of a failed test.</summary>
    public string Logs() => string.Join('\n', Nodes.Select(
        n => $"-- log of {n}\n{Cluster.Try(n, "tail", "-n", "40", "/var/log/corosync/corosync.log").Output}"));

    private string Views(string[] nodes) => string.Join('\n', nodes.Select(n => $"-- {n} shows\n{View(n).Text}"));

    /// <summary>No node's ring has changed.</summary>
    public void AssertRing(string ringId, params string[] nodes)
    {
        var ids = nodes.Select(n => View(n).RingId).ToList();
        Assert.True(ids.TrueForAll(i => i == ringId), $"the ring was {ringId}, now it is {string.Join(' ', ids)}\n{Logs()}");
    }

    public void Dispose() => Cluster.Dispose();

    /// <summary>Whether a listener's line says that its group has three members.</summary>
    public static bool IsThreeMembers(string line)
    {
        var words = line.Split(' ');
        return words[0] == "members" && words.Skip(1).TakeWhile(w => w is not ("left" or "joined")).Count() == 3;
    }

    // First word of each message: long ones are printed by both clients with their text up to the padding.
    /// <summary>Texts of the messages that a listener printed.</summary>
    public static List<string> Messages(string output) =>
        [.. output.Split('\n').Where(l => l.StartsWith("message ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2].TrimEnd('.'))];

    /// <summary>Whether the host runs the reference.</summary>
    public bool IsCorosync(string node) => _corosync.Contains(node);

    /// <summary>Runs one of the reference's tools in a host, or our command of its name.</summary>
    public CommandResult Tool(string node, params string[] command) =>
        IsCorosync(node) ? Cluster.Try(node, command) : Cluster.Try(node, [Programs.Cli, .. command]);

    /// <summary>A sender of the lines that a shell command prints; ends when they were delivered on its own node.</summary>
    public LabProcess Pipe(string node, string group, string source)
    {
        var sender = IsCorosync(node) ? $"{Programs.Client("cpgclient", "cpg")} pipe {group} 0" : $"{Programs.Cli} ring send {group} -";
        return Cluster.Start(node, "sh", "-c", $"{source} | {sender}");
    }

    /// <summary>Waits until all named nodes show one ring id.</summary>
    public async Task UntilOneRingAsync(string[] nodes)
    {
        await LabCluster.UntilAsync($"{string.Join(' ', nodes)} show one ring id", Patience, () =>
        {
            var ids = nodes.Select(n => View(n).RingId).ToList();
            return (ids.Distinct().Count() == 1 && ids[0].Length > 0, string.Join(' ', ids));
        });
    }

    /// <summary>Waits until a node has so many links up to the other nodes.</summary>
    public Task UntilLinksAsync(string node, int count) => LabCluster.UntilAsync(
        $"{node} has {count} links up",
        Patience,
        () =>
        {
            var lines = Tool(node, "corosync-cmapctl", "-m", "stats", "stats.knet").Output.Split('\n');
            var up = lines.Where(l => l.Contains(".connected ", StringComparison.Ordinal) && l.EndsWith("= 1", StringComparison.Ordinal)
                && !l.StartsWith($"stats.knet.node{node[1..]}.", StringComparison.Ordinal)).ToList();
            return (up.Count == count, string.Join('\n', up));
        });

    private RingView CorosyncView(string node)
    {
        var text = Cluster.Try(node, "corosync-quorumtool", "-s").Output;
        string Field(string name) => text.Split('\n').FirstOrDefault(
            l => l.StartsWith(name + ":", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "";
        var members = text.Split('\n')
            .SkipWhile(l => !l.Contains("Nodeid", StringComparison.Ordinal)).Skip(1)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length > 1).Select(w => int.Parse(w[0])).Order();
        return new RingView(
            [.. members], int.TryParse(Field("Total votes"), out var votes) ? votes : 0,
            int.TryParse(Field("Expected votes"), out var expected) ? expected : 0, Field("Quorate") == "Yes", Field("Ring ID"), text);
    }

    private RingView MainstayView(string node)
    {
        var result = Cluster.Try(node, Programs.Cli, "ring", "status", "--output-format", "json");
        if (result.ExitCode != 0) return new RingView([], 0, 0, false, "", result.Error);
        var json = JsonDocument.Parse(result.Output).RootElement;
        var quorum = json.GetProperty("quorum");
        return new RingView(
            [.. json.GetProperty("members").EnumerateArray().Select(m => m.GetInt32())],
            quorum.GetProperty("votes").GetInt32(),
            quorum.GetProperty("expected_votes").GetInt32(),
            quorum.GetProperty("quorate").GetBoolean(),
            json.GetProperty("ring_id").GetString() ?? "",
            result.Output);
    }
}

/// <summary>What a node's tool shows.</summary>
internal sealed record RingView(int[] Members, int Votes, int Expected, bool IsQuorate, string RingId, string Text);
