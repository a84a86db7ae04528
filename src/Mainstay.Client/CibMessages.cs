namespace Mainstay.Client;

/// <summary>What to do with the configuration (spec/manager.md section 2); the names are those of <c>cibadmin</c>.</summary>
public enum CibOperation
{
    /// <summary>Adds an element that must not exist yet.</summary>
    Create,

    /// <summary>Merges into an existing element.</summary>
    Modify,

    /// <summary>Removes an element; it need not exist.</summary>
    Delete,

    /// <summary>Replaces the document, a section or the match of an XPath.</summary>
    Replace,

    /// <summary>Applies a patchset (format 2).</summary>
    Patch,

    /// <summary>Increments the epoch.</summary>
    Bump,

    /// <summary>Empties configuration and status.</summary>
    Erase,

    /// <summary>Upgrades the schema to the newest one.</summary>
    Upgrade,
}

/// <summary>One change of the configuration. It is acknowledged when members with a quorum of votes have it on disk.</summary>
public sealed record CibOperationRequest
{
    /// <summary>The operation.</summary>
    public required CibOperation Operation { get; init; }

    /// <summary>Section name (<c>resources</c>, <c>constraints</c>, <c>status</c> ...); null for the whole document.</summary>
    public string? Scope { get; init; }

    /// <summary>XPath of the element instead of a scope.</summary>
    public string? XPath { get; init; }

    /// <summary>The element, document or patchset; null for operations without input.</summary>
    public string? Xml { get; init; }

    /// <summary>User to act as, for access control; honoured for root and hacluster only. Null: the caller.</summary>
    public string? User { get; init; }

    /// <summary>
    /// Version (<c>admin_epoch.epoch.num_updates</c>) the caller has read. The manager refuses (exit code 103) when a configuration change
    /// came in between: admin_epoch and epoch must still be the same; num_updates may have moved. Null: no check.
    /// </summary>
    public string? IfVersion { get; init; }

    /// <summary>For <see cref="CibOperation.Modify"/>: creates what does not exist.</summary>
    public bool AllowCreate { get; init; }

    /// <summary>For <see cref="CibOperation.Delete"/> with an XPath: removes all matches, not only the first.</summary>
    public bool All { get; init; }

    /// <summary>Processes the request completely but changes nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Name of the program, recorded as <c>update-client</c>.</summary>
    public string Client { get; init; } = "mainstay";
}

/// <summary>The result of an accepted operation.</summary>
/// <param name="Version">New version, <c>admin_epoch.epoch.num_updates</c>.</param>
/// <param name="Changed">False when the document was left as it is.</param>
public sealed record CibOperationResult(string Version, bool Changed);

/// <summary>A revision of the configuration in the history that every node keeps on disk.</summary>
/// <param name="Number">Number of the file, ascending.</param>
/// <param name="Version">Version triple.</param>
/// <param name="Written">When the change was made (seconds since the epoch).</param>
/// <param name="Origin">Node that the change came from.</param>
/// <param name="Client">Program that made it.</param>
/// <param name="User">User that made it; empty where unknown.</param>
public sealed record CibRevision(long Number, string Version, long Written, string Origin, string Client, string User);
