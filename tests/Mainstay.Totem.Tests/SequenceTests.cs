namespace Mainstay.Totem.Tests;

public sealed class SequenceTests
{
    [Theory]
    [InlineData(0u, 1u)]
    [InlineData(0xFFFFFFFFu, 0u)]
    [InlineData(0xFFFFFE00u, 0x100u)]
    [InlineData(0x7FFFFFFFu, 0x80000000u)]
    public void Order_holds_across_the_wrap(uint earlier, uint later)
    {
        Assert.True(new MessageSequence(earlier) < new MessageSequence(later));
        Assert.True(new MessageSequence(later) > new MessageSequence(earlier));
        Assert.False(new MessageSequence(later) <= new MessageSequence(earlier));
        Assert.Equal(new MessageSequence(earlier), MessageSequence.Min(new(earlier), new(later)));
    }

    [Fact]
    public void A_window_across_the_wrap_stores_delivers_and_releases()
    {
        var pool = new PacketPool();
        var window = new MessageWindow(pool);
        var start = new MessageSequence(0xFFFFFFF0);
        window.Reset(start);
        Assert.False(window.IsInWindow(start));
        var sequence = start;
        for (var index = 0; index < 64; index++)
        {
            sequence = sequence.Next;
            if (index != 20)
            {
                window.Store(sequence, pool.RentCopy([(byte)index]));
            }
        }

        Assert.Equal(20u, start.DistanceTo(window.Aru));
        Assert.Equal(64u, start.DistanceTo(window.High));
        window.Store(new MessageSequence(start.Value + 21), pool.RentCopy([20]));
        Assert.Equal(window.High, window.Aru);
        window.SetDelivered(window.High);
        window.ReleaseTo(window.High);
        Assert.False(window.Holds(window.High));
        Assert.True(window.IsInWindow(new MessageSequence(window.High.Value + Limits.WindowSlots)));
        Assert.False(window.IsInWindow(new MessageSequence(window.High.Value + Limits.WindowSlots + 1)));
    }

    /// <summary>A record prints its properties, and the next number is one of them: without words of its own it would never end.</summary>
    [Fact]
    public void A_number_is_printed_as_a_number() =>
        Assert.Equal("7 8", $"{new MessageSequence(7)} {new TokenSequence(8)}");
}
