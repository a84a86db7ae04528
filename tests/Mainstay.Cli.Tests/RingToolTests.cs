using System.Globalization;
using System.Text;
using Mainstay.Cli.Ring;
using Mainstay.Ring.Client;
using Mainstay.Testing;

namespace Mainstay.Cli.Tests;

/// <summary>The reference's tools for the ring: options, forms of output (spec/cli-crm.md section 12).</summary>
public sealed class RingToolTests
{
    private const string NotThere = "/nonexistent/ring.sock";

    private static readonly RingIdentity Identity = new(
        1,
        "lab",
        [
            new RingNode(1, "n1", ["10.0.0.1", "10.1.0.1"], 1),
            new RingNode(2, "n2", ["10.0.0.2", "10.1.0.2"], 1),
            new RingNode(3, "n3", ["10.0.0.3", "10.1.0.3"], 1),
        ]);

    [Theory]
    [InlineData("knet2qdev", "before-split-node1", 1, "1 2", 3, 3, "AV AV", 1)]
    [InlineData("knet2qdev", "split-node1", 1, "1", 3, 2, "AV", 1)]
    [InlineData("knet2qdev", "split-node2", 2, "2", 3, 1, "A", 1)]
    [InlineData("knet3lms", "before-split-node1", 1, "1 2 3", 5, 5, "AV AV AV", 2)]
    [InlineData("knet3lms", "split-node1", 1, "1", 5, 1, "A", 2)]
    [InlineData("knet3lms", "split-node2", 2, "2", 5, 1, "A", 2)]
    public void The_quorum_tools_text_is_that_of_the_recordings(
        string ring, string file, uint local, string members, uint expected, uint total, string devices, uint deviceVotes)
    {
        Assert.SkipWhen(Repository.Shared is null, "../shared is not there");
        var recorded = File.ReadAllText(Repository.SharedPath("cases", "ring", ring, $"quorumtool-{file}.txt"));
        var lines = recorded.Split('\n');
        var date = DateTimeOffset.ParseExact(
            Field("Date"), "ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite | DateTimeStyles.AssumeUniversal);
        var ringId = Field("Ring ID").Split('.');
        var quorate = Field("Quorate") == "Yes";
        uint[] ids = [.. members.Split(' ').Select(uint.Parse)];
        var flags = devices.Split(' ').Select(d => RingVoteFlags.DeviceRegistered | (quorate ? RingVoteFlags.Quorate : 0)
            | (d.Contains('A', StringComparison.Ordinal) ? RingVoteFlags.DeviceAlive : 0)
            | (d.Contains('V', StringComparison.Ordinal) ? RingVoteFlags.DeviceCastsVote : 0)).ToArray();
        var facts = new QuorumFacts(
            Identity with { LocalNodeId = local },
            QuorumFacts.Votequorum,
            new RingQuorumChange(
                new RingConfigurationId(uint.Parse(ringId[0], CultureInfo.InvariantCulture), Convert.ToUInt64(ringId[1], 16)),
                quorate, ids, total, expected, (expected / 2) + 1),
            [.. ids.Select((id, i) => Votes(id, expected, total, flags[i], deviceVotes))]);
        Assert.Equal(recorded.TrimEnd(), QuorumToolText.Status(facts, new QuorumToolStyle(), date).TrimEnd());

        string Field(string name) => lines.First(l => l.StartsWith(name + ":", StringComparison.Ordinal)).Split(':', 2)[1].Trim();
    }

    [Fact]
    public void The_quorum_tool_shows_ids_names_and_orders_as_asked()
    {
        var facts = new QuorumFacts(
            Identity with { Nodes = [new RingNode(1, "zoe", ["10.0.0.1", "10.1.0.1"], 1), new RingNode(2, "amy", ["10.0.0.2", "10.1.0.2"], 1)] },
            QuorumFacts.Votequorum,
            new RingQuorumChange(new RingConfigurationId(1, 0x1d), true, [1, 2], 2, 2, 2),
            [Votes(1, 2, 2, RingVoteFlags.Quorate, 0), Votes(2, 2, 2, RingVoteFlags.Quorate, 0)]);
        Assert.Equal(
            "\nMembership information\n----------------------\n    Nodeid      Votes Name\n"
            + "0x00000002          1 amy\n0x00000001          1 zoe (local)\n",
            QuorumToolText.Nodes(facts, new QuorumToolStyle { IsHexadecimal = true, Order = 'n' }));
        Assert.Equal(
            "\nMembership information\n----------------------\n    Nodeid      Votes    Qdevice Name\n"
            + "         1          1         NR 10.0.0.1, 10.1.0.1 (local)\n         2          1         NR 10.0.0.2, 10.1.0.2\n",
            QuorumToolText.Nodes(facts, new QuorumToolStyle { IsParsable = true, ShowsAddresses = true, ShowsAllLinks = true }));
    }

    [Fact]
    public void Links_are_shown_in_full_in_brief_and_by_node()
    {
        // The daemon reports the node itself on its first link only; the reference's tool shows it on all.
        RingLink[] all =
        [
            Link(1, 0, true, true), Link(2, 0, true, true), Link(3, 0, true, false),
            Link(2, 1, true, false), Link(3, 1, false, false),
        ];
        var links = new RingLinks("knet", all);
        Assert.Equal(
            "Local node ID 1, transport knet\nLINK ID 0 udp\n\taddr\t= 10.0.0.1\n\tstatus:\n\t\tnodeid:          1:\tlocalhost\n"
            + "\t\tnodeid:          2:\tconnected\n\t\tnodeid:          3:\tdisconnected\n",
            CfgTool.LinksText(1, links, "0", isBrief: false));
        Assert.Equal(
            "Local node ID 1, transport knet\nLINK ID 0 udp\n\taddr\t= 10.0.0.1\n\tstatus\t= n31\nLINK ID 1 udp\n\taddr\t= 10.1.0.1\n\tstatus\t= n10\n",
            CfgTool.LinksText(1, links, null, isBrief: true));
        Assert.Equal(
            "Local node ID 1, transport knet\nnodeid: 2 reachable\n   LINK: 0 udp (10.0.0.1->10.0.0.2) enabled connected mtu: 1446\n"
            + "   LINK: 1 udp (10.1.0.1->10.1.0.2) enabled mtu: 1446\n\n",
            CfgTool.NodesText(1, links));
    }

    [Fact]
    public void Groups_are_shown_with_their_members_escaped_or_delimited()
    {
        RingGroup[] groups =
        [
            new("al\\pha\0"u8.ToArray(), [new GroupMember(1, 15), new GroupMember(2, 31112)]),
            new(Encoding.UTF8.GetBytes("ü"), [new GroupMember(9, 7)]),
        ];
        Assert.Equal(
            "Group Name\t       PID\t   Node ID\nal\\\\pha\\x00\n\t\t        15\t         1 (10.0.0.1 10.1.0.1)\n\t\t     31112\t         2 (10.0.0.2 10.1.0.2)\n"
            + "\\xc3\\xbc\n\t\t         7\t         9 ()\n",
            CpgTool.MembersText(Identity, groups, null, escapes: true));
        Assert.Equal("GRP_NAME,PID,NODEID\nal\\pha\0,15,1\nal\\pha\0,31112,2\nü,7,9\n", CpgTool.MembersText(Identity, groups, ',', escapes: false));
        Assert.Equal("al\\\\pha\\x00\n\\xc3\\xbc\n", CpgTool.NamesText(groups, null, escapes: true));
        Assert.Equal("al\\\\pha\\x00,\\xc3\\xbc,\n", CpgTool.NamesText(groups, ',', escapes: true));
    }

    [Theory]
    [InlineData("u8", "255", "255")]
    [InlineData("u8", "256", "256 is not valid u8 integer")]
    [InlineData("u8", "-1", "-1 is not valid u8 integer")]
    [InlineData("i8", "-128", "-128")]
    [InlineData("u8", "0x10", "0")]
    [InlineData("u8", "010", "10")]
    [InlineData("u8", "5x", "5")]
    [InlineData("u8", " 7", "7")]
    [InlineData("u8", "", " is not valid u8 type value")]
    [InlineData("u32", "abc", "abc is not valid u32 type value")]
    [InlineData("u64", "18446744073709551615", "18446744073709551615")]
    [InlineData("u64", "99999999999999999999999", "18446744073709551615")]
    [InlineData("u64", "-1", "18446744073709551615")]
    [InlineData("i64", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("flt", "1.5", "1.500000")]
    [InlineData("flt", "1e5x", "100000.000000")]
    [InlineData("dbl", "-2.25", "-2.250000")]
    [InlineData("dbl", "x", "x is not valid dbl type value")]
    [InlineData("flt", "inf", "inf")]
    [InlineData("dbl", "-Infinity", "-inf")]
    [InlineData("dbl", "NaN", "nan")]
    [InlineData("flt", "1e50", "inf")]
    [InlineData("str", "", "")]
    public void Values_are_read_as_the_reference_reads_them(string type, string text, string expected)
    {
        var value = CmapValues.Parse(CmapValues.TypeOf(type), type, text, out var refusal);
        Assert.Equal(expected, value?.ToString() ?? refusal);
    }

    [Fact]
    public void A_large_number_is_printed_with_all_its_digits_and_a_binary_escaped()
    {
        Assert.Equal(
            "1000000000000000052504760255204420248704468581108159154915854115511802457988908195786371375080447864043704443832883878176942523235360"
            + "430575644792184786706982848387200926575803737830233794788090059368953234970799945081119038967640880074652742780142494579258788820056"
            + "842838115669472196386865459400540160.000000",
            RingMapValue.Of(1e300).ToString());
        var binary = RingMapValue.OfBinary([.. "ab"u8, 0, 1, 255, .. "x\"\\"u8]);
        Assert.Equal("my.bin (bin) = ab\\x00\\x01\\xFFx\"\\\\", CmapValues.Line("my.bin", binary, showsBinary: true, isQuiet: false));
        Assert.Equal("my.bin (bin)", CmapValues.Line("my.bin", binary, showsBinary: false, isQuiet: false));
        Assert.Equal("my.a (u32) = 5", CmapValues.Line("my.a", RingMapValue.Of(5u), showsBinary: false, isQuiet: false));
        Assert.Equal("5", CmapValues.Line("my.a", RingMapValue.Of(5u), showsBinary: false, isQuiet: true));
    }

    [Theory]
    [InlineData("corosync-quorumtool -o x", 1, "Invalid ordering option. valid orders are a(address), i(node ID) or n(name)\n")]
    [InlineData("corosync-quorumtool -e 0", 1, "New expected votes value was not valid, try a positive number\n")]
    [InlineData("corosync-quorumtool -v x", 1, "New votes value was not valid, try a positive number or zero\n")]
    [InlineData("corosync-quorumtool -n x", 1, "The nodeid was not valid, try a positive number\n")]
    [InlineData("corosync-quorumtool -e 2147483648", 1, "New expected votes value was not valid, try a positive number\n")]
    [InlineData("corosync-quorumtool -v 2147483648", 1, "New votes value was not valid, try a positive number or zero\n")]
    [InlineData("corosync-quorumtool -n +1", 1, "Cannot initialize CMAP service\n...")]
    [InlineData("corosync-quorumtool --help", 1, "corosync-quorumtool: invalid option -- '-'\n")]
    [InlineData("corosync-cmapctl --help", 1, "corosync-cmapctl: invalid option -- '-'\n")]
    [InlineData("corosync-cfgtool --bogus", 1, "corosync-cfgtool: unrecognized option '--bogus'\n")]
    [InlineData("corosync-cfgtool --forc", 0, "")]
    [InlineData("corosync-cfgtool -r", 0, "")]
    [InlineData("corosync-cfgtool -a +1", 1, "Could not initialize corosync configuration API error 2\n...")]
    [InlineData("corosync-quorumtool -Z", 1, "corosync-quorumtool: invalid option -- 'Z'\n")]
    [InlineData("corosync-quorumtool -sV", 0, "")]
    [InlineData("corosync-quorumtool -hs", 0, "")]
    [InlineData("corosync-quorumtool -l", 1, "Cannot initialize CMAP service\n...")]
    [InlineData("corosync-cfgtool", 0, "")]
    [InlineData("corosync-cfgtool -b", 0, "")]
    [InlineData("corosync-cfgtool -k x", 1, "The nodeid was not valid, try a positive number\n")]
    [InlineData("corosync-cfgtool -a 0", 1, "The nodeid was not valid, try a positive number\n")]
    [InlineData("corosync-cfgtool -Z", 1, "corosync-cfgtool: invalid option -- 'Z'\n")]
    [InlineData("corosync-cfgtool -s", 1, "Could not initialize corosync configuration API error 2\n...")]
    [InlineData("corosync-cfgtool -R", 1, "Could not initialize corosync configuration API error CS_ERR_LIBRARY\n...")]
    [InlineData("corosync-cmapctl -g", 1, "Expected key after options\n")]
    [InlineData("corosync-cmapctl -s", 1, "Expected key after options\n")]
    [InlineData("corosync-cmapctl -s my.a u32", 1, "At least 3 parameters are expected for set\n")]
    [InlineData("corosync-cmapctl -s my.a i8 -5", 1, "corosync-cmapctl: invalid option -- '5'\n")]
    [InlineData("corosync-cmapctl -m foo", 1, "invalid map name, must be 'default', 'icmap' or 'stats'\n")]
    [InlineData("corosync-cmapctl -C foo", 1, "argument to -C should be 'knet', 'totem', 'ipc', 'schedmiss' or 'all'\n")]
    [InlineData("corosync-cmapctl -C", 1, "corosync-cmapctl: option requires an argument -- 'C'\n")]
    [InlineData("corosync-cmapctl", 1, "Failed to initialize the cmap API. Error CS_ERR_LIBRARY\n...")]
    [InlineData("corosync-cpgtool -Z", 1, "corosync-cpgtool: invalid option -- 'Z'\n")]
    [InlineData("corosync-cpgtool -d", 1, "corosync-cpgtool: option requires an argument -- 'd'\n")]
    [InlineData("corosync-cpgtool", 1, "Could not initialize corosync cpg API error 2\n...")]
    public void Bad_options_and_a_missing_daemon_are_told_in_the_references_words(string commandLine, int exitCode, string error)
    {
        var words = commandLine.Split(' ');
        var output = new StringWriter();
        var errors = new StringWriter();
        var context = new ToolContext(
            words[0], output, errors, new StringReader(string.Empty), name => name == RingClient.SocketVariable ? NotThere : null, TerminalFacts.Plain);
        Assert.Equal(exitCode, ToolRegistry.Run(context, words[1..]));
        if (error.EndsWith("...", StringComparison.Ordinal)) Assert.StartsWith(error[..^3], errors.ToString(), StringComparison.Ordinal);
        else Assert.Equal(error, errors.ToString());
        if (exitCode == 0) Assert.NotEmpty(output.ToString());
    }

    [Fact]
    public void A_daemon_that_goes_in_the_middle_of_a_command_is_an_error_and_no_crash()
    {
        var errors = new StringWriter();
        var context = new ToolContext(
            "corosync-test", new StringWriter(), errors, new StringReader(string.Empty), _ => null, TerminalFacts.Plain);
        Assert.Equal(1, new InterruptedTool().Run(context, []));
        Assert.Equal("corosync-test: the connection broke\n", errors.ToString());
    }

    private sealed class InterruptedTool : CorosyncTool
    {
        protected override string Name => "corosync-test";

        protected override Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args) =>
            throw new RingException("the connection broke");
    }

    private static RingVoteInfo Votes(uint id, uint expected, uint total, RingVoteFlags flags, uint deviceVotes) => new(
        id, RingVoteState.Member, 1, expected, expected, total, (expected / 2) + 1, flags, deviceVotes, deviceVotes > 0 ? "Qdevice" : string.Empty);

    private static RingLink Link(uint node, int link, bool isEnabled, bool isConnected) =>
        new(node, link, "udp", $"10.{link}.0.1", $"10.{link}.0.{node}", isEnabled, isConnected, 1446);
}
