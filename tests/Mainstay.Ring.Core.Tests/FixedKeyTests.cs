using System.Net;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Keys that a reload leaves as they run, with the line of what it did not take (spec/corosync-conf.md sections 2, 4 and
/// 7).</summary>
public sealed class FixedKeyTests
{
    private const string Head = "totem {\n version: 2\n";

    private const string Rest = "}\nnodelist {\n node {\n ring0_addr: 10.0.0.1\n nodeid: 1\n }\n"
        + " node {\n ring0_addr: 10.0.0.2\n nodeid: 2\n }\n}\n";

    [Theory]
    [InlineData("cluster_name", "one", "two")]
    [InlineData("transport", "udpu", "knet")]
    [InlineData("netmtu", "1400", "1500")]
    [InlineData("threads", "0", "1")]
    [InlineData("ip_version", "ipv4", "ipv4-6")]
    [InlineData("clear_node_high_bit", "no", "yes")]
    public void A_changed_key_keeps_its_value_and_is_told_with_its_line(string key, string before, string after)
    {
        var running = Load($"{Head} {key}: {before}\n{Rest}", null, out _);
        var loaded = Load($"{Head} {key}: {after}\n token: 2000\n{Rest}", running, out var problems);
        Assert.Equal(
            $"f:3: warning: totem.{key} cannot be changed at run-time; {before} stays until a restart", Assert.Single(problems).ToString());
        Assert.Equal(before, loaded.Keys[$"totem.{key}"].Text);
        Assert.Equal(2000u, loaded.Totem.Token);
    }

    /// <summary>What is made of a key is made of the one that stays.</summary>
    [Fact]
    public void The_sections_are_those_of_the_values_that_stay()
    {
        var running = Load($"{Head} transport: udpu\n cluster_name: one\n netmtu: 1400\n{Rest}", null, out _);
        var loaded = Load($"{Head} transport: knet\n cluster_name: two\n netmtu: 9000\n{Rest}", running, out _);
        Assert.Equal((RingTransport.Udpu, "one", 1400u), (loaded.Totem.Transport, loaded.Totem.ClusterName, loaded.Totem.NetMtu));
        Assert.Null(loaded.Knet);
    }

    [Fact]
    public void A_key_that_vanished_stays()
    {
        var running = Load($"{Head} transport: udpu\n{Rest}quorum {{\n provider: corosync_votequorum\n}}\n", null, out _);
        var loaded = Load($"{Head} transport: udpu\n{Rest}", running, out var problems);
        Assert.Equal(
            "f: warning: quorum.provider cannot be changed at run-time; corosync_votequorum stays until a restart",
            Assert.Single(problems).ToString());
        Assert.True(loaded.Quorum.IsEnabled);
    }

    [Fact]
    public void A_key_that_came_is_not_taken()
    {
        var running = Load($"{Head}{Rest}", null, out _);
        var loaded = Load($"{Head} cluster_name: one\n{Rest}", running, out var problems);
        Assert.Equal(
            "f:3: warning: totem.cluster_name cannot be changed at run-time; what holds without it stays until a restart",
            Assert.Single(problems).ToString());
        Assert.Equal(string.Empty, loaded.Totem.ClusterName);
    }

    [Fact]
    public void The_same_file_again_has_nothing_to_tell()
    {
        var text = $"{Head} transport: udpu\n cluster_name: one\n{Rest}";
        Load(text, Load(text, null, out _), out var problems);
        Assert.Empty(problems);
    }

    private static RingConfiguration Load(string text, RingConfiguration? running, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var host = new ConfigurationEnvironment
        {
            HostName = "host",
            LocalAddresses = [IPAddress.Parse("10.0.0.1")],
            Resolve = _ => [],
            ReadKeyFile = _ => new KeyFile(default, "it is not there"),
            Running = running,
        };
        var configuration = RingConfiguration.Load("f", Encoding.UTF8.GetBytes(text), host, out problems);
        return Assert.IsType<RingConfiguration>(configuration);
    }
}
