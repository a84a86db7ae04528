using System.Net;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Tests;

/// <summary>The grammar and the checks of corosync.conf (spec/corosync-conf.md); the reference's verdicts are in the conformance
/// tests.</summary>
public sealed class CorosyncConfParserTests
{
    private const string Nodes = "nodelist {\n node {\n ring0_addr: 10.0.0.1\n nodeid: 1\n }\n node {\n ring0_addr: 10.0.0.2\n nodeid: "
        + "2\n }\n}\n";

    [Fact]
    public void All_problems_are_collected_with_their_lines()
    {
        Load("totem {\n version: 2\n transport: udpu\n token: soon\n nonsense\n join: 5\n}\n" + Nodes + "}\n", out var problems);
        Assert.Equal(
            [(4, "Value of key \"totem.token\""), (5, "Line is not opening"), (6, "The join timeout"), (18, "Unexpected closing brace")],
            problems.OrderBy(p => p.Line).Select(
                p => (p.Line, string.Join(' ', p.Message.Split(' ').Take(p.Line switch { 4 => 4, 6 => 3, 18 => 3, _ => 4 })))));
    }

    [Theory]
    [InlineData("a {\n b: 1\0 2\n}\n", 2, "Line has a zero byte")]
    [InlineData("system {\n sched_rr: maybe\n}\n", 2, "Invalid system.sched_rr")]
    [InlineData("system {\n move_to_root_cgroup: on\n}\n", 2, "Invalid system.move_to_root_cgroup")]
    [InlineData("system {\n allow_knet_handle_fallback: 1\n}\n", 2, "Invalid system.allow_knet_handle_fallback")]
    [InlineData("a { b\n}\n", 1, "Extra characters after opening bracket")]
    [InlineData("{\n}\n", 1, "Missing section name")]
    [InlineData("a {\n} b\n", 2, "Extra characters before or after closing bracket")]
    [InlineData("a {\n", 1, "Missing closing brace")]
    [InlineData("a {\n b$c: 1\n}\n", 2, "Can't store key")]
    [InlineData("uidgid {\n a {\n }\n}\n", 2, "no sections are allowed inside")]
    [InlineData("logging {\n logger_subsys {\n debug: on\n }\n}\n", 4, "No subsys key")]
    [InlineData("quorum {\n two_node: 256\n}\n", 2, "in range (0..255)")]
    [InlineData("totem {\n config_version: 18446744073709551616\n}\n", 2, "in range (0..18446744073709551615)")]
    public void A_broken_line_is_refused_with_its_number(string text, int line, string message)
    {
        var problem = Assert.Single(CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(text)).Problems);
        Assert.Equal(line, problem.Line);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(510, true)]
    [InlineData(511, false)]
    public void A_line_has_510_bytes_with_its_carriage_return_and_without_its_end(int size, bool isAccepted)
    {
        foreach (var line in (string[])["#".PadRight(size, 'x') + "\n", "#".PadRight(size - 1, 'x') + "\r\n", "#".PadRight(size, 'x')])
        {
            Assert.Equal(isAccepted, CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(line)).Problems.Count == 0);
        }
    }

    [Theory]
    [InlineData("to_stderr: off", true)]
    [InlineData("to_logfile: on", true)]
    [InlineData("to_syslog: maybe", false)]
    [InlineData("fileline: on", true)]
    [InlineData("fileline: yes", false)]
    [InlineData("blackbox: no", false)]
    [InlineData("logfile:", false)]
    public void Switches_of_the_log_have_the_references_words(string line, bool isAccepted)
    {
        var configuration = Load("totem {\n version: 2\n transport: udpu\n}\nlogging {\n " + line + "\n}\n" + Nodes, out var problems);
        Assert.Equal(isAccepted, configuration is not null);
        if (!isAccepted) Assert.Equal(6, Assert.Single(problems).Line);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void All_nodes_have_the_same_number_of_links_whichever_comes_first(int first, int second)
    {
        Assert.Null(Load($"totem {{\n version: 2\n}}\nnodelist {{\n{Node(1, first)}{Node(2, second)}}}\n", out var problems));
        Assert.Contains(problems, p => p.Message.StartsWith("Not all nodes have the same number of links", StringComparison.Ordinal));

        static string Node(int id, int links) => " node {\n"
            + string.Concat(Enumerable.Range(0, links).Select(l => $"  ring{l}_addr: 10.{l}.0.{id}\n"))
                + $"  name: n{id}\n  nodeid: {id}\n }}\n";
    }

    /// <summary>As the reference: a second list does not go on where the first one ended.</summary>
    [Fact]
    public void A_second_list_of_nodes_begins_with_node_0_again()
    {
        var document = CorosyncConfParser.Parse(
            "f", "nodelist {\n node {\n nodeid: 1\n name: a\n }\n}\nnodelist {\n node {\n nodeid: 2\n }\n node {\n nodeid: 3\n }\n}\n"u8);
        Assert.Equal(
            ["nodelist.node.0.name=a", "nodelist.node.0.nodeid=2", "nodelist.node.1.nodeid=3"],
            document.Keys.Select(k => $"{k.Key}={k.Value.Text}"));
        Assert.Equal(2, document.NodeCount);
    }

    [Fact]
    public void An_interface_section_without_settings_for_a_link_that_is_not_there_does_no_harm() =>
        Assert.NotNull(Load("totem {\n version: 2\n interface {\n linknumber: 1\n }\n}\n" + Nodes, out _));

    [Fact]
    public void A_line_above_511_bytes_is_refused_and_the_rest_still_read()
    {
        var document = CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes($"a {{\n b: {new string('x', 600)}\n c: 1\n}}\n"));
        Assert.Equal("f:2: error: Line too long", Assert.Single(document.Problems).ToString());
        Assert.Equal("1", document.Keys["a.c"].Text);
    }

    [Fact]
    public void Blanks_of_all_kinds_comments_and_carriage_returns_do_not_count()
    {
        byte[] text = [.. "  # comment\r\n\r\n\ttotem {\r\n"u8, 0xa0, 0x20, .. "cluster_name"u8, 0xa0, .. ": a:b \r\n}\n"u8];
        var document = CorosyncConfParser.Parse("f", text);
        Assert.Empty(document.Problems);
        Assert.Equal("a:b", document.Keys["totem.cluster_name"].Text);
    }

    [Fact]
    public void The_last_of_repeated_keys_wins_and_sections_are_numbered()
    {
        var document = CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(
            "totem {\n token: 1000\n token: 2000\n interface {\n linknumber: 1\n mcastport: 5407\n }\n}\n" + Nodes
            + "logging {\n logger_subsys {\n subsys: QUORUM\n debug: on\n }\n}\nuidgid {\n uid: 33\n}\n"));
        Assert.Empty(document.Problems);
        Assert.Equal("2000", document.Keys["totem.token"].Text);
        Assert.Equal("5407", document.Keys["totem.interface.1.mcastport"].Text);
        Assert.Equal("10.0.0.2", document.Keys["nodelist.node.1.ring0_addr"].Text);
        Assert.Equal("on", document.Keys["logging.logger_subsys.QUORUM.debug"].Text);
        Assert.Equal("1", document.Keys["uidgid.config.uid.33"].Text);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_but_never_throw()
    {
        uint state = 1;
        ReadOnlySpan<byte> alphabet = "{}:#\n\n ab._totem nodelist node quorum\0\xff\xa0 10 version: 2"u8;
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[round % 300];
            for (var i = 0; i < bytes.Length; i++)
            {
                state = (state * 1664525) + 1013904223;
                bytes[i] = alphabet[(int)((state >> 8) % (uint)alphabet.Length)];
            }

            RingConfiguration.Load("f", bytes, Host(), out _);
        }
    }

    /// <summary>Twice this number is 0 in 32 bits, and the ping times are parts of the token time.</summary>
    [Theory]
    [InlineData("udpu")]
    [InlineData("knet")]
    public void A_pong_count_without_measure_is_no_division_by_zero(string transport)
    {
        Load(
            $"totem {{\n version: 2\n transport: {transport}\n interface {{\n knet_pong_count: 2147483648\n }}\n}}\n" + Nodes,
            out var problems);
        Assert.Empty(problems.Where(p => p.Severity == ProblemSeverity.Error));
    }

    [Fact]
    public void Several_nodes_on_one_host_are_told_apart_by_name_or_id()
    {
        var text = "totem {\n version: 2\n transport: udpu\n}\n" + Nodes;
        Assert.Equal(2u, Load(text, out _, Host() with { NodeId = 2 })?.LocalNode.NodeId);
        Assert.Equal(2u, Load(text, out _, Host() with { NodeName = "10.0.0.2" })?.LocalNode.NodeId);
        Assert.Null(Load(text, out var problems, Host() with { NodeName = "n9" }));
        Assert.Contains("no node of the nodelist is named n9", problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_names_are_resolved()
    {
        var text = "totem {\n version: 2\n transport: udpu\n}\n" + Nodes.Replace("10.0.0.1", "one.example", StringComparison.Ordinal);
        var host = Host() with { Resolve = name => name == "one.example" ? [IPAddress.Parse("10.0.0.1")] : [] };
        var configuration = Load(text, out _, host);
        Assert.Equal(IPAddress.Parse("10.0.0.1"), configuration?.LocalNode.ResolvedAddress);
        Assert.Equal(["one.example"], configuration?.LocalNode.Addresses);
    }

    [Fact]
    public void Without_a_node_id_the_address_is_the_id()
    {
        var text = "totem {\n version: 2\n transport: udpu\n}\n" + Nodes.Replace(" nodeid: 1\n", "", StringComparison.Ordinal);
        Assert.Equal(0x0a000001u, Load(text, out _)?.LocalNode.NodeId);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" accelerated_window: 8\n", 8)]
    public void The_accelerated_token_is_off_unless_asked_for(string option, uint expected)
    {
        var configuration = Load("totem {\n version: 2\n transport: udpu\n" + option + "}\n" + Nodes, out _);
        Assert.NotNull(configuration);
        var options = RingNodeOptions.FromConfiguration(configuration, storedRingSequence: 0, storedExpectedVotes: 0, out var refused);
        Assert.Empty(refused);
        Assert.Equal(expected, options?.Totem.AcceleratedWindow);
    }

    [Theory]
    [InlineData("udpu")]
    [InlineData("knet")]
    public void More_nodes_than_the_protocol_carries_are_refused_with_the_line_of_the_first_too_many(string transport)
    {
        const int LinesBefore = 5;
        string Text(int count) => $"totem {{\n version: 2\n transport: {transport}\n}}\nnodelist {{\n"
            + string.Concat(Enumerable.Range(1, count)
                .Select(i => $" node {{\n  nodeid: {i}\n  ring0_addr: 10.0.{i / 250}.{i % 250}\n }}\n"))
            + "}\n";
        Assert.NotNull(Load(Text(384), out var problems));
        Assert.DoesNotContain(problems, p => p.Severity == ProblemSeverity.Error);
        Assert.Null(Load(Text(403), out problems));
        var refusal = Assert.Single(problems, p => p.Severity == ProblemSeverity.Error);
        Assert.Equal("the nodelist has 403 nodes, this is number 385: a ring has 384 at most", refusal.Message);
        Assert.Equal((LinesBefore + (384 * 4) + 3, ConfigurationProblem.FileExitStatus), (refusal.Line, refusal.ExitStatus));
    }

    [Theory]
    [InlineData(127, "f: error: The key file /etc/corosync/authkey has 127 bytes; 128 at least are needed")]
    [InlineData(128, null)]
    [InlineData(4096, null)]
    [InlineData(4097, "f: warning: The key file /etc/corosync/authkey has more than 4096 bytes: those after them do not count")]
    public void A_key_has_128_bytes_at_least_and_its_first_4096_count(int size, string? expected)
    {
        var key = Enumerable.Range(0, size).Select(i => (byte)i).ToArray();
        var text = "totem {\n version: 2\n transport: knet\n crypto_hash: sha256\n}\n" + Nodes;
        var configuration = Load(text, out var problems, Host() with { ReadKeyFile = _ => new KeyFile(key, null) });
        Assert.Equal(expected, problems.Select(p => p.ToString()).SingleOrDefault());
        if (size < 128) Assert.Null(configuration);
        else Assert.Equal(key.AsSpan(0, Math.Min(size, 4096)), configuration!.Knet!.Settings.Crypto.Key.Span);
    }

    private static ConfigurationEnvironment Host() => new()
    {
        HostName = "host",
        LocalAddresses = [IPAddress.Parse("10.0.0.1")],
        Resolve = _ => [],
        ReadKeyFile = _ => new KeyFile(default, "it is not there"),
    };

    private static RingConfiguration? Load(
        string text, out IReadOnlyList<ConfigurationProblem> problems, ConfigurationEnvironment? host = null) =>
        RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host ?? Host(), out problems);
}
