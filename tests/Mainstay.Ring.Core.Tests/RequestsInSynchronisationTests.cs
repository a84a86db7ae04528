using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>
/// What an administrator asks for while the services synchronise. What a synchronisation sends and cannot finish is forgotten; a request is
/// not part of it.
/// </summary>
public sealed class RequestsInSynchronisationTests
{
    [Fact]
    public void Expected_votes_set_in_a_synchronisation_that_is_cut_short_are_not_lost()
    {
        var ring = InSynchronisation();
        ring.Do(1, (now, outbox) => Assert.True(ring[1].TrySetExpectedVotes(now, 5, outbox, out _)));
        ring.PowerOff(2);
        ring.RunUntilFormed(1);
        ring.Run(200);
        Assert.EndsWith("/5", ring.QuorumChanges(1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_crypto_announced_in_a_synchronisation_that_is_cut_short_goes_on()
    {
        var ring = InSynchronisation();
        ring.Do(1, (now, outbox) => ring[1].AnnounceCrypto(now, outbox));
        ring.PowerOff(2);
        ring.RunUntilFormed(1);
        ring.Run(200);
        Assert.Equal(["CryptoPhase 0 1", "CryptoPhase 0 2"], ring.Answers(1));
    }

    [Fact]
    public void A_reload_asked_for_in_a_synchronisation_that_is_cut_short_is_not_lost()
    {
        var ring = InSynchronisation();
        ring.Do(1, (now, outbox) => ring[1].RequestReload(now, outbox));
        ring.PowerOff(2);
        ring.RunUntilFormed(1);
        ring.Run(200);
        Assert.Equal(["ReloadRequested 0 1"], ring.Answers(1));
    }

    /// <summary>Node 3 has gone, and node 1 synchronises with node 2.</summary>
    private static VirtualRing InSynchronisation()
    {
        var ring = new VirtualRing([1, 2, 3]);
        ring.RunUntilFormed(1, 2, 3);
        ring.PowerOff(3);
        ring.RunUntil(() => ring[1].State != TotemState.Operational, 1000);
        while (ring[1].State != TotemState.Operational) ring.RunMicroseconds(50);
        Assert.False(ring[1].IsSynchronised);
        return ring;
    }
}
