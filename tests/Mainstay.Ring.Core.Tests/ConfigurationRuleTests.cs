using System.Net;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Tests;

/// <summary>The rules of corosync.conf one by one, each with its line and exit status (spec/corosync-conf.md sections 1 to 6,
/// spec/quorum.md section 2).</summary>
public sealed class ConfigurationRuleTests
{
    private const string Two = "one two";

    /// <summary>Lines of section totem after the version, which stands in line 2.</summary>
    [Theory]
    [InlineData("transport: pigeon", 3, "Invalid transport type")]
    [InlineData("token: 29", 3, "The token timeout parameter (29 ms) may not be less than (30 ms)")]
    [InlineData("token_retransmit: 29", 3, "The token retransmit timeout parameter (29 ms) may not be less than (30 ms)")]
    [InlineData("hold: 13", 3, "The token hold timeout parameter (13 ms) may not be less than (14 ms)")]
    [InlineData("join: 29", 3, "The join timeout parameter (29 ms)")]
    [InlineData("consensus: 29", 3, "The consensus timeout parameter (29 ms) may not be less than (30 ms)")]
    [InlineData("merge: 29", 3, "The merge timeout parameter (29 ms)")]
    [InlineData("downcheck: 29", 3, "The downcheck timeout parameter (29 ms)")]
    [InlineData("max_network_delay: 29", 3, "The max_network_delay parameter (29 ms)")]
    [InlineData("consensus: 49\n join: 50", 3, "The consensus timeout parameter (49 ms) may not be less than join timeout (50 ms)")]
    [InlineData("token_warning: 101", 3, "The token warning parameter (101%)")]
    [InlineData("link_mode: both", 3, "The Knet link mode \"both\" specified is invalid")]
    [InlineData("crypto_cipher: aes512", 3, "Invalid cipher type")]
    [InlineData("crypto_hash: sha224", 3, "Invalid hash type")]
    [InlineData("crypto_model: rot13", 3, "Invalid crypto model")]
    [InlineData("ip_version: ipv5", 3, "Invalid ip_version type")]
    [InlineData("knet_compression_model: gzip", 3, "Invalid compression model")]
    [InlineData("knet_compression_model: lz4", 3, "knet_compression_model lz4 is not available")]
    [InlineData("crypto_cipher: aes256", 3, "crypto_cipher requires crypto_hash")]
    [InlineData("transport: udpu\n crypto_hash: sha1", 4, "crypto_cipher and crypto_hash require transport knet")]
    [InlineData("crypto_hash: sha1\n keyfile: /k", 4, "Could not open the key file /k: it is not there")]
    [InlineData("crypto_hash: sha1\n key: short", 4, "totem.key has 5 bytes; 128 to 4096 are accepted")]
    [InlineData("knet_pmtud_interval: 86401", 3, "knet_pmtud_interval must be 1 to 86400 seconds")]
    [InlineData("knet_mtu: 65536", 3, "knet_mtu 65536 is not in 0..65535")]
    [InlineData("knet_mtu: 4294967295", 3, "knet_mtu 2147483647 is not in 0..65535")]
    [InlineData("interface {\n linknumber: 8\n mcastport: 5413\n }", 5, "interface ring number 8 is bigger than allowed maximum 7")]
    [InlineData("interface {\n linknumber: 1\n mcastport: 5407\n }", 5, "interface 1 is configured but the nodes have no ring1_addr")]
    [InlineData("interface {\n mcastport: 0\n }", 4, "mcastport of interface 0 must not be 0")]
    [InlineData("interface {\n ttl: 2\n }", 4, "Can only set ttl on multicast transport types")]
    [InlineData("interface {\n knet_transport: tcp\n }", 4, "Unrecognised knet_transport")]
    [InlineData("interface {\n knet_transport: sctp\n }", 4, "knet_transport sctp is not supported")]
    [InlineData("interface {\n member {\n a {\n }\n }\n }", 5, "totem.interface.member: no sections are allowed inside")]
    [InlineData("transport: udp\n cluster_name: c\n interface {\n mcastport: 1\n }", 6, "transport udp sends from the port below")]
    [InlineData("transport: udp", 0, "No multicast address specified for interface 0")]
    [InlineData("transport: udp\n interface {\n mcastaddr: 240.0.0.1\n }", 5, "mcastaddr 240.0.0.1 is no multicast address")]
    [InlineData("transport: udp\n interface {\n mcastaddr: 223.255.0.1\n }", 5, "mcastaddr 223.255.0.1 is no multicast address")]
    [InlineData("transport: udp\n interface {\n mcastaddr: ff15::1\n }", 5, "mcastaddr ff15::1 is of another address family")]
    public void Section_totem(string lines, int line, string message) =>
        AssertRefused($"totem {{\n version: 2\n {lines}\n}}\n{Nodes(Two)}", line, message, ConfigurationProblem.FileExitStatus);

    [Theory]
    [InlineData("version: 3", 2, "This totem parser can only parse version 2 configurations")]
    [InlineData("token: 1000", 0, "totem.version is missing")]
    public void The_version_is_2(string line, int expected, string message) =>
        AssertRefused($"totem {{\n {line}\n}}\n{Nodes(Two)}", expected, message, ConfigurationProblem.FileExitStatus);

    /// <summary>Nodes begin in line 6: <c>node {</c>, then one line for each key.</summary>
    [Theory]
    [InlineData("udpu", "ring0_addr=10.0.0.1,ring1_addr=10.1.0.1,nodeid=1,name=a", 7, "2 is too many configured interfaces for non-Knet")]
    [InlineData("knet", "ring0_addr=10.0.0.1,ring1_addr=10.1.0.1,nodeid=1", 7, "node 0 has several links and no name")]
    [InlineData("knet", "ring0_addr=10.0.0.1,nodeid=1 ring0_addr=10.0.0.2,nodeid=1", 12, "Nodeid 1 appears twice in corosync.conf")]
    [InlineData("udpu", "ring0_addr=10.0.0.1,nodeid=7 ring0_addr=10.0.0.2,nodeid=7", 12, "Nodeid 7 appears twice in corosync.conf")]
    [InlineData("knet", "", 0, "No interfaces defined")]
    [InlineData("knet", "nodeid=1", 0, "No interfaces defined")]
    [InlineData("knet", "ring0_addr=10.0.0.1,ring8_addr=10.8.0.1,nodeid=1", 8, "interface ring number 8 is bigger than allowed maximum 7")]
    [InlineData("knet", "ring0_addr=10.0.0.1,nodeid=65536", 7, "Knet requires node ids below 65536, 65536 was given")]
    [InlineData("knet", "ring0_addr=10.0.0.1", 7, "Knet requires an explicit nodeid for every node")]
    [InlineData("udpu", "ring0_addr=fd00::1", 7, "a node with an IPv6 address or an unknown one needs a nodeid")]
    [InlineData("udp", "ring0_addr=fd00::1,nodeid=1", 7, "the address fd00::1 is not of the family that ip_version ipv4 asks for")]
    [InlineData("knet", "ring0_addr=nowhere,nodeid=1", 7, "the host name nowhere does not resolve")]
    [InlineData("knet", "ring0_addr=10.0.0.1,nodeid=1 ring1_addr=10.0.0.2,nodeid=2", 0, "node 2 has no ring0_addr as node 1 has")]
    [InlineData("knet", "ring0_addr=10.0.0.1,nodeid=1 ring0_addr=fd00::2,nodeid=2", 11, "the addresses of link 0 are of different")]
    [InlineData("knet", "ring0_addr=10.0.0.9,nodeid=1", 0, "No valid name found for local host: no node is named host")]
    public void Section_nodelist(string transport, string nodes, int line, string message) => AssertRefused(
        $"totem {{\n version: 2\n transport: {transport}\n}}\n{List(nodes)}", line, message, ConfigurationProblem.FileExitStatus);

    [Fact]
    public void A_node_that_is_asked_for_by_id_is_there() => AssertRefused(
        $"totem {{\n version: 2\n}}\n{Nodes(Two)}", 0, "no node of the nodelist has the id 9", ConfigurationProblem.FileExitStatus,
        Host() with { NodeId = 9 });

    [Fact]
    public void An_address_that_two_nodes_have_is_told()
    {
        var text = $"totem {{\n version: 2\n}}\n{List("ring0_addr=10.0.0.1,nodeid=1 ring0_addr=10.0.0.1,nodeid=2")}";
        Assert.NotNull(RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), Host(), out var problems));
        Assert.Equal("f:10: warning: nodes 1 and 2 have the same address 10.0.0.1 on link 0", Assert.Single(problems).ToString());
    }

    [Fact]
    public void Ipv6_has_no_broadcast() => AssertRefused(
        "totem {\n version: 2\n transport: udp\n ip_version: ipv6\n interface {\n broadcast: yes\n }\n}\n"
            + List("ring0_addr=fd00::1,nodeid=1"),
        6, "IPv6 has no broadcast", ConfigurationProblem.FileExitStatus, Host() with { LocalAddresses = [IPAddress.Parse("fd00::1")] });

    /// <summary>Lines of section quorum after the provider, which stands in line 2.</summary>
    [Theory]
    [InlineData("two_node: 1\n device {\n model: net\n }", "one two", 3, "two_node and a quorum device do not go together")]
    [InlineData("auto_tie_breaker: 1\n last_man_standing: 1", "one two three", 3, "auto_tie_breaker with last_man_standing and an odd")]
    [InlineData("last_man_standing: 1\n device {\n model: net\n }", "one two", 3, "a quorum device does not go with last_man_standing")]
    [InlineData("auto_tie_breaker: 1\n device {\n model: net\n }", "one two", 3, "a quorum device does not go with auto_tie_breaker")]
    [InlineData("allow_downscale: 1\n device {\n model: net\n }", "one two", 3, "a quorum device does not go with allow_downscale")]
    [InlineData("expected_votes: 3\n device {\n model: net\n }", "one two", 3, "a quorum device with expected_votes needs device.votes")]
    [InlineData("expected_votes: 3\n device {\n model: net\n votes: 2\n }", "one two", 3, "expected_votes less device.votes must leave")]
    [InlineData("two_node: 2x", "one two", 3, "Value of key \"quorum.two_node\"")]
    public void Section_quorum(string lines, string nodes, int line, string message) => AssertRefused(
        $"quorum {{\n provider: corosync_votequorum\n {lines}\n}}\ntotem {{\n version: 2\n}}\n{Nodes(nodes)}", line, message,
        message.StartsWith("Value", StringComparison.Ordinal)
            ? ConfigurationProblem.FileExitStatus
            : ConfigurationProblem.ServiceExitStatus);

    [Fact]
    public void The_provider_is_votequorum() => AssertRefused(
        $"quorum {{\n provider: corosync_ykd\n}}\ntotem {{\n version: 2\n}}\n{Nodes(Two)}", 2, "the quorum provider corosync_ykd is",
        ConfigurationProblem.ServiceExitStatus);

    [Fact]
    public void A_device_has_votes_where_the_nodes_have_not_one_each() => AssertRefused(
        "quorum {\n provider: corosync_votequorum\n device {\n model: net\n }\n}\ntotem {\n version: 2\n}\n"
            + List("ring0_addr=10.0.0.1,nodeid=1,quorum_votes=2 ring0_addr=10.0.0.2,nodeid=2"),
        4, "a quorum device needs device.votes", ConfigurationProblem.ServiceExitStatus);

    [Theory]
    [InlineData("two_node: 1\n auto_tie_breaker: 1", "one two", false, TieBreaker.Lowest, "two_node is switched off by auto_tie_breaker")]
    [InlineData("auto_tie_breaker: 1", "one two three", false, TieBreaker.None, "auto_tie_breaker is switched off")]
    [InlineData("auto_tie_breaker: 1\n wait_for_all: 1", "one two three", false, TieBreaker.Lowest, null)]
    [InlineData("auto_tie_breaker: 1\n auto_tie_breaker_node: 2 1", "one two", false, TieBreaker.List, null)]
    [InlineData("auto_tie_breaker: 1\n auto_tie_breaker_node: 2 0", "one two", false, TieBreaker.None, "auto_tie_breaker_node \"2 0\"")]
    [InlineData("auto_tie_breaker: 1\n auto_tie_breaker_node: 2,1", "one two", false, TieBreaker.None, "auto_tie_breaker_node \"2,1\"")]
    [InlineData("two_node: 1", "one two three", true, TieBreaker.None, "two_node is set but the nodelist has more than two nodes")]
    [InlineData("expected_votes: 4\n device {\n model: net\n votes: 2\n }", "one two", false, TieBreaker.None, null)]
    public void What_goes_together_only_in_part_is_told(string lines, string nodes, bool isTwoNode, TieBreaker tieBreaker, string? warning)
    {
        var configuration = Load($"quorum {{\n provider: corosync_votequorum\n {lines}\n}}\ntotem {{\n version: 2\n}}\n{Nodes(nodes)}",
            out var problems);
        Assert.Equal((isTwoNode, tieBreaker), (configuration.Quorum.TwoNode, configuration.Quorum.TieBreaker));
        if (warning is null) Assert.Empty(problems);
        else Assert.StartsWith(warning, Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debug: maybe", "unknown value for debug")]
    [InlineData("timestamp: maybe", "unknown value for timestamp")]
    [InlineData("to_stderr: maybe", "unknown value for to_stderr")]
    [InlineData("to_syslog: maybe", "unknown value for to_syslog")]
    [InlineData("to_logfile: maybe", "unknown value for to_logfile")]
    [InlineData("fileline: yes", "unknown value for fileline")]
    [InlineData("function_name: yes", "unknown value for function_name")]
    [InlineData("blackbox: yes", "unknown value for blackbox")]
    [InlineData("logfile:", "logfile has no name")]
    [InlineData("syslog_facility: nowhere", "unknown syslog facility specified: nowhere")]
    [InlineData("syslog_facility:", "unknown syslog facility specified: ")]
    [InlineData("syslog_priority: loud", "unknown syslog priority specified: loud")]
    [InlineData("logfile_priority: loud", "unknown logfile priority specified: loud")]
    [InlineData("logger_subsys {\n debug: maybe\n subsys: TOTEM\n }", "unknown value for debug")]
    public void Section_logging(string lines, string message) => AssertRefused(
        $"logging {{\n {lines}\n}}\ntotem {{\n version: 2\n}}\n{Nodes(Two)}",
        lines.Contains('{', StringComparison.Ordinal) ? 3 : 2, message, ConfigurationProblem.LoggingExitStatus);

    [Theory]
    [InlineData("qb_ipc_type: pigeon", "Invalid system.qb_ipc_type")]
    [InlineData("sched_rr: maybe", "Invalid system.sched_rr value")]
    [InlineData("move_to_root_cgroup: maybe", "Invalid system.move_to_root_cgroup")]
    [InlineData("allow_knet_handle_fallback: maybe", "Invalid system.allow_knet_handle_fallback")]
    public void Section_system(string line, string message) => AssertRefused(
        $"system {{\n {line}\n}}\ntotem {{\n version: 2\n}}\n{Nodes(Two)}", 2, message, ConfigurationProblem.FileExitStatus);

    [Theory]
    [InlineData("uidgid {\n name: x\n}\n", 2, "uidgid: Only uid and gid are allowed items")]
    [InlineData("uidgid {\n uid: nobody-here\n}\n", 2, "The 'nobody-here' user is not found in /etc/passwd")]
    [InlineData("uidgid {\n gid: nobody-here\n}\n", 2, "The 'nobody-here' group is not found in /etc/group")]
    [InlineData("ab: 1\n", 1, "Can't store key \"ab\"")]
    [InlineData("logging {\n logging_daemon {\n debug: on\n }\n}\n", 4, "No name key in logging_daemon directive")]
    [InlineData("a {\n}\n}\n", 3, "Unexpected closing brace")]
    [InlineData("a {\n nonsense\n}\n", 2, "Line is not opening or closing section or key value")]
    public void Sections_and_keys(string text, int line, string message)
    {
        var problem = Assert.Single(CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(text)).Problems);
        Assert.Equal(line, problem.Line);
        Assert.StartsWith(message, problem.Message, StringComparison.Ordinal);
    }

    /// <summary>Names of sections count with the key: 255 characters in all, and one more is too many.</summary>
    [Theory]
    [InlineData(200, 54, 0)]
    [InlineData(200, 55, 1)]
    [InlineData(255, 1, 1)]
    [InlineData(256, 3, 1)]
    public void A_key_has_255_characters_with_its_sections(int section, int key, int problems)
    {
        var text = $"{new string('s', section)} {{\n {new string('k', key)}: 1\n deep {{\n deeper {{\n }}\n }}\n}}\n";
        var found = CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(text)).Problems;
        Assert.Equal(problems, found.Count(p => p.Message.StartsWith("Can't store key", StringComparison.Ordinal)
            || (section > 255 && p.Message == "New key name is too long")));
    }

    /// <summary>However deep it goes on: one finding.</summary>
    [Fact]
    public void Sections_that_are_too_deep_are_told_once()
    {
        var text = string.Concat(Enumerable.Repeat($"{new string('s', 100)} {{\n", 6)) + string.Concat(Enumerable.Repeat("}\n", 6));
        var problem = Assert.Single(CorosyncConfParser.Parse("f", Encoding.UTF8.GetBytes(text)).Problems);
        Assert.Equal((3, "New key name is too long"), (problem.Line, problem.Message));
    }

    [Fact]
    public void Only_identities_count_in_the_folder_of_identities_and_its_mistakes_are_told_with_their_file()
    {
        var text = $"totem {{\n version: 2\n}}\n{Nodes(Two)}";
        var host = Host() with { IdentityFiles = [new("d/a", "uidgid {\n uid: 7\n}\ntotem {\n token: 99\n}\n"u8.ToArray())] };
        var configuration = RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host, out var problems);
        Assert.Equal(
            "d/a:5: warning: key \"totem.token\" is ignored: only uidgid sections count in this folder",
            Assert.Single(problems).ToString());
        Assert.Equal((3000u, true), (configuration!.Totem.Token, configuration.Keys.ContainsKey("uidgid.config.uid.7")));
        host = Host() with { IdentityFiles = [new("d/b", "uidgid {\n uid: x y\n"u8.ToArray())] };
        Assert.Null(RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host, out problems));
        Assert.All(problems, p => Assert.StartsWith("d/b:", p.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" block_unlisted_ips: yes\n", true)]
    [InlineData(" block_unlisted_ips: no\n", false)]
    public void Addresses_that_are_not_listed_are_blocked_unless_told_otherwise(string line, bool isBlocked) =>
        Assert.Equal(isBlocked, Load($"totem {{\n version: 2\n{line}}}\n{Nodes(Two)}", out _).Totem.BlockUnlistedIps);

    [Fact]
    public void Numbers_that_are_too_large_for_knet_are_the_largest_and_a_priority_of_0_is_1()
    {
        var knet = Load(
            "totem {\n version: 2\n knet_compression_threshold: 4294967295\n interface {\n knet_link_priority: 0\n }\n}\n" + Nodes(Two),
            out _).Knet!.Settings;
        Assert.Equal((65536, (byte)1), (knet.CompressionThreshold, knet.Links[0].Priority));
    }

    private static void AssertRefused(string text, int line, string message, int exitStatus, ConfigurationEnvironment? host = null)
    {
        Assert.Null(RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host ?? Host(), out var problems));
        var expected = line > 0 ? $"f:{line}: error: {message}" : $"f: error: {message}";
        var found = Assert.Single(problems, p => p.ToString().StartsWith(expected, StringComparison.Ordinal));
        Assert.Equal(exitStatus, found.ExitStatus);
    }

    private static RingConfiguration Load(string text, out IReadOnlyList<ConfigurationProblem> problems) =>
        Assert.IsType<RingConfiguration>(RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), Host(), out problems));

    private static string Nodes(string names) => List(
        string.Join(' ', names.Split(' ').Select((name, index) => $"ring0_addr=10.0.0.{index + 1},name={name},nodeid={index + 1}")));

    private static string List(string nodes) => "nodelist {\n"
        + string.Concat(nodes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
            node => " node {\n" + string.Concat(node.Split(',').Select(key => $"  {key.Replace("=", ": ", StringComparison.Ordinal)}\n"))
                + " }\n"))
        + "}\n";

    private static ConfigurationEnvironment Host() => new()
    {
        HostName = "host",
        LocalAddresses = [IPAddress.Parse("10.0.0.1")],
        Resolve = _ => [],
        ReadKeyFile = _ => new KeyFile(default, "it is not there"),
    };
}
