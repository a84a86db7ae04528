using System.Net;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Tests;

/// <summary>What a reload may not change, and what it leaves as it runs (spec/corosync-conf.md sections 2, 3 and 7).</summary>
public sealed class ReloadRuleTests
{
    private const string Two = "id=1,ring0=10.0.0.1 id=2,ring0=10.0.0.2";

    [Theory]
    [InlineData("knet", Two, "id=1,ring0=10.0.0.1 id=2,ring0=10.0.0.2 id=3,ring0=10.0.0.3", null)]
    [InlineData("knet", Two, "id=1,ring0=10.0.0.1", null)]
    [InlineData("knet", Two, "id=1,ring0=10.0.0.1 id=9,ring0=10.0.0.2", null)]
    [InlineData("knet", Two, "id=2,ring0=10.0.0.2 id=1,ring0=10.0.0.1", null)]
    [InlineData("knet", Two, "id=1,ring0=10.0.0.1,ring1=10.1.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.2", null)]
    [InlineData("knet", "id=1,ring0=10.0.0.1,ring1=10.1.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.2", Two, null)]
    [InlineData("udpu", Two, "id=1,ring0=10.0.0.1 id=2,ring0=10.0.0.3",
        "the address of node 2 on link 0 changed from 10.0.0.2 to 10.0.0.3: it must be deleted and recreated (two reloads)")]
    [InlineData("knet", "id=1,ring0=10.0.0.1,ring1=10.1.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.2",
        "id=1,ring0=10.0.0.1,ring1=10.1.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.9",
        "the address of node 2 on link 1 changed from 10.1.0.2 to 10.1.0.9: it must be deleted and recreated (two reloads)")]
    [InlineData("knet", Two, "id=1,ring0=10.0.0.9 id=2,ring0=10.0.0.2",
        "the address of node 1 on link 0 changed from 10.0.0.1 to 10.0.0.9: it must be deleted and recreated (two reloads)")]
    [InlineData("knet", Two, "id=7,ring0=10.0.0.1 id=2,ring0=10.0.0.2", "the local node's id changed from 1 to 7")]
    public void Nodes_and_links_come_and_go_but_keep_their_addresses_and_this_node_its_id(
        string transport, string before, string after, string? expected) =>
        Assert.Equal(expected, ConfigurationChanges.FindIllegal(Load(transport, before, ""), Load(transport, after, "")));

    [Fact]
    public void Ports_of_links_that_stay_stay_and_each_that_was_to_change_is_told()
    {
        const string Links = "id=1,ring0=10.0.0.1,ring1=10.1.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.2";
        const string More = "id=1,ring0=10.0.0.1,ring1=10.1.0.1,ring2=10.2.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.2,ring2=10.2.0.2";
        var running = Load("knet", Links, Port(1, 6001));
        var kept = Keep(running, Load("knet", More, Port(0, 7000) + Port(1, 7001) + Port(2, 7002)), out var told);
        Assert.Equal(5405, kept.Totem.Port);
        Assert.Equal([new(0, 5405), new(1, 6001), new(2, 7002)], kept.Knet!.Ports);
        Assert.Equal(
            ["totem.interface.0.mcastport cannot be changed at run-time; 5405 stays until a restart",
                "totem.interface.1.mcastport cannot be changed at run-time; 6001 stays until a restart"],
            told);
        Keep(running, Load("knet", Links, Port(1, 6001)), out told);
        Assert.Empty(told);
    }

    [Fact]
    public void A_link_that_is_taken_out_takes_its_port_along()
    {
        var running = Load("knet", "id=1,ring0=10.0.0.1,ring1=10.1.0.1 id=2,ring0=10.0.0.2,ring1=10.1.0.2", Port(1, 6001));
        var kept = Keep(running, Load("knet", Two, ""), out var told);
        Assert.Equal([new(0, 5405)], kept.Knet!.Ports);
        Assert.Empty(told);
    }

    [Theory]
    [InlineData(" interface {\n mcastaddr: 239.1.1.2\n }\n")]
    [InlineData(" interface {\n mcastaddr: 239.1.1.1\n ttl: 2\n }\n")]
    [InlineData(" interface {\n broadcast: yes\n }\n")]
    public void The_group_and_how_far_it_reaches_stay(string totem)
    {
        var running = Load("udp", Two, " interface {\n mcastaddr: 239.1.1.1\n }\n");
        var kept = Keep(running, Load("udp", Two, totem), out var told);
        Assert.Equal(running.Multicast, kept.Multicast);
        Assert.Equal("the multicast address and ttl cannot be changed at run-time; 239.1.1.1 stays until a restart", Assert.Single(told));
    }

    [Fact]
    public void What_may_change_changes()
    {
        var running = Load("knet", Two, " token: 1000\n");
        var wanted = Load("knet", Two, " token: 2000\n link_mode: active\n");
        var kept = Keep(running, wanted, out var told);
        Assert.Equal((2000u, wanted.Knet!.Settings), (kept.Totem.Token, kept.Knet!.Settings));
        Assert.Empty(told);
    }

    private static RingConfiguration Keep(RingConfiguration running, RingConfiguration loaded, out IReadOnlyList<string> told)
    {
        var file = Path.GetTempFileName();
        try
        {
            RingConfiguration kept;
            using (var log = new RingLog("test"))
            {
                log.Apply(LoggingSettings.Default with { ToStderr = false, ToSyslog = false, LogFile = file });
                kept = ConfigurationChanges.KeepFixed(running, loaded, log);
            }

            told = [.. File.ReadAllLines(file).Select(line => line[(line.IndexOf("warning: ", StringComparison.Ordinal) + 9)..])];
            return kept;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Port(int link, int port) => $" interface {{\n linknumber: {link}\n mcastport: {port}\n }}\n";

    private static RingConfiguration Load(string transport, string nodes, string totem)
    {
        var list = string.Concat(nodes.Split(' ').Select(node =>
        {
            var keys = node.Split(',').Select(key => key.Split('=')).ToDictionary(key => key[0], key => key[1], StringComparer.Ordinal);
            var name = keys["id"] is "1" or "7" ? "local" : $"node{keys["id"]}";
            return $" node {{\n nodeid: {keys["id"]}\n name: {name}\n"
                + string.Concat(keys.Where(key => key.Key != "id").Select(key => $" {key.Key}_addr: {key.Value}\n")) + " }\n";
        }));
        var host = new ConfigurationEnvironment
        {
            HostName = "local",
            LocalAddresses = [IPAddress.Loopback],
            Resolve = _ => [],
            ReadKeyFile = _ => new KeyFile(default, "it is not there"),
        };
        var text = $"totem {{\n version: 2\n cluster_name: c\n transport: {transport}\n{totem}}}\nnodelist {{\n{list}}}\n";
        var configuration = RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host, out var problems);
        Assert.Empty(problems);
        return Assert.IsType<RingConfiguration>(configuration);
    }
}
