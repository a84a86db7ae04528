using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary><c>crm_diff</c>: differences of two configurations, and applying them.</summary>
internal sealed class CrmDiffTool : NativeTool
{
    /// <inheritdoc/>
    protected override string Name => "crm_diff";

    /// <inheritdoc/>
    protected override string Summary => "Show the differences of two configurations as a patchset, or apply a patchset";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('o', "original", "FILE", "The configuration before, from a file"),
        new('O', "original-string", "XML", "The configuration before, as text"),
        new('n', "new", "FILE", "The configuration after, from a file"),
        new('N', "new-string", "XML", "The configuration after, as text"),
        new('p', "patch", "FILE", "Apply the patchset in this file to the original"),
        new('c', "cib", null, "Compare as a CIB: the order of attributes does not count, the result's digest is included"),
        new('u', "no-version", null, "Leave the versions out of the patchset"),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options.Has("no-version") && options.Has("cib"))
        {
            return output.Usage("-u/--no-version incompatible with -c/--cib");
        }

        if (!TryRead(options, output, "original", out var original, out var code))
        {
            return code;
        }

        return options["patch"] is { } patch ? Apply(options, output, original!, patch) : Compare(options, output, original!); // read above
    }

    private static int Compare(NativeOptions options, NativeOutput output, XElement original)
    {
        if (!TryRead(options, output, "new", out var changed, out var code))
        {
            return code;
        }

        if (original.Name != changed!.Name) // read above
        {
            return output.Fail(NativeExit.Data, "crm_diff: the two documents have different root elements");
        }

        var isCib = options.Has("cib");
        var patch = CibPatchset.Create(Comparable(original), Comparable(changed), new CibPatchsetOptions
        {
            WithVersion = !options.Has("no-version"),
            WithDigest = isCib,
            WithAttributeOrder = !isCib,
        });
        if (patch is null)
        {
            return output.Finish(NativeExit.Ok);
        }

        if (options.Has("no-version"))
        {
            patch.Elements("change").Where(change => change.Value("path") == "/cib" && change.Value("operation") == "modify").ToList()
                .ForEach(change => change.Remove());
        }
        else if (isCib)
        {
            patch.SetAttributeValue("digest", CibDigest.Version2(changed));
        }

        output.Raw("patchset", CibWriter.Print(patch));
        return output.Finish(NativeExit.Error);
    }

    private static int Apply(NativeOptions options, NativeOutput output, XElement original, string file)
    {
        if (!TryReadFile(output, file, out var patch, out var code))
        {
            return code;
        }

        if (options.Has("no-version"))
        {
            output.Error("Warning: -u/--no-version ignored with -p/--patch");
        }

        if (!original.Is("cib"))
        {
            return output.Fail(NativeExit.Data, "crm_diff: the original is no CIB");
        }

        original.Remove();
        var result = CibPatchset.Apply(CibDocument.FromRoot(original), patch!); // read above
        if (!result.IsOk)
        {
            return output.Fail(NativeExit.Error, $"crm_diff: Could not apply patch: {Short(result.Message)}");
        }

        output.Raw("updated", result.Document.ToXml());
        return output.Finish(NativeExit.Ok);
    }

    /// <summary>Who wrote a document with which feature set is no difference.</summary>
    private static XElement Comparable(XElement root)
    {
        var copy = new XElement(root);
        copy.SetAttributeValue("crm_feature_set", null);
        return copy;
    }

    private static string Short(string? message) => message?.Split(':')[0] ?? "the patchset does not fit";

    private static bool TryRead(NativeOptions options, NativeOutput output, string name, out XElement? root, out int code)
    {
        if (options[$"{name}-string"] is { } text)
        {
            return TryTake(output, CibReader.Read(text, $"the {name} text"), out root, out code);
        }

        if (options[name] is { } file)
        {
            return TryReadFile(output, file, out root, out code);
        }

        root = null;
        code = output.Usage($"--{name} or --{name}-string is required");
        return false;
    }

    private static bool TryReadFile(NativeOutput output, string file, out XElement? root, out int code)
    {
        try
        {
            return TryTake(output, CibReader.Read(File.ReadAllText(file), file), out root, out code);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            root = null;
            code = output.Fail(NativeExit.NoInput, $"crm_diff: Could not read {file}: {error.Message}");
            return false;
        }
    }

    private static bool TryTake(NativeOutput output, XmlReadResult read, out XElement? root, out int code)
    {
        root = read.Document?.Root;
        code = root is null ? output.Fail(NativeExit.Data, $"crm_diff: Could not parse the XML: {string.Join("; ", read.Problems)}")
            : NativeExit.Ok;
        return root is not null;
    }
}
