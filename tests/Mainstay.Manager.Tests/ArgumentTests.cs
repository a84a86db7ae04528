using Mainstay.Ring.Client;

namespace Mainstay.Manager.Tests;

public sealed class ArgumentTests
{
    [Fact]
    public void All_options_are_read_in_both_forms()
    {
        var arguments = ManagerArguments.TryParse(["--config", "c", "--state-dir=s", "--run-dir", "r", "--node=n1", "--foreground"], out _);
        Assert.Equal(("s", "r", "n1"), (arguments?.StateDirectory, arguments?.RunDirectory, arguments?.NodeName));
    }

    [Theory]
    [InlineData("--nonsense", "unknown option")]
    [InlineData("--run-dir", "needs a value")]
    public void A_wrong_command_line_is_refused_with_the_reason(string argument, string reason)
    {
        Assert.Null(ManagerArguments.TryParse([argument], out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ring_says_who_the_node_is_and_another_name_is_refused()
    {
        var identity = new RingIdentity(2, "c", [new RingNode(1, "a", [], 1), new RingNode(2, "b", [], 1)]);
        Assert.Equal("b", RingStart.Identify(identity, "B", out _)?.NodeName);
        Assert.Equal(36, RingStart.Identify(identity, null, out _)?.Incarnation.Length);
        Assert.Null(RingStart.Identify(identity, "a", out var problem));
        Assert.Contains("'b'", problem, StringComparison.Ordinal);
    }
}
