using System.Net;
using System.Net.Sockets;
using Mainstay.Ring.Links;

namespace Mainstay.Ring.Tests;

/// <summary>Datagrams that are sent together: all of them, in order, whatever the kernel takes.</summary>
public sealed class SendQueueTests
{
    private const int TryAgain = Native.ErrorWouldBlock;

    private readonly byte[] _memory = GC.AllocateArray<byte>(4 * 1024 * 1024, pinned: true);
    private int _used;

    [Fact]
    public void Datagrams_of_one_size_go_as_one_packet_and_a_shorter_one_ends_it()
    {
        var kernel = new SendingKernel();
        var target = Target(1);
        var expected = Send(kernel, (target, 1000), (target, 1000), (target, 1000), (target, 7), (target, 7), (target, 9), (target, 5));
        Assert.Equal([4, 1, 2], kernel.Offers);
        Assert.Equal(expected, kernel.Taken.Select(t => t.Bytes));
    }

    [Fact]
    public void Each_target_gets_its_own_in_their_order()
    {
        var kernel = new SendingKernel();
        DatagramTarget one = Target(1), two = Target(2);
        var expected = Send(kernel, (one, 10), (two, 10), (one, 20), (two, 10), (one, 20));
        Assert.Equal([expected[0], expected[2], expected[4]], kernel.Taken.Where(t => t.Target == 1).Select(t => t.Bytes));
        Assert.Equal([expected[1], expected[3]], kernel.Taken.Where(t => t.Target == 2).Select(t => t.Bytes));
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(1000, 200)]
    [InlineData(1400, 3000)]
    [InlineData(40_000, 5)]
    [InlineData(65_507, 3)]
    public void Nothing_is_lost_at_the_limits_of_a_packet_and_of_a_call(int size, int count)
    {
        var kernel = new SendingKernel();
        var target = Target(1);
        for (var batch = 0; batch < 2; batch++)
        {
            kernel.Taken.Clear();
            kernel.Offers.Clear();
            _used = 0;
            var expected = Send(kernel, [.. Enumerable.Repeat((target, Math.Min(size, _memory.Length / count)), count)]);
            Assert.Equal(expected, kernel.Taken.Select(t => t.Bytes));
            Assert.All(kernel.Offers, vectors => Assert.True(vectors == 1 || vectors * size <= 65_000));
            Assert.All(kernel.Offers, vectors => Assert.InRange(vectors, 1, 64));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_the_kernel_takes_in_part_goes_on_where_it_stopped(int most)
    {
        var kernel = new SendingKernel { Most = most };
        DatagramTarget one = Target(1), two = Target(2);
        var expected = Send(kernel, [.. Enumerable.Range(0, 90).Select(i => (i % 2 == 0 ? one : two, 10 + i))]);
        Assert.Equal(expected.Where((_, i) => i % 2 == 0), kernel.Taken.Where(t => t.Target == 1).Select(t => t.Bytes));
        Assert.Equal(expected.Where((_, i) => i % 2 != 0), kernel.Taken.Where(t => t.Target == 2).Select(t => t.Bytes));
    }

    [Fact]
    public void Where_the_kernel_does_not_cut_packets_datagrams_go_one_by_one_and_are_not_joined_again()
    {
        var kernel = new SendingKernel { Segments = false };
        var target = Target(1);
        using var queue = new SendQueue(0, kernel);
        var first = Add(queue, (target, 100), (target, 100), (target, 30));
        queue.Flush();
        Assert.Equal(first, kernel.Taken.Select(t => t.Bytes));
        Assert.Equal([3], kernel.Offers);
        var second = Add(queue, (target, 100), (target, 100));
        queue.Flush();
        Assert.Equal([.. first, .. second], kernel.Taken.Select(t => t.Bytes));
        Assert.Equal([3, 1, 1], kernel.Offers);
        Assert.Equal((5, 0), (queue.Sent, target.Failures));
    }

    [Fact]
    public void Datagrams_too_large_for_the_path_fail_alone_and_others_are_still_joined()
    {
        var kernel = new SendingKernel { SizeMax = 500 };
        var target = Target(1);
        using var queue = new SendQueue(0, kernel);
        var sent = Add(queue, (target, 600), (target, 600), (target, 40));
        queue.Flush();
        Assert.Equal([sent[2]], kernel.Taken.Select(t => t.Bytes));
        Assert.Equal((1, 2), (queue.Sent, target.Failures));
        Add(queue, (target, 400), (target, 400));
        queue.Flush();
        Assert.Equal(2, kernel.Offers[^1]);
        Assert.Equal(2, target.Failures);
    }

    [Fact]
    public void A_full_socket_costs_what_it_did_not_take_and_nothing_behind_it()
    {
        var kernel = new SendingKernel();
        kernel.Errors.Enqueue(TryAgain);
        DatagramTarget one = Target(1), two = Target(2);
        var sent = Send(kernel, (one, 100), (one, 100), (two, 100));
        Assert.Equal((2, 0), (one.Failures, two.Failures));
        Assert.Equal([sent[2]], kernel.Taken.Select(t => t.Bytes));
    }

    [Theory]
    [InlineData(Native.ErrorInterrupted)]
    [InlineData(Native.ErrorConnectionRefused)]
    [InlineData(Native.ErrorHostUnreachable)]
    public void The_error_of_an_earlier_datagram_costs_nothing(int error)
    {
        var kernel = new SendingKernel();
        kernel.Errors.Enqueue(error);
        var target = Target(1);
        var sent = Send(kernel, (target, 100), (target, 50));
        Assert.Equal(sent, kernel.Taken.Select(t => t.Bytes));
        Assert.Equal(0, target.Failures);
    }

    [Fact]
    public void An_error_that_stays_does_not_hold_the_daemon_up()
    {
        var kernel = new SendingKernel();
        for (var i = 0; i < 2; i++) kernel.Errors.Enqueue(Native.ErrorConnectionRefused);
        var target = Target(1);
        Send(kernel, (target, 100));
        Assert.Equal(1, target.Failures);
    }

    [Fact]
    public void Over_real_sockets_the_datagrams_arrive_as_they_were_queued()
    {
        using var receiver = new DatagramSocket(IPAddress.Loopback, 0, 4 * 1024 * 1024);
        Assert.False(receiver.TryReceive(out _, out _));
        using var sender = new DatagramSocket(IPAddress.Loopback, 0, 4 * 1024 * 1024);
        var target = new DatagramTarget(IPAddress.Loopback, ((IPEndPoint)receiver.Socket.LocalEndPoint!).Port);
        int[] sizes = [1200, 1200, 1200, 700, 1, 1, 1400, 1400, 1400, 1400, 1399, 65_507, 20, 0x7fff];
        var expected = Add(sender.Queue, [.. sizes.Select(size => (target, size))]);
        sender.Queue.Flush();
        var arrived = new List<byte[]>();
        while (receiver.Socket.Poll(TimeSpan.FromSeconds(2), SelectMode.SelectRead) || receiver.HasRest)
        {
            while (receiver.TryReceive(out var datagram, out var source))
            {
                Assert.Equal(IPAddress.Loopback, source.ToIPAddress());
                arrived.Add(datagram.ToArray());
            }

            if (arrived.Count == expected.Count) break;
        }

        Assert.Equal(expected, arrived);
        Assert.Equal((sizes.Length, 0), (sender.Queue.Sent, target.Failures));
    }

    private static DatagramTarget Target(byte number) => new(new IPAddress([127, 0, 0, number]), 5405);

    private List<byte[]> Send(SendingKernel kernel, params (DatagramTarget Target, int Size)[] datagrams)
    {
        using var queue = new SendQueue(0, kernel);
        var added = Add(queue, datagrams);
        queue.Flush();
        Assert.Equal(0, queue.Count);
        Assert.Equal(kernel.Taken.Count, queue.Sent);
        return added;
    }

    /// <summary>Queues datagrams that all differ; returns copies of them.</summary>
    private List<byte[]> Add(SendQueue queue, params (DatagramTarget Target, int Size)[] datagrams)
    {
        var added = new List<byte[]>();
        foreach (var (target, size) in datagrams)
        {
            var bytes = _memory.AsSpan(_used, size);
            for (var i = 0; i < size; i++) bytes[i] = (byte)((added.Count * 7) + (i * 13) + (i >> 8));
            _used += size;
            queue.Add(bytes, target);
            added.Add(bytes.ToArray());
        }

        return added;
    }
}
