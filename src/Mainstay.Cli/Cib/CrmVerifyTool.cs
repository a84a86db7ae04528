using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary><c>crm_verify</c>: checks a configuration for errors and warnings.</summary>
internal sealed class CrmVerifyTool : NativeTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_verify";

    /// <inheritdoc/>
    protected override string Summary => "Check a configuration for errors and warnings";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('L', "live-check", null, "Check the running cluster's configuration"),
        new('x', "xml-file", "FILE", "Check the configuration in this file"),
        new('X', "xml-text", "XML", "Check the configuration in this text"),
        new('p', "xml-pipe", null, "Check the configuration on standard input"),
        new('S', "save-xml", "FILE", "Save the checked configuration to this file"),
        new('q', "quiet", null, "Only the exit status"),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        CibLoad loaded;
        if (options["xml-file"] is { } file)
        {
            loaded = CibLoad.OfFile(file);
        }
        else if (options["xml-text"] is { } text)
        {
            loaded = CibLoad.OfParse(CibDocument.Parse(text, "the given text"));
        }
        else if (options.Has("xml-pipe"))
        {
            loaded = CibLoad.OfParse(CibDocument.Parse(context.In.ReadToEnd(), "standard input"));
        }
        else if (options.Has("live-check"))
        {
            loaded = CibSource.Of(context).Load();
        }
        else
        {
            return output.Usage("No input specified: give --live-check, --xml-file, --xml-text or --xml-pipe");
        }

        if (loaded.Document is null)
        {
            return output.Fail(loaded.Code, $"crm_verify: {loaded.Message}");
        }

        return Check(context, options, output, loaded.Document);
    }

    private static int Check(ToolContext context, NativeOptions options, NativeOutput output, CibDocument document)
    {
        if (options["save-xml"] is { } target)
        {
            try
            {
                File.WriteAllText(target, document.ToXml());
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return output.Fail(73, $"crm_verify: Could not write {target}: {error.Message}");
            }
        }

        var problems = CibVerification.Check(document, context.Now);
        var isQuiet = options.Has("quiet");
        foreach (var problem in problems.Where(_ => !isQuiet))
        {
            output.Error($"{(problem.Severity == CibSeverity.Error ? "error" : "warning")}: {problem}");
        }

        if (problems.Count == 0)
        {
            return output.Finish(NativeExit.Ok);
        }

        var hasErrors = problems.Any(problem => problem.Severity == CibSeverity.Error);
        if (!isQuiet)
        {
            if (hasErrors && output.IsXml)
            {
                // The reference says so after any error; its XML output is compared by scripts.
                output.Error("error: CIB did not pass schema validation");
            }

            var hint = options.Has("verbose") || output.IsXml ? string.Empty : " (-V may provide more detail)";
            output.Error((hasErrors ? "Configuration invalid" : "Configuration may need attention") + hint);
        }

        return output.Finish(NativeExit.Configuration);
    }
}
