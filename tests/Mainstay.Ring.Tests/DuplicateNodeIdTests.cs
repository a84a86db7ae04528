using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Mainstay.Ring.Tests;

/// <summary>Another host with this node's id: told in the log with its address, and no harm to the ring.</summary>
public sealed class DuplicateNodeIdTests
{
    private const int Port = 5405;

    /// <summary>spec/ring-wire.md section 2.</summary>
    private const int JoinSize = 37;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("udpu")]
    [InlineData("udp")]
    public async Task It_is_told_with_its_address_and_does_not_disturb_the_ring(string transport)
    {
        using var cluster = new DaemonCluster(2);
        cluster.Configure(totem: "    block_unlisted_ips: no\n", transport: transport);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<Client.RingQuorumChange>(ring, q => q.Members.Count == 1);
        var before = (await ring.GetStatusAsync(Cancellation)).Counters;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(cluster.Address(9)), 0));
        var target = new IPEndPoint(IPAddress.Parse(cluster.Address(1)), Port);
        for (var i = 0; i < 3; i++) await socket.SendToAsync(Join(1, 4_000), SocketFlags.None, target, Cancellation);
        await cluster.UntilLoggedAsync(1, $"{cluster.Address(9)} uses this node's id 1");
        var after = (await ring.GetStatusAsync(Cancellation)).Counters;
        Assert.InRange(after["link.dropped_own_node_id"], 1, 3);
        Assert.Equal(before["totem.gather_entered"], after["totem.gather_entered"]);
        Assert.Equal(1, cluster.Log(1).Split("uses this node's id").Length - 1);
    }

    private static byte[] Join(uint node, ulong ringSequence)
    {
        var join = new byte[JoinSize];
        (join[0], join[1], join[2], join[3]) = (0x70, 0xc0, 3, 3);
        BinaryPrimitives.WriteUInt32LittleEndian(join.AsSpan(5), node);
        BinaryPrimitives.WriteUInt32LittleEndian(join.AsSpan(13), node);
        BinaryPrimitives.WriteUInt32LittleEndian(join.AsSpan(17), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(join.AsSpan(25), ringSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(join.AsSpan(33), node);
        return join;
    }
}
