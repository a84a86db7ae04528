using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>Votes that a client may ask for: as many as the reference's tool takes, so that their sum has room in 32 bits.</summary>
public sealed class VoteLimitTests
{
    private const uint Most = int.MaxValue;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>One of two nodes: without quorum there is no other reason to refuse a number.</summary>
    [Fact]
    public async Task More_votes_than_a_sum_has_room_for_are_refused()
    {
        using var cluster = new DaemonCluster(2);
        cluster.Start(1);
        await using var ring = await cluster.ConnectAsync(1);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Members.Count == 1 && !q.IsQuorate);
        Assert.Equal(RingError.InvalidParameter, await RefusalAsync(() => ring.Votes.SetExpectedAsync(Most + 1, Cancellation)));
        Assert.Equal(RingError.InvalidParameter, await RefusalAsync(() => ring.Votes.SetAsync(1, Most + 1, Cancellation)));
        var view = await ring.Votes.GetAsync(1, Cancellation);
        Assert.Equal((1u, 2u), (view.Votes, view.ExpectedVotes));
        await ring.Votes.SetExpectedAsync(Most, Cancellation);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.ExpectedVotes == Most);
        await ring.Votes.SetAsync(1, Most, Cancellation);
        await DaemonCluster.UntilAsync<RingQuorumChange>(ring, q => q.Votes == Most && q.IsQuorate);
    }

    private static async Task<RingError> RefusalAsync(Func<Task> request) => (await Assert.ThrowsAsync<RingException>(request)).Error;
}
