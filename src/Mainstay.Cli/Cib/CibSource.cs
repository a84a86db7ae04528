using Mainstay.Cib;
using Mainstay.Client;

namespace Mainstay.Cli.CibTools;

/// <summary>
/// Where a tool reads and changes the CIB: a file (<c>CIB_file</c>), a shadow copy (<c>CIB_shadow</c>), or the running manager.
/// </summary>
internal abstract class CibSource
{
    private const string ShadowFolder = "/var/lib/pacemaker/cib";

    /// <summary>The source that the environment asks for.</summary>
    /// <param name="context">The tool's context.</param>
    /// <param name="ignoreShadow">Whether a shadow copy is left aside.</param>
    public static CibSource Of(ToolContext context, bool ignoreShadow = false)
    {
        if (context.Environment("CIB_file") is { Length: > 0 } file)
        {
            return new CibFileSource(file, context.Clock);
        }

        if (!ignoreShadow && context.Environment("CIB_shadow") is { Length: > 0 } shadow)
        {
            var folder = context.Environment("CIB_shadow_dir") is { Length: > 0 } named ? named : ShadowFolder;
            return new CibFileSource(Path.Combine(folder, $"shadow.{shadow}"), context.Clock);
        }

        return new CibLiveSource(
            ManagerClient.ResolveSocketPath(null, context.Environment(ManagerClient.SocketVariable)), context.Cancellation);
    }

    /// <summary>Reads the CIB, or reports why not.</summary>
    public static bool TryLoad(ToolContext context, string tool, NativeOutput output, out CibDocument document, out int code)
    {
        var loaded = Of(context).Load();
        document = loaded.Document ?? CibDocument.CreateEmpty();
        code = loaded.Code;
        if (loaded.Document is null)
        {
            code = output.Fail(loaded.Code, $"{tool}: {loaded.Message}");
        }

        return loaded.Document is not null;
    }

    /// <summary>Reads the CIB.</summary>
    public abstract CibLoad Load();

    /// <summary>What a user may read of it; the manager has filtered its answer already.</summary>
    /// <param name="document">The CIB as read.</param>
    /// <param name="user">The user to act as; absent = the caller.</param>
    /// <returns>The readable part, or <see langword="null"/> if there is none.</returns>
    public virtual CibDocument? Readable(CibDocument document, string? user) => document;

    /// <summary>Changes the CIB.</summary>
    /// <param name="document">The CIB as read.</param>
    /// <param name="request">The change.</param>
    /// <param name="user">The user to act as; absent = the caller.</param>
    public abstract CibResult Apply(CibDocument document, CibRequest request, string? user);
}

/// <summary>A CIB that was read, or why not.</summary>
/// <param name="Document">The document.</param>
/// <param name="Code">The exit status.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record CibLoad(CibDocument? Document, int Code, string? Message)
{
    /// <summary>Reads a file.</summary>
    public static CibLoad OfFile(string file)
    {
        try
        {
            return OfParse(CibDocument.Parse(File.ReadAllBytes(file), file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new CibLoad(null, error is UnauthorizedAccessException ? 4 : NativeExit.NoInput,
                $"Could not read {file}: {error.Message}");
        }
    }

    /// <summary>Reads a file for the planner, which wants few of the recorded operations as elements.</summary>
    public static CibLoad ForPlanning(string file)
    {
        try
        {
            return OfParse(CibDocument.ParseForPlanning(File.ReadAllBytes(file), file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new CibLoad(null, error is UnauthorizedAccessException ? 4 : NativeExit.NoInput,
                $"Could not read {file}: {error.Message}");
        }
    }

    /// <summary>Takes what was parsed.</summary>
    public static CibLoad OfParse(CibParseResult parsed) => parsed.Document is null
        ? new CibLoad(null, NativeExit.Data, string.Join("; ", parsed.Problems))
        : new CibLoad(parsed.Document, NativeExit.Ok, null);
}

/// <summary>A CIB in a file; changes are written to a temporary file that then takes its place.</summary>
internal sealed class CibFileSource(string file, TimeProvider clock) : CibSource
{
    /// <inheritdoc/>
    public override CibLoad Load() => CibLoad.OfFile(file);

    /// <inheritdoc/>
    public override CibResult Apply(CibDocument document, CibRequest request, string? user)
    {
        var checkedUser = user is not null && CibAcl.IsActive(document, Now()) ? new CibUser(user, []) : null;
        var result = CibOperations.Apply(document, request, user: checkedUser);
        return result is { IsOk: true, IsChanged: true } && Save(result.Document) is { } problem
            ? new CibResult((CibCode)NativeExit.Io, document) { Message = problem }
            : result;
    }

    /// <inheritdoc/>
    public override CibDocument? Readable(CibDocument document, string? user)
        => user is not null && CibAcl.IsActive(document, Now()) ? CibAcl.Filter(document, new CibUser(user, [])) : document;

    private CibDateTime Now()
    {
        var now = clock.GetLocalNow();
        return new CibDateTime(now.ToUnixTimeSeconds(), (int)now.Offset.TotalSeconds);
    }

    private string? Save(CibDocument document)
    {
        var temporary = $"{file}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, document.ToXml());
            File.Move(temporary, file, overwrite: true);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"Could not write {file}: {error.Message}";
        }
    }
}

/// <summary>The CIB of the running manager.</summary>
internal sealed class CibLiveSource(string socket, CancellationToken cancellation) : CibSource
{
    private readonly ManagerClient _client = new(socket);

    /// <inheritdoc/>
    public override CibLoad Load()
    {
        try
        {
            var text = _client.GetCibAsync(cancellationToken: cancellation).GetAwaiter().GetResult();
            return CibLoad.OfParse(CibDocument.Parse(text, "the manager's CIB"));
        }
        catch (ManagerException error)
        {
            return new CibLoad(null, ExitCode(error), $"Could not connect to the CIB: {error.Message}");
        }
    }

    /// <inheritdoc/>
    public override CibResult Apply(CibDocument document, CibRequest request, string? user)
    {
        try
        {
            _ = _client.ApplyAsync(
                new CibOperationRequest
                {
                    Operation = Enum.Parse<CibOperation>(request.Kind.ToString()),
                    Scope = request.Scope,
                    XPath = request.XPath,
                    Xml = request.Input is null ? null : CibWriter.Print(request.Input, CibPrintStyle.Compact),
                    User = user,
                    AllowCreate = request.AllowCreate,
                    All = request.DeleteAll,
                },
                cancellation).GetAwaiter().GetResult();
            return new CibResult(CibCode.Ok, document) { IsChanged = true };
        }
        catch (ManagerException error)
        {
            return new CibResult((CibCode)ExitCode(error), document) { Message = error.Message };
        }
    }

    private static int ExitCode(ManagerException error) => error.Error.Code;
}
