using System.Text.RegularExpressions;
using Mainstay.Lab.Tests.Harness;

namespace Mainstay.Lab.Tests.Ring;

/// <summary>The reference's tools and ours, each on its own daemon in one ring, asked the same at the same time.</summary>
[Collection("lab")]
public sealed partial class ToolComparisonTests
{
    private const int TokenMs = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs a command as somebody whom no section <c>uidgid</c> names.</summary>
    private const string Stranger = "setpriv --reuid=65534 --regid=65534 --clear-groups";

    private static readonly string s_longKey = new('k', 256);

    /// <summary>Commands that change nothing, or only the node they run on.</summary>
    private static readonly string[] s_commands =
    [
        "corosync-quorumtool", "corosync-quorumtool -s", "corosync-quorumtool -p", "corosync-quorumtool -l", "corosync-quorumtool -lp",
        "corosync-quorumtool -li", "corosync-quorumtool -la", "corosync-quorumtool -H", "corosync-quorumtool -s -o n",
        "corosync-quorumtool -s -o i", "corosync-quorumtool -sl", "corosync-quorumtool -ls", "corosync-quorumtool -n 2",
        "corosync-quorumtool -e x", "corosync-quorumtool -e 1", "corosync-quorumtool -e 7", "corosync-quorumtool -v 1 -n 77",
        "corosync-cfgtool -n", "corosync-cfgtool -a 1", "corosync-cfgtool -a 2", "corosync-cfgtool -a 99", "corosync-cfgtool -k 0",
        "corosync-cfgtool -k 77", "corosync-cfgtool -L", "corosync-cfgtool -R", "corosync-cfgtool -Z",
        "corosync-cmapctl runtime.members", "corosync-cmapctl nodelist", "corosync-cmapctl totem", "corosync-cmapctl runtime.config",
        "corosync-cmapctl quorum", "corosync-cmapctl nope", "corosync-cmapctl nope totem.version", "corosync-cmapctl -g totem.version",
        "corosync-cmapctl -g totem.version totem.cluster_name", "corosync-cmapctl -g nope", "corosync-cmapctl -g nope totem.version",
        "corosync-cmapctl -q -g totem.version totem.cluster_name", "corosync-cmapctl -s my.a u32 5",
            "corosync-cmapctl -s my.a u32 99999999999",
        "corosync-cmapctl -s -- my.b i8 -128", "corosync-cmapctl -s my.c u8 0x10", "corosync-cmapctl -s my.d flt 1.5",
        "corosync-cmapctl -s my.e dbl 1e30", "corosync-cmapctl -s my.f u64 -- -1", "corosync-cmapctl -s my.g foo 1",
            "corosync-cmapctl -s my u32 1",
        "corosync-cmapctl my", "corosync-cmapctl -q my", "corosync-cmapctl -d my.a", "corosync-cmapctl -d my.a", "corosync-cmapctl -D my.",
        "corosync-cmapctl -D my.", "corosync-cmapctl my", "corosync-cmapctl -s totem.version u32 3", "corosync-cmapctl -d totem.version",
        "corosync-cmapctl -s runtime.config.totem.token u32 5", "corosync-cmapctl -s nodelist.local_node_pos u32 4",
        "corosync-cmapctl -s quorum.wait_for_all u8 1", "corosync-cmapctl -s totem.token u32 1500",
        "corosync-cmapctl -g runtime.config.totem.token", "corosync-cmapctl -g runtime.config.totem.consensus",
        "corosync-cmapctl -s totem.token u32 1000", "corosync-cmapctl -g runtime.config.totem.token",
            "corosync-cmapctl -m stats -d stats.srp.mcast_tx",
        "corosync-cmapctl -m stats -s stats.foo u32 1", "corosync-cmapctl -C totem", "corosync-cmapctl runtime.votequorum",
        "corosync-cpgtool -Z", "corosync-cpgtool", "corosync-quorumtool -e 2147483648", "corosync-quorumtool -v 2147483648",
        "corosync-quorumtool -n +1", "corosync-quorumtool -v +1", "corosync-cfgtool -a +1", "corosync-cfgtool -k +77",
        "corosync-cmapctl -s my.h flt nan", "corosync-cmapctl -g my.h", "corosync-cmapctl -s my.h dbl -- -inf",
        "corosync-cmapctl -g my.h", "corosync-cmapctl -D my.", "corosync-cmapctl --help",
        $"corosync-cmapctl -g {s_longKey}", $"corosync-cmapctl -d {s_longKey}", $"corosync-cmapctl -D {s_longKey}",
        $"corosync-cmapctl -t {s_longKey}", $"corosync-cmapctl {s_longKey}",
        $"{Stranger} corosync-quorumtool", $"{Stranger} corosync-cfgtool -s", $"{Stranger} corosync-cfgtool -R",
        $"{Stranger} corosync-cmapctl", $"{Stranger} corosync-cpgtool",
    ];

    /// <summary>With knet the reference shows links; with udpu it shows another node's address as its own.</summary>
    private static readonly string[] s_linkCommands = ["corosync-cfgtool -s", "corosync-cfgtool -sb", "corosync-cfgtool -s -b"];

    [Theory]
    [InlineData("udpu")]
    [InlineData("knet")]
    public async Task Both_say_the_same_and_end_with_the_same_status(string transport)
    {
        var isKnet = transport == "knet";
        using var lab = RingLab.Up($"tool-comparison-{transport}", ["n1"], TokenMs, isKnet ? 2 : 1, ["--transport", transport]);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        if (isKnet)
        {
            foreach (var node in RingLab.Nodes) await lab.UntilLinksAsync(node, 4);
        }

        var differences = new List<string>();
        string[] commands = [.. s_commands, .. isKnet ? s_linkCommands : []];
        foreach (var command in commands)
        {
            var words = command.Split(' ');
            var reference = lab.Cluster.Try("n1", words);
            var ours = lab.Cluster.Try("n2", OurWords(words));
            var expected = $"{Neutral(reference.Output)}status {reference.ExitCode}";
            var actual = $"{Neutral(ours.Output)}status {ours.ExitCode}";
            if (expected != actual) differences.Add($"$ {command}\n--- Corosync\n{expected}\n--- Mainstay\n{actual}\n");
            if (reference.ExitCode != 0 && FirstLine(reference.Error) != FirstLine(ours.Error))
            {
                differences.Add($"$ {command}\n--- Corosync\n{reference.Error}\n--- Mainstay\n{ours.Error}\n");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {commands.Length} differ:\n{string.Join('\n', differences)}");
    }

    [Fact]
    public async Task The_statistics_have_the_references_names_and_types()
    {
        using var lab = RingLab.Up("tool-statistics", ["n1"], TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        foreach (var prefix in (string[])["stats.srp", "stats.pg", "stats.ipcs.global"])
        {
            var reference = lab.Cluster.Exec("n1", "corosync-cmapctl", "-m", "stats", prefix);
            var ours = lab.Cluster.Exec("n2", Programs.Cli, "corosync-cmapctl", "-m", "stats", prefix);
            Assert.Equal(Names(reference), Names(ours));
        }
    }

    [Fact]
    public async Task Groups_votes_reload_and_shutdown_work_from_either_side()
    {
        using var lab = RingLab.Up("tool-actions", ["n1"], TokenMs);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3]);
        lab.Listen("n1", "alpha", 10);
        lab.Listen("n2", "beta", 10);
        await LabCluster.UntilAsync("both groups are known on n2", Patience, () =>
        {
            var names = lab.Cluster.Try("n2", Programs.Cli, "corosync-cpgtool", "-n").Output;
            return (names.Split('\n').Intersect(["alpha", "beta"]).Count() == 2, names);
        });
        Assert.Equal(
            Members(lab.Cluster.Exec("n1", "corosync-cpgtool", "-d", ",")),
            Members(lab.Cluster.Exec("n2", Programs.Cli, "corosync-cpgtool", "-d", ",")));

        lab.Cluster.Exec("n2", Programs.Cli, "corosync-quorumtool", "-v", "2", "-n", "3");
        await UntilSameAsync(lab, "corosync-quorumtool -s");
        Assert.Contains("Total votes:      4", lab.Cluster.Exec("n1", "corosync-quorumtool", "-s"), StringComparison.Ordinal);
        lab.Cluster.Exec("n1", "corosync-quorumtool", "-v", "1", "-n", "3");
        lab.Cluster.Exec("n2", Programs.Cli, "corosync-quorumtool", "-e", "5");
        await UntilSameAsync(lab, "corosync-quorumtool -s");
        lab.Cluster.Exec("n1", "corosync-quorumtool", "-e", "3");

        // What Corosync logs of a reload it may lose itself, for a reload opens the log anew: the value in force is asked for.
        foreach (var node in RingLab.Nodes) lab.Cluster.Shell(node,
            $"sed -i 's/token: {TokenMs}/token: {TokenMs + 200}/' /etc/corosync/corosync.conf");
        Assert.Equal("Reloading corosync.conf...\nDone\n", lab.Cluster.Exec("n2", Programs.Cli, "corosync-cfgtool", "-R"));
        await LabCluster.UntilAsync("Corosync read its file again", Patience, () =>
        {
            var token = lab.Cluster.Try("n1", "corosync-cmapctl", "-g", "runtime.config.totem.token").Output;
            return (token.TrimEnd().EndsWith($" = {TokenMs + 200 + 650}", StringComparison.Ordinal), token);
        });

        Assert.Equal("Shutting down corosync\n", lab.Cluster.Exec("n2", Programs.Cli, "corosync-cfgtool", "-H"));
        await lab.UntilAgreedAsync(["n1", "n3"], [1, 3]);
        var told = lab.Cluster.Try("n1", "cat", "/var/log/corosync/corosync.log").Output;
        Assert.Contains("Node 2 was shut down by sysadmin", told, StringComparison.Ordinal);
        Assert.Equal("Killing node 1\n", lab.Cluster.Exec("n3", Programs.Cli, "corosync-cfgtool", "-k", "1"));
        await LabCluster.UntilAsync("Corosync was ended", Patience, () =>
            (lab.Cluster.Try("n1", "pidof", "corosync").ExitCode != 0, "runs"));
    }

    // Our command in place of the reference's, whoever runs it.
    private static string[] OurWords(string[] words)
    {
        var tool = Array.FindIndex(words, w => w.StartsWith("corosync-", StringComparison.Ordinal));
        return [.. words[..tool], Programs.Cli, .. words[tool..]];
    }

    private static async Task UntilSameAsync(RingLab lab, string command)
    {
        var words = command.Split(' ');
        await LabCluster.UntilAsync($"both nodes say the same to {command}", Patience, () =>
        {
            var reference = Neutral(lab.Cluster.Try("n1", words).Output);
            var ours = Neutral(lab.Cluster.Try("n2", [Programs.Cli, .. words]).Output);
            return (reference == ours, $"{reference}\n{ours}");
        });
    }

    // What must differ between two nodes: the clock, which node it is, and counts of what came before.
    private static string Neutral(string output)
    {
        output = Date().Replace(output, "Date:");
        output = Local().Replace(output, string.Empty);
        output = OwnId().Replace(output, "${label} X");
        output = Source().Replace(output, "(own->");
        var lines = output.Split('\n').Where(l => !Own().IsMatch(l));
        return string.Join('\n', output.Contains("LINK ID", StringComparison.Ordinal)
            ? lines.Select(SeenFromEither).Order(StringComparer.Ordinal) : lines);
    }

    // Each shows its own address, itself as localhost (n in its place of the brief form), and the other one as connected.
    private static string SeenFromEither(string line) => OwnAddress()
        .Replace(FirstOrSecond().Replace(line, "nodeid: 1 or 2:"), "addr = own")
        .Replace("status\t= n33", "status\t= all", StringComparison.Ordinal)
        .Replace("status\t= 3n3", "status\t= all", StringComparison.Ordinal);

    private static string FirstLine(string text) => text.Split('\n')[0];

    private static string[] Names(string output) =>
        [.. output.Split('\n').Where(l => l.Length > 0).Select(l => l.Split(" = ")[0]).Order(StringComparer.Ordinal)];

    private static string[] Members(string output) => [.. output.Split('\n').Order(StringComparer.Ordinal)];

    [GeneratedRegex("^Date:.*$", RegexOptions.Multiline)]
    private static partial Regex Date();

    [GeneratedRegex(@" \(local\)")]
    private static partial Regex Local();

    [GeneratedRegex("^(?<label>Node ID:|Local node ID) +[0-9a-fx]+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OwnId();

    [GeneratedRegex(@"\(10\.7[78]\.0\.[12]->")]
    private static partial Regex Source();

    [GeneratedRegex(@"addr\s+= 10\.7[78]\.0\.[12]")]
    private static partial Regex OwnAddress();

    [GeneratedRegex("nodeid: +[12]:")]
    private static partial Regex FirstOrSecond();

    // Lines about this node, and about the others as it sees them.
    [GeneratedRegex("join_count|local_node_pos|bindnetaddr|this_node_id|^nodeid: [12] reachable|10.7[78].0.[12]\\) enabled")]
    private static partial Regex Own();
}
