using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>The queue before a program's readers: bounded by the bytes that wait in it.</summary>
public sealed class SizedQueueTests
{
    private readonly SizedQueue<int> _queue = new(10, size => size);

    [Fact]
    public void What_waits_is_bounded_and_what_is_read_makes_room()
    {
        Assert.True(_queue.TryAdd(4));
        Assert.True(_queue.TryAdd(6));
        Assert.True(_queue.Reader.TryRead(out var first));
        Assert.Equal(4, first);
        Assert.True(_queue.TryAdd(4));
        Assert.False(_queue.TryAdd(1));
        Assert.Equal([6, 4], Rest());
    }

    [Fact]
    public void Room_that_is_reserved_counts_before_the_item_comes()
    {
        Assert.True(_queue.TryReserve(7));
        Assert.False(_queue.TryAdd(4));
        _queue.AddReserved(7);
        Assert.Equal([7], Rest());
    }

    [Fact]
    public void The_last_item_has_room_in_a_queue_that_is_full()
    {
        Assert.True(_queue.TryAdd(10));
        _queue.End(3);
        Assert.Equal([10, 3], Rest());
        Assert.True(_queue.Reader.Completion.IsCompletedSuccessfully);
    }

    private List<int> Rest()
    {
        var rest = new List<int>();
        while (_queue.Reader.TryRead(out var item)) rest.Add(item);
        return rest;
    }
}
