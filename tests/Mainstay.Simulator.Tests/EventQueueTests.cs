namespace Mainstay.Simulator.Tests;

public sealed class EventQueueTests
{
    [Fact]
    public void Events_of_one_time_come_in_the_order_of_scheduling()
    {
        var queue = new EventQueue<string>();
        queue.Schedule(20, "late");
        queue.Schedule(10, "first");
        queue.Schedule(10, "second");
        Assert.True(queue.TryTake(100, out var one));
        Assert.True(queue.TryTake(100, out var two));
        Assert.Equal(("first", "second", 10), (one, two, queue.Now));
    }

    [Fact]
    public void Nothing_happens_beyond_the_limit_and_time_never_goes_back()
    {
        var queue = new EventQueue<string>();
        queue.Schedule(50, "later");
        Assert.False(queue.TryTake(40, out _));
        Assert.Equal(40, queue.Now);
        queue.Schedule(10, "in the past");
        Assert.True(queue.TryTake(40, out var next));
        Assert.Equal(("in the past", 40), (next, queue.Now));
    }
}
