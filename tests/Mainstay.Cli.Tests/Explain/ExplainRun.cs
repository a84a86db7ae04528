using Mainstay.Cli.Explain;

namespace Mainstay.Cli.Tests.Explain;

/// <summary>Runs <c>mainstay explain</c> in this process.</summary>
internal static class ExplainRun
{
    /// <summary>Runs the tool.</summary>
    public static (int Code, string Out, string Error) Run(string[] args, string? cibFile = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new ToolContext(
            "mainstay", output, error, TextReader.Null, name => name == "CIB_file" ? cibFile : null, TerminalFacts.Plain);
        int code = new ExplainTool().Run(context, args);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>The answer, which must be one.</summary>
    public static string Text(string[] args)
    {
        var (code, output, error) = Run(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: exit status {code}: {error}");
        return output;
    }
}
