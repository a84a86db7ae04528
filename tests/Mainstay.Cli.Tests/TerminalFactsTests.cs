namespace Mainstay.Cli.Tests;

public sealed class TerminalFactsTests
{
    [Theory]
    [InlineData(null, null, "C.UTF-8", true)]
    [InlineData(null, null, "de_DE.utf8", true)]
    [InlineData("C", null, "de_DE.UTF-8", false)]
    [InlineData("", "en_US.UTF-8", "C", true)]
    [InlineData(null, null, null, false)]
    public void The_first_locale_variable_that_is_set_decides_on_the_character_set(string? all, string? ctype, string? lang, bool isUtf8) =>
        Assert.Equal(isUtf8, TerminalFacts.IsUtf8(name => name switch { "LC_ALL" => all, "LC_CTYPE" => ctype, _ => lang }));
}
