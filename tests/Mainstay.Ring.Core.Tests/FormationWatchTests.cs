using System.Collections.Immutable;
using Mainstay.Ring.Core.Detection;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Tests;

/// <summary>Finding out who keeps a ring from being formed (patience 1 s, limit 2 s).</summary>
public sealed class FormationWatchTests
{
    private const int Period = 100;
    private const int Limit = 2000;
    private static readonly NodeId s_two = new(2);
    private static readonly NodeId s_three = new(3);
    private static readonly ImmutableArray<NodeId> s_others = [s_two, s_three];

    private readonly FormationWatch _watch = new();
    private readonly Links _links = new();
    private int _now = 50_000;

    public FormationWatchTests() => _watch.Apply(TimeSpan.FromMilliseconds(10 * Period), TimeSpan.FromMilliseconds(Limit));

    [Fact]
    public void Who_answers_too_little_is_named_when_the_same_nodes_have_tried_for_long_enough()
    {
        _links.Answered[s_three] = 500;
        Assert.Equal(NodeId.None, Pass(Limit - Period, s_others));
        Assert.Equal(s_three, Pass(2 * Period, s_others));

        // And again after as long, if it is let in again and no better.
        Assert.Equal(NodeId.None, Pass(Limit - Period, s_others));
        Assert.Equal(s_three, Pass(2 * Period, s_others));
    }

    [Fact]
    public void Where_several_do_not_answer_it_is_this_node_that_loses_packets()
    {
        _links.Answered[s_two] = 500;
        _links.Answered[s_three] = 500;
        Assert.Equal(NodeId.None, Pass(5 * Limit, s_others));
        _links.Answered[s_two] = 850;
        Assert.Equal(NodeId.None, Pass(5 * Limit, s_others));
        _links.Answered[s_two] = -1;
        Assert.Equal(NodeId.None, Pass(5 * Limit, s_others));
    }

    [Fact]
    public void Of_one_other_nobody_can_tell_whose_packets_are_lost()
    {
        _links.Answered[s_three] = 500;
        Assert.Equal(NodeId.None, Pass(5 * Limit, [s_three]));
    }

    [Fact]
    public void Nobody_is_named_where_all_answer()
    {
        _links.Answered[s_three] = 850;
        Assert.Equal(NodeId.None, Pass(5 * Limit, s_others));
    }

    [Fact]
    public void Who_has_just_fallen_silent_has_not_lost_packets()
    {
        _links.Answered[s_three] = 500;
        _links.SilentSince[s_three] = Instant.FromMilliseconds(_now + Limit - (4 * Period));
        Assert.Equal(NodeId.None, Pass(Limit + (2 * Period), s_others));
    }

    [Fact]
    public void Answers_are_counted_anew_whenever_others_take_part_or_a_ring_was_installed()
    {
        _links.Answered[s_three] = 500;
        Assert.Equal(NodeId.None, Pass(Limit - Period, s_others));
        Assert.Equal(NodeId.None, Pass(Limit - Period, [s_three]));
        Assert.Equal(NodeId.None, Pass(Limit - Period, s_others));
        Assert.Equal(NodeId.None, Pass(Limit - Period, s_others, ring: 8));
        Assert.Equal(4, _links.Counts);
        Assert.Equal(s_three, Pass(2 * Period, s_others, ring: 8));
    }

    [Fact]
    public void All_that_try_are_probed_and_nothing_is_done_while_a_ring_is_installed()
    {
        Assert.Equal(Instant.Never, _watch.NextDeadline(isForming: false));
        Assert.True(_watch.NextDeadline(isForming: true) <= Instant.FromMilliseconds(_now));
        Pass(2 * Period, s_others);
        Assert.True(_watch.TryTakeProbe(out var first));
        Assert.True(_watch.TryTakeProbe(out var second));
        Assert.Equal([s_two, s_three], new[] { first, second });
    }

    [Fact]
    public void Lateness_while_a_ring_is_formed_is_not_held_against_members_by_the_watch_over_the_token()
    {
        Assert.True(NotesStall(isForming: false));
        Assert.False(NotesStall(isForming: true));
    }

    [Fact]
    public void A_node_that_no_ring_can_be_formed_with_is_kept_out_and_the_others_get_on()
    {
        var ring = new VirtualRing([1, 2, 3], announces: _ => true);
        ring.RunUntilFormed(1, 2, 3);
        ring.Run(500);
        ring.Crash(3);
        ring.RunUntilFormed(1, 2);
        foreach (var (node, other) in new (uint, uint)[] { (1, 2), (2, 1) })
        {
            ring.SetAnswered(node, other, 1000);
            ring.SetAnswered(node, 3, 400);
        }

        ring.Obstructor = 3;
        ring.Boot(3);
        ring.RunUntil(() => ring[1].State != TotemState.Operational, 1000);
        ring.RunUntil(() => IsOperational(1) && IsOperational(2), 1500);
        Assert.Contains(
            new uint[] { 1, 2 }.SelectMany(ring.Log),
            line => line == "node 3 is given up: no ring can be formed with it, it loses too many packets");

        // Once its packets arrive it is taken in.
        ring.Obstructor = 0;
        ring.RunUntilFormed(1, 2, 3);

        bool IsOperational(uint node) => ring[node].State == TotemState.Operational && ring[node].Quorum.Members.SequenceEqual([1u, 2u]);
    }

    private bool NotesStall(bool isForming)
    {
        var watch = new PeerWatch();
        watch.Apply(TimeSpan.FromMilliseconds(Period), TimeSpan.FromMilliseconds(10 * Period));
        watch.SetPeers(s_others);
        _links.SilentSince[s_three] = Instant.FromMilliseconds(_now);
        var token = Instant.FromMilliseconds(_now);
        for (var round = 0; round < 5; round++)
        {
            _now += Period;
            _links.Now = Instant.FromMilliseconds(_now);
            watch.HandleTimeout(_links.Now, token, _links, isForming);
        }

        watch.HandleTimeout(Instant.FromMilliseconds(_now + (2 * Period)), Instant.FromMilliseconds(_now + Period + 1), _links, isForming);
        return watch.TryTakeStalled(out _);
    }

    /// <summary>Lets time pass; the last node that was named meanwhile.</summary>
    private NodeId Pass(int milliseconds, ImmutableArray<NodeId> others, ulong ring = 4)
    {
        var named = NodeId.None;
        for (var end = _now + milliseconds; _now < end; _now += Period)
        {
            _links.Now = Instant.FromMilliseconds(_now);
            var node = _watch.HandleTimeout(_links.Now, others, new RingId(new NodeId(1), ring), _links);
            if (node != NodeId.None) named = node;
        }

        return named;
    }

    private sealed class Links : IPeerContact
    {
        public Dictionary<NodeId, int> Answered { get; } = [];

        public Dictionary<NodeId, Instant> SilentSince { get; } = [];

        public Instant Now { get; set; }

        public int Counts { get; private set; }

        public Instant LastHeard(NodeId node) => SilentSince.GetValueOrDefault(node, Now);

        public void CountAnswers() => Counts++;

        public int AnsweredPermille(NodeId node) => Answered.GetValueOrDefault(node, 1000);
    }
}
