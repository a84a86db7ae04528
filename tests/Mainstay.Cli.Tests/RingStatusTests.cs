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
