using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>A process that closes its connection and is back at once, in the same group and under the same process id.</summary>
public sealed class ReconnectTests
{
    private const int Rounds = 100;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_joins_again_and_again()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        cluster.Start(2);
        await using var other = await cluster.ConnectAsync(2);
        await DaemonCluster.UntilAsync<RingQuorumChange>(other, q => q.Members.Count == 2);
        await other.JoinAsync("g", Cancellation);
        for (var round = 0; round < Rounds; round++)
        {
            await using var ring = await RingClient.ConnectAsync(cluster.SocketPath(1), Cancellation);
            await ring.JoinAsync("g", Cancellation);
            await ring.MulticastAsync(BitConverter.GetBytes(round), Cancellation);
            await DaemonCluster.UntilAsync<RingMessage>(other, m => BitConverter.ToInt32(m.Payload.Span) == round);
        }
    }
}
