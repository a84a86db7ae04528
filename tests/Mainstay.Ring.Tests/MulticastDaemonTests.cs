using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>The daemon with transport udp, on loopback addresses.</summary>
public sealed class MulticastDaemonTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("    interface {\n        mcastaddr: 239.255.77.1\n        mcastport: 5505\n        ttl: 0\n    }\n")]
    public async Task Three_nodes_agree_on_one_order(string totem)
    {
        using var cluster = new DaemonCluster(3);
        cluster.Configure(totem, transport: "udp");
        for (var node = 1; node <= 3; node++) cluster.Start(node);
        await using var first = await cluster.ConnectAsync(1);
        await using var second = await cluster.ConnectAsync(2);
        await DaemonCluster.UntilAsync<RingQuorumChange>(first, q => q.Members.Count == 3);
        await DaemonCluster.UntilAsync<RingQuorumChange>(second, q => q.Members.Count == 3);
        await first.JoinAsync("g", Cancellation);
        await DaemonCluster.UntilAsync<RingGroupChange>(first, g => g.Members.Count == 1);
        await second.JoinAsync("g", Cancellation);
        await DaemonCluster.UntilAsync<RingGroupChange>(first, g => g.Members.Count == 2);
        await DaemonCluster.UntilAsync<RingGroupChange>(second, g => g.Members.Count == 2);
        for (var i = 0; i < 50; i++)
        {
            await first.MulticastAsync(Encoding.UTF8.GetBytes($"first {i}"), Cancellation);
            await second.MulticastAsync(Encoding.UTF8.GetBytes($"second {i}".PadRight(5000)), Cancellation);
        }

        List<string> seenByFirst = [], seenBySecond = [];
        for (var i = 0; i < 100; i++)
        {
            seenByFirst.Add(Text(await DaemonCluster.UntilAsync<RingMessage>(first, _ => true)));
            seenBySecond.Add(Text(await DaemonCluster.UntilAsync<RingMessage>(second, _ => true)));
        }

        Assert.Equal(seenByFirst, seenBySecond);
        Assert.Equal(100, seenByFirst.Distinct(StringComparer.Ordinal).Count());
    }

    private static string Text(RingMessage message) => Encoding.UTF8.GetString(message.Payload.Span).TrimEnd();
}
