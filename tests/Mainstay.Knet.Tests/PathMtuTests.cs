using Mainstay.Totem;

namespace Mainstay.Knet.Tests;

/// <summary>What a path carries is found, by few probes, and data keeps to it (spec/knet-wire.md section 5).</summary>
public sealed class PathMtuTests
{
    private static readonly NodeId Two = new(2);

    [Theory]
    [InlineData(1500)]
    [InlineData(9000)]
    [InlineData(65535)]
    public void The_interface_tells_and_one_probe_proves(int mtu)
    {
        var network = new VirtualNetwork(2, 1) { InterfaceMtu = _ => mtu };
        var probes = 0;
        network.Tap = (from, _, _, bytes) => probes += from == 1 && bytes[1] == 0x83 ? 1 : 0;
        network.Start();
        network.RunUntilUp();
        Assert.Equal(mtu, network.Nodes[1].StatusOf(Two, 0)!.OnWireMtu);
        Assert.Equal(1, probes);
        Assert.Equal(mtu - 28 - 26, network.Nodes[1].DataMtu);
    }

    [Theory]
    [InlineData(576)]
    [InlineData(577)]
    [InlineData(1100)]
    [InlineData(1499)]
    public void A_narrower_path_behind_the_interface_is_found_exactly(int mtu)
    {
        var network = new VirtualNetwork(2, 1) { PathMtu = _ => mtu };
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(60));
        Assert.Equal(mtu, network.Nodes[1].StatusOf(Two, 0)!.OnWireMtu);
        network.SendToAll(1, new byte[10_000]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(network.Delivered[2]);
    }

    [Theory]
    [InlineData(576)]
    [InlineData(1100)]
    public void With_a_cipher_the_search_stops_where_a_block_more_would_not_fit(int mtu)
    {
        var network = new VirtualNetwork(2, 1, s => s with { Crypto = TestSettings.Crypto() }) { PathMtu = _ => mtu };
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(100));
        Assert.InRange(network.Nodes[1].StatusOf(Two, 0)!.OnWireMtu, mtu - 16, mtu + 16);
        network.SendToAll(1, new byte[10_000]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(network.Delivered[2]);
    }

    [Fact]
    public void The_narrowest_link_of_all_decides_for_every_host()
    {
        var network = new VirtualNetwork(3, 2) { InterfaceMtu = link => link == 0 ? 9000 : 1500 };
        network.Start();
        network.RunUntilUp();
        Assert.Equal(1446, network.Nodes[1].DataMtu);
        network.IsCut = (_, _, link) => link == 1;
        network.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(9000 - 54, network.Nodes[1].DataMtu);
    }

    [Fact]
    public void A_path_that_carries_not_even_the_least_packet_is_not_used_until_it_does()
    {
        var network = new VirtualNetwork(2, 2) { PathMtu = link => link == 0 ? 400 : 1500 };
        network.Start();
        network.RunFor(TimeSpan.FromSeconds(60));
        var status = network.Nodes[1].StatusOf(Two, 0)!;
        Assert.True(status is { IsConnected: true, HasValidMtu: false, CarriesData: false });
        Assert.True(network.Nodes[1].StatusOf(Two, 1)!.CarriesData);
        network.PathMtu = _ => 1500;
        network.RunFor(TimeSpan.FromSeconds(60));
        Assert.True(network.Nodes[1].StatusOf(Two, 0) is { HasValidMtu: true, CarriesData: true, OnWireMtu: 1500 });
    }

    [Fact]
    public void A_path_that_changes_is_searched_again_within_the_interval()
    {
        var network = new VirtualNetwork(2, 1);
        network.Start();
        network.RunUntilUp();
        network.PathMtu = _ => 1000;
        network.RunFor(TimeSpan.FromSeconds(36));
        network.SendToAll(1, new byte[10_000]);
        network.RunFor(TimeSpan.FromSeconds(1));
        Assert.Single(network.Delivered[2]);
        network.RunFor(TimeSpan.FromSeconds(40));
        Assert.Equal(1000, network.Nodes[1].StatusOf(Two, 0)!.OnWireMtu);
        network.PathMtu = _ => 1500;
        network.RunFor(TimeSpan.FromSeconds(40));
        Assert.Equal(1500, network.Nodes[1].StatusOf(Two, 0)!.OnWireMtu);
    }

    [Fact]
    public void One_lost_probe_is_not_taken_for_a_narrow_path()
    {
        var network = new VirtualNetwork(2, 1);
        var lost = 0;
        network.Tap = (_, _, _, bytes) => network.IsCut = (_, _, _) => bytes[1] == 0x83 && lost++ < 2;
        network.Start();
        network.RunUntilUp();
        Assert.Equal(1500, network.Nodes[1].StatusOf(Two, 0)!.OnWireMtu);
    }

    [Fact]
    public void A_given_mtu_is_taken_without_probes()
    {
        var network = new VirtualNetwork(2, 1, s => s with { FixedMtu = 1200 });
        var probes = 0;
        network.Tap = (_, _, _, bytes) => probes += bytes[1] is 0x83 ? 1 : 0;
        network.Start();
        network.RunUntilUp();
        Assert.Equal(0, probes);
        Assert.Equal(1200 - 54, network.Nodes[1].DataMtu);
    }
}
