using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary><c>cibadmin</c>: queries and edits the CIB directly.</summary>
internal sealed class CibAdminTool : NativeTool
{
    private const string UnsafeText =
        "The supplied command is considered dangerous. To prevent accidental destruction of the cluster, "
        + "the --force flag is required in order to proceed.";

    private static readonly (string Option, CibOperationKind Kind)[] s_changes =
    [
        ("create", CibOperationKind.Create), ("modify", CibOperationKind.Modify), ("patch", CibOperationKind.Patch),
        ("replace", CibOperationKind.Replace), ("delete", CibOperationKind.Delete), ("delete-all", CibOperationKind.Delete),
        ("upgrade", CibOperationKind.Upgrade), ("erase", CibOperationKind.Erase), ("bump", CibOperationKind.Bump),
    ];

    /// <inheritdoc/>
    protected override string Name => "cibadmin";

    /// <inheritdoc/>
    protected override string Summary => "Query and edit the configuration";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('Q', "query", null, "Query the contents of the CIB (default)"),
        new('C', "create", null, "Create an element; it must not exist"),
        new('M', "modify", null, "Merge an element into the existing one"),
        new('P', "patch", null, "Apply a patchset (crm_diff)"),
        new('R', "replace", null, "Replace an element, a section or everything"),
        new('D', "delete", null, "Delete the first element that matches"),
        new('d', "delete-all", null, "With --xpath, delete all that match"),
        new('E', "erase", null, "Erase configuration and status"),
        new('B', "bump", null, "Increase the version without a change"),
        new('u', "upgrade", null, "Upgrade to the newest schema"),
        new('a', "empty", null, "Print an empty CIB"),
        new('5', "md5-sum", null, "Print the digest of the given or queried XML, as on disk"),
        new('6', "md5-sum-versioned", null, "Print the digest of the given or queried XML, as in patchsets"),
        new('X', "xml-text", "XML", "Take the XML from this text"),
        new('x', "xml-file", "FILE", "Take the XML from this file"),
        new('p', "xml-pipe", null, "Take the XML from standard input"),
        new('A', "xpath", "XPATH", "Work on what this XPath matches"),
        new('o', "scope", "SECTION", "Work on this section"),
        new('U', "user", "USER", "Act as this user (root and hacluster only)"),
        new('f', "force", null, "Do what is dangerous"),
        new('c', "allow-create", null, "With --modify, create what does not exist"),
        new('e', "node-path", null, "With --xpath, print the paths of the matches"),
        new('n', "no-children", null, "With --query, leave out the children"),
        new('l', "local", null, "Accepted; queries are always answered by this node"),
        new('s', "sync-call", null, "Accepted; calls always wait for their result"),
        new('t', "timeout", "TIME", "Accepted"),
        new('r', "dc", null, "Accepted"),
        new('\0', "score", null, "Accepted; X=\"X++\" is always evaluated"),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options.Has("empty"))
        {
            output.Raw("output", CibDocument.CreateEmpty().ToXml());
            return output.Finish(NativeExit.Ok);
        }

        var isDigest = options.Has("md5-sum") || options.Has("md5-sum-versioned");
        var change = s_changes.FirstOrDefault(change => options.Has(change.Option));
        if (change.Option is null)
        {
            return isDigest ? Digest(context, options, output) : Query(context, options, output);
        }

        var needsForce = change.Kind is CibOperationKind.Erase or CibOperationKind.Upgrade || change.Option == "delete-all";
        if (needsForce && !options.Has("force"))
        {
            return output.Fail(NativeExit.Unsafe, $"cibadmin: {UnsafeText}");
        }

        return Change(context, options, output, change.Kind);
    }

    private static int Change(ToolContext context, NativeOptions options, NativeOutput output, CibOperationKind kind)
    {
        if (!TryReadInput(context, options, output, out var input, out var code))
        {
            return code;
        }

        var isBare = kind is CibOperationKind.Erase or CibOperationKind.Upgrade or CibOperationKind.Bump;
        if (input is null && !isBare && !(kind == CibOperationKind.Delete && options.Has("xpath")))
        {
            return output.Usage("this command needs XML: give --xml-text, --xml-file or --xml-pipe");
        }

        if (!CibSource.TryLoad(context, "cibadmin", output, out var document, out code))
        {
            return code;
        }

        var request = new CibRequest(kind)
        {
            Scope = options["scope"],
            XPath = options["xpath"],
            Input = input,
            AllowCreate = options.Has("allow-create"),
            DeleteAll = options.Has("delete-all"),
            Force = options.Has("force"),
        };
        var result = CibSource.Of(context).Apply(document, request, options["user"] ?? context.Environment("CIB_user"));
        if (result.IsOk)
        {
            return output.Finish(NativeExit.Ok);
        }

        if (result.Answer is not null && result.Code != CibCode.Schema)
        {
            output.Raw("output", CibWriter.Print(result.Answer));
        }

        foreach (var problem in result.Problems)
        {
            output.Error($"{(problem.Severity == CibSeverity.Error ? "error" : "warning")}: {problem with { Line = 0 }}");
        }

        return output.Fail((int)result.Code, $"cibadmin: CIB API call failed: {result.Message}");
    }

    private static int Query(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (!CibSource.TryLoad(context, "cibadmin", output, out var document, out var code))
        {
            return code;
        }

        if (CibSource.Of(context).Readable(document, options["user"] ?? context.Environment("CIB_user")) is not { } readable)
        {
            return output.Fail((int)CibCode.Permission, "cibadmin: CIB API call failed: Permission denied");
        }

        document = readable;
        var noChildren = options.Has("no-children");
        var answer = options["xpath"] is { } xpath
            ? CibQuery.XPath(document, xpath, noChildren)
            : CibQuery.Section(document, options["scope"], noChildren);
        if (answer.Element is null)
        {
            return output.Fail((int)answer.Code, $"cibadmin: CIB API call failed: {answer.Message}");
        }

        if (options.Has("node-path") && options.Has("xpath"))
        {
            output.Raw("output", string.Concat(answer.Paths.Select(path => path + "\n")));
        }
        else
        {
            output.Raw("output", CibWriter.Print(answer.Element));
        }

        return output.Finish(NativeExit.Ok);
    }

    private static int Digest(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (!TryReadInput(context, options, output, out var input, out var code))
        {
            return code;
        }

        if (input is null)
        {
            if (!CibSource.TryLoad(context, "cibadmin", output, out var document, out code))
            {
                return code;
            }

            input = document.Root;
        }

        output.Raw("md5-sum",
            (options.Has("md5-sum") ? CibDigest.Version1(input) : CibDigest.Version2(input)) + (output.IsXml ? string.Empty : "\n"));
        return output.Finish(NativeExit.Ok);
    }

    private static bool TryReadInput(ToolContext context, NativeOptions options, NativeOutput output, out XElement? input, out int code)
    {
        input = null;
        code = NativeExit.Ok;
        XmlReadResult read;
        if (options["xml-text"] is { } text)
        {
            read = CibReader.Read(text, "the given text");
        }
        else if (options["xml-file"] is { } file)
        {
            try
            {
                read = CibReader.Read(File.ReadAllText(file), file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                code = output.Fail(NativeExit.NoInput, $"cibadmin: Couldn't read {file}: {error.Message}");
                return false;
            }
        }
        else if (options.Has("xml-pipe"))
        {
            read = CibReader.Read(context.In.ReadToEnd(), "standard input");
        }
        else
        {
            return true;
        }

        input = read.Document?.Root;
        if (input is null)
        {
            code = output.Fail(NativeExit.Data, $"cibadmin: Couldn't parse the XML: {string.Join("; ", read.Problems)}");
        }

        return input is not null;
    }
}
