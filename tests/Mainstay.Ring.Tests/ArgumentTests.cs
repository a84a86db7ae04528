namespace Mainstay.Ring.Tests;

public sealed class ArgumentTests
{
    [Fact]
    public void Options_take_their_value_from_the_next_word_or_after_an_equals_sign()
    {
        var arguments = RingArguments.TryParse(
            ["--config", "/a", "--state-dir=/b", "--run-dir", "/c", "--node", "n1", "--nodeid=7", "--foreground"], out _);
        Assert.Equal(
            new RingArguments { ConfigFile = "/a", StateDirectory = "/b", RunDirectory = "/c", NodeName = "n1", NodeId = 7 }, arguments);
    }

    [Theory]
    [InlineData("--config")]
    [InlineData("--nodeid", "0")]
    [InlineData("--nodeid", "x")]
    [InlineData("--what")]
    [InlineData("--run-dir=")]
    [InlineData("--state-dir", "")]
    public void Wrong_arguments_are_named(params string[] args)
    {
        Assert.Null(RingArguments.TryParse(args, out var problem));
        Assert.Contains(args[0] is "--nodeid" ? args[1] : args[0].Split('=')[0], problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(97, true)]
    [InlineData(98, false)]
    public void A_run_folder_has_room_for_the_path_of_a_socket(int size, bool isAccepted)
    {
        var folder = "/" + new string('r', size - 1);
        Assert.Equal(isAccepted, RingArguments.TryParse(["--run-dir", folder], out var problem) is not null);
        if (!isAccepted) Assert.Contains($"{folder}/ring.sock has 108 bytes", problem, StringComparison.Ordinal);
    }
}
