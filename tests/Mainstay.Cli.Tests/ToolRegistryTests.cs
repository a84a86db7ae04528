using Mainstay.Testing;

namespace Mainstay.Cli.Tests;

public sealed class ToolRegistryTests
{
    public static TheoryData<string> NativeNames =>
        [.. File.ReadAllLines(Path.Combine(Repository.Root, "src", "Mainstay.Cli", "native-tools.txt")).Where(line => line.Length > 0)];

    [Theory]
    [MemberData(nameof(NativeNames))]
    public void Every_listed_native_tool_is_registered(string name) => Assert.NotNull(ToolRegistry.FindNative(name));

    [Theory]
    [MemberData(nameof(NativeNames))]
    public void Every_native_tool_tells_its_version(string name)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var context = new ToolContext(name, output, error, TextReader.Null, static _ => null, TerminalFacts.Plain);

        Assert.Equal(0, ToolRegistry.Run(context, ["--version"]));
        Assert.NotEmpty(output.ToString());
        Assert.Empty(error.ToString());
    }
}
