using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>What an operation does (spec/manager.md section 2).</summary>
public enum CibOperationKind
{
    /// <summary>Adds an element; it must not exist.</summary>
    Create,

    /// <summary>Merges an element into the existing one.</summary>
    Modify,

    /// <summary>Removes elements.</summary>
    Delete,

    /// <summary>Replaces the document, a section or the element an XPath finds.</summary>
    Replace,

    /// <summary>Applies a patchset.</summary>
    Patch,

    /// <summary>Empties configuration and status.</summary>
    Erase,

    /// <summary>Makes a new version without a change.</summary>
    Bump,

    /// <summary>Upgrades to the newest schema.</summary>
    Upgrade,
}

/// <summary>One request to change the CIB.</summary>
/// <param name="Kind">What to do.</param>
public sealed record CibRequest(CibOperationKind Kind)
{
    /// <summary>The section the request is about, e.g. <c>resources</c>; absent = the whole document.</summary>
    public string? Scope { get; init; }

    /// <summary>An XPath instead of a scope.</summary>
    public string? XPath { get; init; }

    /// <summary>The element to create, merge, delete or replace, or the patchset. It is copied, never changed.</summary>
    public XElement? Input { get; init; }

    /// <summary>Modify creates what does not exist (<c>--allow-create</c>).</summary>
    public bool AllowCreate { get; init; }

    /// <summary>Delete removes all matches of the XPath (<c>--delete-all</c>).</summary>
    public bool DeleteAll { get; init; }

    /// <summary>Allows what is dangerous (<c>--force</c>).</summary>
    public bool Force { get; init; }

    /// <summary>The schema an upgrade stops at; absent = the newest.</summary>
    public CibSchema? UpgradeTo { get; init; }
}

/// <summary>Who changed the CIB, and when; written into the root of the document with a change of the configuration.</summary>
/// <param name="LastWritten">The date as text (<c>cib-last-written</c>); absent = left as it is.</param>
/// <param name="Origin">The node (<c>update-origin</c>).</param>
/// <param name="Client">The program (<c>update-client</c>).</param>
/// <param name="User">The user (<c>update-user</c>).</param>
public sealed record CibStamp(string? LastWritten = null, string? Origin = null, string? Client = null, string? User = null)
{
    /// <summary>No stamp.</summary>
    public static CibStamp None { get; } = new();
}

/// <summary>The result of an operation.</summary>
/// <param name="Code">The code; its number is the tools' exit status.</param>
/// <param name="Document">The resulting document; the unchanged one if nothing changed or the operation failed.</param>
public sealed record CibResult(CibCode Code, CibDocument Document)
{
    /// <summary>Whether the operation succeeded.</summary>
    public bool IsOk => Code == CibCode.Ok;

    /// <summary>Whether there is a new version.</summary>
    public bool IsChanged { get; init; }

    /// <summary>Whether something under <c>configuration</c> changed.</summary>
    public bool IsConfigurationChanged { get; init; }

    /// <summary>What went wrong, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The answer document (e.g. <c>failed</c>), if there is one.</summary>
    public XElement? Answer { get; init; }

    /// <summary>Problems found by validation.</summary>
    public IReadOnlyList<CibProblem> Problems { get; init; } = [];
}
