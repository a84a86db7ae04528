using System.Text.Json;
using Mainstay.Cli.Ring;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Tests;

/// <summary>How the ring's status is shown.</summary>
public sealed class RingStatusTests
{
    private static readonly RingIdentity Identity = new(
        1, "lab", [new RingNode(1, "n1", ["10.0.0.1"], 1), new RingNode(2, "n2", ["10.0.0.2"], 1), new RingNode(3, "n3", ["10.0.0.3"], 1)]);

    private static readonly RingStatus Status = new(
        "Operational",
        new RingQuorumChange(new RingConfigurationId(1, 0x1d), true, [1, 2], 2, 3, 2),
        ["Quorate"],
        new SortedDictionary<string, long>(StringComparer.Ordinal) { ["totem.tokens_sent"] = 5 })
    {
        HighestExpectedVotes = 3,
        MemberVotes = new SortedDictionary<uint, uint> { [1] = 1, [2] = 1 },
    };

    [Fact]
    public void People_see_who_is_offline()
    {
        var text = RingStatusText.Text(Identity, Status);
        Assert.Contains("Quorum:    yes: 2 of 3 votes, 2 needed [Quorate]", text, StringComparison.Ordinal);
        Assert.Contains("n3                   OFFLINE", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_held_out_is_shown_with_the_reason()
    {
        var held = Status with
        {
            Counters = new SortedDictionary<string, long>(StringComparer.Ordinal)
            {
                [RingStatus.HeldOutPrefix + "2"] = 1_500,
                [RingStatus.HeldOutPrefix + "3"] = 35_001,
                [RingStatus.HeldOutCausePrefix + "3"] = (long)RingHoldOutCause.Stalled,
            },
        };
        var text = RingStatusText.Text(Identity, held);
        Assert.Contains("node 2 (n2) for 2 s more: it disturbed the ring again and again\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "node 3 (n3) for 36 s more: it disturbed the ring again and again, at last the ring had to wait for it\n",
            text,
            StringComparison.Ordinal);
        using var json = JsonDocument.Parse(RingStatusText.Json(Identity, held));
        Assert.Equal(
            ["unknown", "stalled"],
            json.RootElement.GetProperty("held_out").EnumerateArray().Select(node => node.GetProperty("cause").GetString()));
    }

    /// <summary>They cross the socket as numbers.</summary>
    [Fact]
    public void The_reasons_of_the_library_are_those_of_the_ring() => Assert.Equal(
        Enum.GetValues<Totem.HoldOutCause>().Select(cause => (cause.ToString(), (int)cause)),
        Enum.GetValues<RingHoldOutCause>().Where(cause => cause != RingHoldOutCause.Unknown).Select(cause => (cause.ToString(), (int)cause)));

    [Fact]
    public void Programs_get_json()
    {
        using var json = JsonDocument.Parse(RingStatusText.Json(Identity, Status));
        Assert.Equal("1.1d", json.RootElement.GetProperty("ring_id").GetString());
        Assert.Equal([1, 2], json.RootElement.GetProperty("members").EnumerateArray().Select(m => m.GetInt32()));
        Assert.False(json.RootElement.GetProperty("nodes")[2].GetProperty("online").GetBoolean());
    }

    [Theory]
    [InlineData("listen")]
    [InlineData("send", "group")]
    [InlineData("status", "--output-format", "yaml")]
    [InlineData("dance")]
    public void Wrong_arguments_are_refused(params string[] args)
    {
        Assert.Null(RingArguments.TryParse(args, out var problem));
        Assert.NotEmpty(problem);
    }
}
