namespace Mainstay.Totem.Tests;

public sealed class OptionsTests
{
    /// <summary>spec/totem.md section 2: values seen on real nodes.</summary>
    [Theory]
    [InlineData(2, 3000, 714, 561, 3600)]
    [InlineData(3, 3650, 869, 685, 4380)]
    [InlineData(1, 3000, 714, 561, 3600)]
    public void Timers_are_derived_as_the_reference_does(int nodes, int token, int retransmit, int hold, int consensus)
    {
        var options = TotemOptions.TryCreate(new TotemSettings(), nodes, isKnet: false, [])!;
        Assert.Equal(
            (token, retransmit, hold, consensus),
            (Ms(options.Token), Ms(options.TokenRetransmit), Ms(options.Hold), Ms(options.Consensus)));
        Assert.Equal(1410, options.PacketSizeMax);
    }

    [Fact]
    public void Knet_has_the_large_packets() =>
        Assert.Equal(65446, TotemOptions.TryCreate(new TotemSettings(), 2, isKnet: true, [])!.PacketSizeMax);

    [Fact]
    public void All_problems_are_reported_at_once_with_their_options()
    {
        var problems = new List<TotemProblem>();
        var settings = new TotemSettings { Token = 20, Join = 5000, Merge = 10, TokenWarning = 101, NetMtu = 100, WindowSize = 100_000 };
        Assert.Null(TotemOptions.TryCreate(settings, 2, isKnet: false, problems));
        Assert.Equal(
            ["totem.consensus", "totem.hold", "totem.merge", "totem.netmtu", "totem.token", "totem.token_retransmit", "totem.token_warning", "totem.window_size"],
            problems.Select(problem => problem.Option).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Zero_means_default_but_not_where_it_means_off()
    {
        var options = TotemOptions.TryCreate(new TotemSettings { Token = 0, Merge = 0, TokenWarning = 0 }, 2, isKnet: false, [])!;
        Assert.Equal((3000, 200, 0), (Ms(options.Token), Ms(options.Merge), options.TokenWarningPercent));
    }

    private static int Ms(TimeSpan time) => (int)time.TotalMilliseconds;
}
