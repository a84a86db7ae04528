using Mainstay.Cli.Completion;
using Mainstay.Testing;

namespace Mainstay.Cli.Tests;

public sealed class CompletionTests
{
    [Fact]
    public void The_packaged_script_is_the_one_that_the_command_prints() => Assert.Equal(
        CompletionTool.BashScript + "\n",
        File.ReadAllText(Path.Combine(Repository.Root, "packaging", "completions", "mainstay.bash")));

    [Fact]
    public void Sub_commands_follow_their_group()
    {
        var context = new ToolContext("mainstay", TextWriter.Null, TextWriter.Null, TextReader.Null, static _ => null, TerminalFacts.Plain);

        Assert.Equal(["add", "delete", "list", "remove"], CompletionTool.Words(context, ["resource", "group"]));
        Assert.Contains("constraint", CompletionTool.Words(context, []));
    }
}
