namespace Mainstay.Cli.Monitor;

/// <summary>A section of the status (spec/cli-crm.md section 4).</summary>
[Flags]
internal enum StatusSections
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Cluster stack.</summary>
    Stack = 1,

    /// <summary>Coordinator.</summary>
    Dc = 2,

    /// <summary>Last update and last change.</summary>
    Times = 4,

    /// <summary>Numbers of nodes and resources.</summary>
    Counts = 8,

    /// <summary>Cluster options.</summary>
    Options = 16,

    /// <summary>Nodes.</summary>
    Nodes = 32,

    /// <summary>Resources.</summary>
    Resources = 64,

    /// <summary>Node attributes.</summary>
    Attributes = 128,

    /// <summary>Fail counts.</summary>
    FailCounts = 256,

    /// <summary>Operation history.</summary>
    Operations = 512,

    /// <summary>Failed operations.</summary>
    Failures = 1024,

    /// <summary>Fencing that failed.</summary>
    FencingFailed = 2048,

    /// <summary>Fencing under way.</summary>
    FencingPending = 4096,

    /// <summary>Fencing that succeeded.</summary>
    FencingSucceeded = 8192,

    /// <summary>Tickets.</summary>
    Tickets = 16384,

    /// <summary>Negative location constraints.</summary>
    Bans = 32768,

    /// <summary>The block about maintenance mode.</summary>
    MaintenanceMode = 65536,

    /// <summary>The summary's parts.</summary>
    Summary = Stack | Dc | Times | Counts | MaintenanceMode,

    /// <summary>All kinds of fencing.</summary>
    Fencing = FencingFailed | FencingPending | FencingSucceeded,

    /// <summary>What is shown where nothing is asked for.</summary>
    Default = Summary | Nodes | Resources | Failures | FencingFailed | FencingPending,

    /// <summary>Everything.</summary>
    All = Summary | Options | Nodes | Resources | Attributes | FailCounts | Operations | Failures | Fencing | Tickets | Bans,
}

/// <summary>What crm_mon and <c>status</c> are to show.</summary>
internal sealed record MonitorOptions
{
    /// <summary>Sections.</summary>
    public StatusSections Sections { get; init; } = StatusSections.Default;

    /// <summary>Inactive resources too (<c>-r</c>).</summary>
    public bool ShowInactive { get; init; }

    /// <summary>Resources under their nodes (<c>-n</c>).</summary>
    public bool GroupByNode { get; init; }

    /// <summary>Numbers instead of names (<c>-b</c>).</summary>
    public bool Brief { get; init; }

    /// <summary>Node ids, instances of clones, replicas (<c>-R</c>).</summary>
    public bool ShowDetail { get; init; }

    /// <summary>Times of operations (<c>-t</c>).</summary>
    public bool ShowTiming { get; init; }

    /// <summary>No headings (<c>-D</c>).</summary>
    public bool HideHeadings { get; init; }

    /// <summary>Descriptions of resources (<c>--show-description</c>, or all sections).</summary>
    public bool ShowDescription { get; init; }

    /// <summary>Only this node, or nodes of this tag.</summary>
    public string? OnlyNode { get; init; }

    /// <summary>Only this resource, or resources of this tag.</summary>
    public string? OnlyResource { get; init; }

    /// <summary>Only bans whose id begins so.</summary>
    public string BanPrefix { get; init; } = "";

    /// <summary>Whether a section is wanted.</summary>
    public bool Shows(StatusSections section) => (Sections & section) != 0;
}
