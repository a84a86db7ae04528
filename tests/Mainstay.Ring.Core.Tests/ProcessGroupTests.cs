namespace Mainstay.Ring.Core.Tests;

/// <summary>Process groups over whole rings (spec/ring-wire.md section 4.1).</summary>
public sealed class ProcessGroupTests
{
    private static readonly uint[] Three = [1, 2, 3];

    [Fact]
    public void A_join_is_told_to_the_joiner_and_to_all_members_in_the_same_order()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 1, "g", 100));
        ring.Run(50);
        Assert.Equal(RequestResult.Accepted, ring.Join(3, 1, "g", 300));
        ring.Run(50);
        Assert.Equal(["joined", "members 1/100 +1/100:Join", "members 1/100 3/300 +3/300:Join"], ring.Events(1, 1));
        Assert.Equal(["joined", "members 1/100 3/300 +3/300:Join"], ring.Events(3, 1));
    }

    [Fact]
    public void Messages_reach_all_members_in_one_order_and_nobody_else()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        foreach (var node in Three) ring.Join(node, 1, "g", node * 100);
        ring.Join(2, 2, "other", 201);
        ring.Run(100);
        for (var i = 0; i < 20; i++)
        {
            foreach (var node in Three) Assert.Equal(RequestResult.Accepted, ring.Send(node, 1, $"{node}-{i}"));
        }

        ring.Run(200);
        var first = Messages(ring, 1, 1);
        Assert.Equal(60, first.Count);
        Assert.Equal(first, Messages(ring, 2, 1));
        Assert.Equal(first, Messages(ring, 3, 1));
        Assert.Empty(Messages(ring, 2, 2));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"2/200 2-{i}"), first.Where(m => m.StartsWith("2/", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_megabyte_is_delivered_whole()
    {
        var ring = new VirtualRing([1, 2]);
        ring.RunUntilFormed(1, 2);
        ring.Join(1, 1, "g", 1);
        ring.Join(2, 1, "g", 2);
        ring.Run(100);
        var text = new string('x', RingNode.MessageSizeMax - 1) + "y";
        Assert.Equal(RequestResult.Accepted, ring.Send(1, 1, text));
        Assert.Equal(RequestResult.OutOfRange, ring.Send(1, 1, text + "z"));
        ring.Run(3000);
        Assert.Equal("1/1 " + text, Messages(ring, 2, 1).Single());
    }

    [Fact]
    public void A_leave_and_a_lost_connection_are_told_with_their_reasons()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        foreach (var node in Three) ring.Join(node, 1, "g", node * 100);
        ring.Run(100);
        Assert.Equal(RequestResult.Accepted, ring.LeaveGroup(1, 1));
        ring.Run(50);
        ring.Disconnect(2, 1);
        ring.Run(50);
        Assert.Equal("left", ring.Events(1, 1)[^1]);
        Assert.Equal(["members 2/200 3/300 -1/100:Leave", "members 3/300 -2/200:ProcessDown"], ring.Events(3, 1).TakeLast(2));
    }

    [Fact]
    public void A_crashed_node_takes_its_processes_along_before_the_new_ring_is_told()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        foreach (var node in Three) ring.Join(node, 1, "g", node * 100);
        ring.Run(100);
        ring.Crash(2);
        ring.RunUntilFormed(1, 3);
        Assert.Equal(["members 1/100 3/300 -2/200:NodeDown", "ring 1 3"], ring.Events(1, 1).TakeLast(2));
        Assert.Equal(["members 1/100 3/300 -2/200:NodeDown", "ring 1 3"], ring.Events(3, 1).TakeLast(2));
    }

    [Fact]
    public void Merged_partitions_learn_each_others_processes()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        ring.Join(1, 1, "g", 100);
        ring.Join(3, 1, "g", 300);
        ring.Run(100);
        ring.Isolate(3);
        ring.RunUntilFormed(1, 2);
        ring.RunUntilFormed(3);
        Assert.Contains("members 1/100 -3/300:NodeDown", ring.Events(1, 1));
        Assert.Contains("members 3/300 -1/100:NodeDown", ring.Events(3, 1));
        ring.Heal();
        ring.RunUntilFormed(1, 2, 3);
        Assert.Contains("members 1/100 3/300 +3/300:NodeUp", ring.Events(1, 1));
        Assert.Contains("members 1/100 3/300 +1/100:NodeUp", ring.Events(3, 1));
    }

    [Fact]
    public void A_connection_lost_while_the_ring_forms_is_told_afterwards()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        ring.Join(1, 1, "g", 100);
        ring.Join(3, 1, "g", 300);
        ring.Run(100);
        ring.Crash(2);
        ring.Run(310);
        Assert.False(ring[3].AcceptsRequests);
        ring.Disconnect(3, 1);
        ring.RunUntilFormed(1, 3);
        ring.Run(100);
        Assert.Contains("members 1/100 -3/300:ProcessDown", ring.Events(1, 1));
    }

    [Fact]
    public void Requests_wait_while_the_ring_forms_and_go_on_afterwards()
    {
        var ring = new VirtualRing(Three);
        Assert.Equal(RequestResult.Busy, ring.Join(1, 1, "g", 100));
        ring.RunUntilFormed(1, 2, 3);
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 1, "g", 100));
        ring.Run(100);
        ring.Crash(2);
        ring.Run(310);
        Assert.Equal(RequestResult.Busy, ring.Send(1, 1, "held"));
        ring.RunUntilFormed(1, 3);
        Assert.Equal(RequestResult.Accepted, ring.Send(1, 1, "sent"));
        ring.Run(100);
        Assert.Equal(["1/100 sent"], Messages(ring, 1, 1));
    }

    /// <summary>A client that reconnects at once, under the same process id: its leave and its join come in this order everywhere.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_comes_back_while_its_leave_is_under_way_waits_and_joins(bool isRingForming)
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        ring.Join(1, 1, "g", 100);
        ring.Join(3, 1, "g", 300);
        ring.Run(100);
        if (isRingForming)
        {
            ring.Crash(2);
            ring.Run(310);
        }

        ring.Disconnect(1, 1);
        var result = ring.Join(1, 2, "g", 100);
        Assert.Equal(RequestResult.Busy, result);
        ring.RunUntil(() => (result = ring.Join(1, 2, "g", 100)) != RequestResult.Busy, 3000);
        Assert.Equal(RequestResult.Accepted, result);
        ring.Run(100);
        Assert.Equal(["members 3/300 -1/100:ProcessDown", "members 1/100 3/300 +1/100:Join"], ring.Events(3, 1).TakeLast(2));
        Assert.Equal(["joined", "members 1/100 3/300 +1/100:Join"], ring.Events(1, 2).TakeLast(2));
        Assert.Equal(RequestResult.Accepted, ring.Send(1, 2, "back"));
        ring.Run(100);
        Assert.Equal(["1/100 back"], Messages(ring, 3, 1));
    }

    [Fact]
    public void A_connection_that_leaves_may_join_again_when_it_has_left()
    {
        var ring = new VirtualRing(Three);
        ring.RunUntilFormed(1, 2, 3);
        ring.Join(1, 1, "g", 100);
        ring.Run(100);
        Assert.Equal(RequestResult.Accepted, ring.LeaveGroup(1, 1));
        Assert.Equal(RequestResult.Busy, ring.Join(1, 1, "h", 100));
        ring.Run(100);
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 1, "h", 100));
        ring.Run(100);
        Assert.Equal(RequestResult.Refused, ring.Join(1, 2, "h", 100));
        Assert.Equal(RequestResult.Refused, ring.Join(1, 1, "g", 100));
    }

    [Fact]
    public void Bad_requests_are_refused()
    {
        var ring = new VirtualRing([1]);
        ring.RunUntilFormed(1);
        Assert.Equal(RequestResult.OutOfRange, ring.Join(1, 1, string.Empty, 100));
        Assert.Equal(RequestResult.OutOfRange, ring.Join(1, 1, new string('g', 129), 100));
        Assert.Equal(RequestResult.Refused, ring.Send(1, 1, "nobody joined"));
        Assert.Equal(RequestResult.Refused, ring.LeaveGroup(1, 1));
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 1, "g", 100));
        Assert.Equal(RequestResult.Refused, ring.Join(1, 1, "h", 100));
        Assert.Equal(RequestResult.Refused, ring.Join(1, 2, "g", 100));
        Assert.Equal(RequestResult.Accepted, ring.Join(1, 2, "h", 100));
    }

    private static List<string> Messages(VirtualRing ring, uint node, int client) =>
        [.. ring.Events(node, client).Where(e => e.Contains('/', StringComparison.Ordinal) && !e.StartsWith("members", StringComparison.Ordinal))];
}
