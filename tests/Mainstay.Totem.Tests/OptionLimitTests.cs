namespace Mainstay.Totem.Tests;

/// <summary>The bounds of the options, one by one (spec/totem.md section 2): the last value that is taken and the first that is
/// not.</summary>
public sealed class OptionLimitTests
{
    private static readonly TotemSettings s_sound = new() { Token = 1000, TokenRetransmit = 200, Hold = 150, Join = 50, Consensus = 1200 };

    public static TheoryData<string, Func<uint, TotemSettings>, uint, uint> Bounds => new()
    {
        { "totem.token", value => s_sound with { Token = value, TokenRetransmit = 30, Hold = 14 }, 30, 29 },
        { "totem.token", value => s_sound with { Token = value, Consensus = 1200 }, Limits.TimerMaxMs, Limits.TimerMaxMs + 1 },
        { "totem.token_retransmit", value => s_sound with { TokenRetransmit = value }, 30, 29 },
        { "totem.hold", value => s_sound with { Hold = value }, 14, 13 },
        { "totem.join", value => s_sound with { Join = value }, 30, 29 },
        { "totem.consensus", value => s_sound with { Consensus = value, Join = 30 }, 30, 29 },
        { "totem.consensus", value => s_sound with { Consensus = value, Join = 100 }, 100, 99 },
        { "totem.merge", value => s_sound with { Merge = value }, 30, 29 },
        { "totem.downcheck", value => s_sound with { Downcheck = value }, 30, 29 },
        { "totem.max_network_delay", value => s_sound with { MaxNetworkDelay = value }, 30, 29 },
        { "totem.token_warning", value => s_sound with { TokenWarning = value }, 100, 101 },
        { "totem.window_size", value => s_sound with { WindowSize = value }, Limits.WindowSizeMax, Limits.WindowSizeMax + 1 },
        { "totem.max_messages", value => s_sound with { MaxMessages = value }, Limits.WindowSizeMax, Limits.WindowSizeMax + 1 },
        { "totem.accelerated_window", value => s_sound with { AcceleratedWindow = value }, Limits.WindowSizeMax, Limits.WindowSizeMax + 1 },
        { "totem.netmtu", value => s_sound with { NetMtu = value }, Limits.NetMtuMin, Limits.NetMtuMin - 1 },
        { "totem.netmtu", value => s_sound with { NetMtu = value }, 65536, 65537 },
    };

    [Theory]
    [MemberData(nameof(Bounds), DisableDiscoveryEnumeration = true)]
    public void A_value_beyond_its_bound_is_refused(string option, Func<uint, TotemSettings> settings, uint last, uint beyond)
    {
        var problems = new List<TotemProblem>();
        Assert.NotNull(TotemOptions.TryCreate(settings(last), 2, isKnet: false, problems));
        Assert.Empty(problems);
        Assert.Null(TotemOptions.TryCreate(settings(beyond), 2, isKnet: false, problems));
        var isLessThanJoin = option == "totem.consensus" && last > 30;
        var expected = beyond > last ? "the greatest accepted value" : isLessThanJoin ? "less than totem.join" : "the least accepted value";
        Assert.Contains(problems, problem => problem.Option == option && problem.Message.Contains(expected, StringComparison.Ordinal));
    }
}
