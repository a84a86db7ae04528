namespace Mainstay.Agents;

/// <summary>What an agent says of itself (spec/agents.md section 11, spec/fencing.md section 1.4).</summary>
public sealed record AgentMetadata
{
    /// <summary>The agent's name as in its meta-data.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>Version of the agent itself; empty if not given.</summary>
    public string AgentVersion { get; init; } = string.Empty;

    /// <summary>OCF version the agent claims (<c>1.0</c>, <c>1.1</c>); empty if not given.</summary>
    public string OcfVersion { get; init; } = string.Empty;

    /// <summary>One-line description, English if there is a choice.</summary>
    public string ShortDescription { get; init; } = string.Empty;

    /// <summary>Long description, English if there is a choice.</summary>
    public string LongDescription { get; init; } = string.Empty;

    /// <summary>Parameters in the agent's order.</summary>
    public IReadOnlyList<AgentParameter> Parameters { get; init; } = [];

    /// <summary>Actions in the agent's order; the same name may occur with other depths or roles.</summary>
    public IReadOnlyList<AgentAction> Actions { get; init; } = [];

    /// <summary>The document the agent printed.</summary>
    public string Xml { get; init; } = string.Empty;

    /// <summary>Whether the agent claims OCF 1.1 or later.</summary>
    public bool IsOcf11OrLater => Version.TryParse(OcfVersion, out var version) && version >= new Version(1, 1);

    /// <summary>
    /// The action that re-reads parameters (<c>reload-agent</c>, or the legacy <c>reload</c>), or null where there is none.
    /// </summary>
    public string? ReloadAction
    {
        get
        {
            var name = IsOcf11OrLater ? "reload-agent" : "reload";
            return Supports(name) ? name : null;
        }
    }

    /// <summary>Names of parameters whose change the agent can take up without a restart.</summary>
    public IEnumerable<string> ReloadableParameters => ReloadAction is null
        ? []
        : Parameters.Where(p => IsOcf11OrLater ? p.IsReloadable : !p.IsUnique).Select(p => p.Name);

    /// <summary>Names of parameters that must not be shown: those marked private, else the customary ones.</summary>
    public IEnumerable<string> PrivateParameters => Parameters.Any(p => p.IsPrivate)
        ? Parameters.Where(p => p.IsPrivate).Select(p => p.Name)
        : Parameters.Where(p => p.Name is "password" or "passwd" or "user").Select(p => p.Name);

    /// <summary>Whether the agent advertises an action.</summary>
    public bool Supports(string action) => Actions.Any(a => string.Equals(a.Name, action, StringComparison.Ordinal));
}

/// <summary>A parameter of an agent.</summary>
public sealed record AgentParameter
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Must be given.</summary>
    public bool IsRequired { get; init; }

    /// <summary>OCF 1.0 <c>unique="1"</c>.</summary>
    public bool IsUnique { get; init; }

    /// <summary>OCF 1.1 unique group; empty if none.</summary>
    public string UniqueGroup { get; init; } = string.Empty;

    /// <summary>OCF 1.1 <c>reloadable="1"</c>.</summary>
    public bool IsReloadable { get; init; }

    /// <summary>Marked as a secret.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Marked as deprecated.</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>Name of the parameter it replaces (fence agents); empty if none.</summary>
    public string Obsoletes { get; init; } = string.Empty;

    /// <summary>Content type: <c>string</c>, <c>boolean</c>, <c>integer</c>, <c>select</c> ...</summary>
    public string Type { get; init; } = "string";

    /// <summary>Default value, or null where there is none.</summary>
    public string? Default { get; init; }

    /// <summary>Values of a <c>select</c>.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>One-line description.</summary>
    public string ShortDescription { get; init; } = string.Empty;

    /// <summary>Long description.</summary>
    public string LongDescription { get; init; } = string.Empty;
}

/// <summary>An advertised action. Times are as written (<c>20s</c>, <c>1min</c>, plain seconds); empty if not given.</summary>
public sealed record AgentAction
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Suggested timeout.</summary>
    public string Timeout { get; init; } = string.Empty;

    /// <summary>Suggested interval.</summary>
    public string Interval { get; init; } = string.Empty;

    /// <summary>Suggested start delay.</summary>
    public string StartDelay { get; init; } = string.Empty;

    /// <summary>Check level.</summary>
    public string Depth { get; init; } = string.Empty;

    /// <summary>Role a monitor is for.</summary>
    public string Role { get; init; } = string.Empty;

    /// <summary>Fence agents: <c>on</c> is to be run automatically when a node joins (unfencing).</summary>
    public bool IsAutomatic { get; init; }

    /// <summary>Fence agents: may be run only on the target itself.</summary>
    public bool IsOnTarget { get; init; }
}
