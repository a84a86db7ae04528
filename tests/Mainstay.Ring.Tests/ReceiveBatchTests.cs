using System.Net;
using Mainstay.Ring.Links;

namespace Mainstay.Ring.Tests;

/// <summary>Datagrams read together, and large packets taken apart.</summary>
public sealed class ReceiveBatchTests
{
    private const int Truncated = 0x20;
    private const int ControlTruncated = 8;

    private static readonly IPAddress s_one = IPAddress.Parse("127.0.0.1");
    private static readonly IPAddress s_two = IPAddress.Parse("fd00::2");

    [Theory]
    [InlineData(3000, 1000, new[] { 1000, 1000, 1000 })]
    [InlineData(3001, 1000, new[] { 1000, 1000, 1000, 1 })]
    [InlineData(999, 1000, new[] { 999 })]
    [InlineData(65_507, 1400, null)]
    [InlineData(65_507, 0, new[] { 65_507 })]
    [InlineData(5, 1, new[] { 1, 1, 1, 1, 1 })]
    public void A_large_packet_is_cut_where_the_kernel_joined_it(int size, int segment, int[]? expected)
    {
        var bytes = Bytes(size);
        var kernel = new ReceivingKernel();
        kernel.Add(s_one, bytes, segment);
        var taken = TakeAll(kernel);
        expected ??= [.. Enumerable.Repeat(segment, size / segment), size % segment];
        Assert.Equal(expected, taken.Select(t => t.Bytes.Length));
        Assert.Equal(bytes, taken.SelectMany(t => t.Bytes));
        Assert.All(taken, t => Assert.Equal(s_one, t.Source));
    }

    [Fact]
    public void Each_datagram_has_its_own_source_and_an_empty_one_counts()
    {
        var kernel = new ReceivingKernel();
        kernel.Add(s_one, Bytes(250), 100);
        kernel.Add(s_two, [1]);
        kernel.Add(s_one, []);
        kernel.Add(s_two, Bytes(4), 3);
        Assert.Equal(
            [(s_one, 100), (s_one, 100), (s_one, 50), (s_two, 1), (s_one, 0), (s_two, 3), (s_two, 1)],
            TakeAll(kernel).Select(t => (t.Source, t.Bytes.Length)));
    }

    [Theory]
    [InlineData(Truncated)]
    [InlineData(ControlTruncated)]
    public void What_came_in_part_is_passed_over(int flag)
    {
        var kernel = new ReceivingKernel();
        kernel.Add(s_one, Bytes(10));
        kernel.Add(s_one, Bytes(300), 100, flag);
        kernel.Add(s_one, Bytes(20));
        Assert.Equal([10, 20], TakeAll(kernel).Select(t => t.Bytes.Length));
    }

    [Fact]
    public void A_full_batch_tells_that_more_may_wait()
    {
        var kernel = new ReceivingKernel();
        for (var i = 0; i < 40; i++) kernel.Add(s_one, [(byte)i]);
        using var batch = new ReceiveBatch(kernel);
        Assert.Equal(0, batch.Fill(0));
        Assert.Equal((true, false), (batch.HasRest, batch.IsShort));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (byte)i), Rest(batch).Select(t => t.Bytes[0]));
        Assert.Equal(0, batch.Fill(0));
        Assert.True(batch.IsShort);
        Assert.Equal(8, Rest(batch).Count);
        Assert.Equal(Native.ErrorWouldBlock, batch.Fill(0));
        Assert.False(batch.HasRest);
    }

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(i * 31))];

    private static List<(IPAddress Source, byte[] Bytes)> TakeAll(ReceivingKernel kernel)
    {
        using var batch = new ReceiveBatch(kernel);
        Assert.Equal(0, batch.Fill(0));
        return Rest(batch);
    }

    private static List<(IPAddress Source, byte[] Bytes)> Rest(ReceiveBatch batch)
    {
        var taken = new List<(IPAddress, byte[])>();
        while (batch.TryTake(out var datagram, out var source)) taken.Add((source.ToIPAddress(), datagram.ToArray()));
        return taken;
    }
}
