using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary>
/// The CIB as a tool sees and edits it. Edits are single operations on named elements and not "replace what I have read": many agents
/// change their own attributes at the same time, and none may be refused or lose its change because of another.
/// </summary>
internal sealed class CibEditor
{
    private readonly CibSource _source;
    private readonly string? _user;

    private CibEditor(CibSource source, CibDocument document, string? user)
    {
        _source = source;
        _user = user;
        Document = document;
    }

    /// <summary>The CIB as read, or as it is after the last edit of a file.</summary>
    public CibDocument Document { get; private set; }

    /// <summary>Whether the environment names a file or shadow copy instead of the running cluster.</summary>
    public static bool IsFile(ToolContext context) => CibSource.Of(context) is CibFileSource;

    /// <summary>Reads the CIB that the environment names.</summary>
    /// <exception cref="CommandFailure">It cannot be read.</exception>
    public static CibEditor Open(ToolContext context)
    {
        var source = CibSource.Of(context);
        var loaded = source.Load();
        return loaded.Document is null
            ? throw new CommandFailure(loaded.Message ?? "the CIB cannot be read", loaded.Code)
            : new CibEditor(source, loaded.Document, context.Environment("CIB_user"));
    }

    /// <summary>Merges an element into a section; what does not exist is created.</summary>
    public void Merge(string section, XElement element) =>
        Apply(new CibRequest(CibOperationKind.Modify) { Scope = section, Input = element, AllowCreate = true });

    /// <summary>Deletes the element of a section that has this name and id.</summary>
    public void Delete(string section, string name, string id) =>
        Apply(new CibRequest(CibOperationKind.Delete) { Scope = section, Input = new XElement(name, new XAttribute("id", id)) });

    /// <summary>Replaces an element of a section by one with the same id.</summary>
    public void Replace(string section, XElement element) =>
        Apply(new CibRequest(CibOperationKind.Replace) { Scope = section, Input = element });

    private void Apply(CibRequest request)
    {
        var result = _source.Apply(Document, request, _user);
        if (!result.IsOk)
        {
            throw new CommandFailure(
                $"Error performing operation: {result.Message ?? NativeExit.Text((int)result.Code)}", (int)result.Code);
        }

        Document = result.Document;
    }
}
