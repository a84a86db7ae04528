using Mainstay.Totem;

namespace Mainstay.Ring.Tests;

/// <summary>Places of clients, and what is said of those who find none.</summary>
public sealed class ClientAdmissionTests
{
    private readonly List<string> _said = [];

    [Theory]
    [InlineData(ulong.MaxValue, 256)]
    [InlineData(416, 256)]
    [InlineData(300, 140)]
    [InlineData(100, 8)]
    public void A_low_limit_of_open_files_leaves_fewer_places_and_is_told(ulong limit, int places)
    {
        Assert.Equal(places, new ClientAdmission(limit, _said.Add).Places);
        if (places == ClientAdmission.PlacesMax) Assert.Empty(_said);
        else Assert.Contains($"the limit of open files is {limit}", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_comes_again_and_again_fills_no_log()
    {
        var admission = new ClientAdmission(ulong.MaxValue, _said.Add);
        for (var i = 0; i < 1_000; i++) admission.TurnAway(Instant.FromMilliseconds(i), "no");
        admission.TurnAway(Instant.FromMilliseconds(60_000), "no");
        Assert.Equal(["no", "no; and 999 times before"], _said);
    }

    [Fact]
    public void A_system_without_room_is_asked_again_after_a_second()
    {
        var admission = new ClientAdmission(ulong.MaxValue, _said.Add);
        Assert.True(admission.IsOpen(Instant.FromMilliseconds(5_000)));
        admission.Close(Instant.FromMilliseconds(5_000), "Too many open files");
        Assert.False(admission.IsOpen(Instant.FromMilliseconds(5_999)));
        Assert.True(admission.IsOpen(Instant.FromMilliseconds(6_000)));
        Assert.Equal(["a client waits: Too many open files"], _said);
    }
}
