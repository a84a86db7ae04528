using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Synchronisation goes on only where every member has said so in this ring (spec/ring-wire.md section 5).</summary>
public sealed class SynchronisationTests
{
    private static readonly RingId s_ring = new(new NodeId(1), 9);
    private static readonly RingId s_other = new(new NodeId(1), 5);

    private readonly Synchronisation _synchronisation = new();

    public SynchronisationTests() => _synchronisation.Begin(s_ring, [1, 2, 3]);

    [Fact]
    public void It_takes_the_lists_and_a_barrier_for_each_service_of_all_members()
    {
        Build(1, s_ring, 0, 5);
        Build(2, s_ring, 0, 2);
        Assert.Equal(SyncStep.Wait, _synchronisation.Next());
        Build(3, s_ring, 0);
        foreach (var service in (int[])[0, 2, 5])
        {
            Assert.Equal((SyncStep.Process, service), (_synchronisation.Next(), _synchronisation.CurrentService));
            Assert.Equal(SyncStep.Wait, _synchronisation.Next());
            foreach (var member in (uint[])[3, 1, 2]) Barrier(member, s_ring);
            Assert.Equal(SyncStep.Activate, _synchronisation.Next());
        }

        Assert.Equal(SyncStep.Finished, _synchronisation.Next());
        Assert.Equal((SyncStep.Wait, false), (_synchronisation.Next(), _synchronisation.IsRunning));
    }

    [Fact]
    public void Lists_of_another_ring_twice_of_one_member_or_of_a_stranger_do_not_count()
    {
        Build(1, s_ring, 0);
        Build(2, s_ring, 0);
        Build(3, s_other, 0, 4);
        Build(2, s_ring, 0);
        Build(4, s_ring, 0);
        Assert.Equal(SyncStep.Wait, _synchronisation.Next());
        Build(3, s_ring, 0);
        Assert.Equal((SyncStep.Process, 0), (_synchronisation.Next(), _synchronisation.CurrentService));
        foreach (var member in (uint[])[1, 2, 3]) Barrier(member, s_ring);
        Assert.Equal(SyncStep.Activate, _synchronisation.Next());
        Assert.Equal(SyncStep.Finished, _synchronisation.Next());
    }

    [Fact]
    public void Barriers_of_another_ring_twice_of_one_member_or_of_a_stranger_do_not_count()
    {
        foreach (var member in (uint[])[1, 2, 3]) Build(member, s_ring, 0);
        Assert.Equal(SyncStep.Process, _synchronisation.Next());
        Barrier(1, s_ring);
        Barrier(2, s_ring);
        Barrier(3, s_other);
        Barrier(2, s_ring);
        Barrier(4, s_ring);
        Assert.Equal(SyncStep.Wait, _synchronisation.Next());
        Barrier(3, s_ring);
        Assert.Equal(SyncStep.Activate, _synchronisation.Next());
    }

    [Fact]
    public void A_barrier_before_the_lists_and_a_list_among_the_barriers_do_not_count()
    {
        Barrier(3, s_ring);
        foreach (var member in (uint[])[1, 2]) Build(member, s_ring, 0);
        Assert.Equal(SyncStep.Wait, _synchronisation.Next());
        Build(3, s_ring, 0);
        Assert.Equal(SyncStep.Process, _synchronisation.Next());
        foreach (var member in (uint[])[1, 2]) Barrier(member, s_ring);
        Build(3, s_ring, 0, 7);
        Assert.Equal(SyncStep.Wait, _synchronisation.Next());
        Barrier(3, s_ring);
        Assert.Equal(SyncStep.Activate, _synchronisation.Next());
        Assert.Equal(SyncStep.Finished, _synchronisation.Next());
    }

    [Fact]
    public void A_ring_that_comes_in_between_begins_anew()
    {
        foreach (var member in (uint[])[1, 2, 3]) Build(member, s_ring, 0);
        Assert.Equal(SyncStep.Process, _synchronisation.Next());
        _synchronisation.Begin(new RingId(new NodeId(1), 13), [1, 2]);
        foreach (var member in (uint[])[1, 2, 3]) Barrier(member, s_ring);
        Assert.Equal(SyncStep.Wait, _synchronisation.Next());
    }

    private void Build(uint sender, RingId ring, params int[] services) =>
        _synchronisation.Handle(sender, new SyncMessage(ring, services));

    private void Barrier(uint sender, RingId ring) => _synchronisation.Handle(sender, new SyncMessage(ring, null));
}
