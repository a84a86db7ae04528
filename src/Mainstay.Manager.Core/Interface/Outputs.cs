namespace Mainstay.Manager.Core;

/// <summary>Something the core wants done. The shell carries outputs out in the order given.</summary>
public abstract record Output;

/// <summary>Multicast to the group in agreed order.</summary>
public sealed record Multicast(ReadOnlyMemory<byte> Payload) : Output;

/// <summary>
/// Make a revision durable (write, fsync, rename, fsync of the directory), then call <see cref="ManagerCore.HandleStored"/>. A newer ticket
/// replaces one that has not begun.
/// </summary>
/// <param name="Ticket">Identifies the write.</param>
/// <param name="Term">Term to store with it.</param>
/// <param name="Promised">Promise to store with it.</param>
/// <param name="Version">Version triple as text.</param>
/// <param name="Xml">The document without status.</param>
public sealed record StoreRevision(long Ticket, long Term, long Promised, string Version, string Xml) : Output;

/// <summary>Run a resource action on this node; every result goes to <see cref="ManagerCore.HandleActionResult"/>.</summary>
public sealed record RunAction : Output
{
    /// <summary>Call number, increasing.</summary>
    public required int CallId { get; init; }

    /// <summary>Identifies the action; echoed in the outcome.</summary>
    public required string TransitionKey { get; init; }

    /// <summary>Resource id, the queueing key.</summary>
    public required string ResourceId { get; init; }

    /// <summary>Agent standard.</summary>
    public required string Class { get; init; }

    /// <summary>Agent provider; null where the standard has none.</summary>
    public string? Provider { get; init; }

    /// <summary>Agent name.</summary>
    public required string Type { get; init; }

    /// <summary>Action name.</summary>
    public required string Name { get; init; }

    /// <summary>0, or milliseconds between runs.</summary>
    public int IntervalMs { get; init; }

    /// <summary>Milliseconds a run may take.</summary>
    public int TimeoutMs { get; init; }

    /// <summary>Milliseconds before the first run.</summary>
    public int StartDelayMs { get; init; }

    /// <summary>Parameters and meta-attributes by name.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>The operation's <c>on-fail</c> is <c>block</c>.</summary>
    public bool OnFailBlock { get; init; }
}

/// <summary>Cancel a recurring action on this node.</summary>
public sealed record CancelAction(string ResourceId, string Name, int IntervalMs) : Output;

/// <summary>Forget a resource on this node: cancel what recurs or waits, drop remembered parameters.</summary>
public sealed record ForgetResource(string ResourceId) : Output;

/// <summary>A fence device this node may use.</summary>
public sealed record DeviceConfiguration(string Id, string Agent, IReadOnlyDictionary<string, string> Parameters);

/// <summary>The devices this node may use now, all of them, by id.</summary>
public sealed record RegisterDevices(IReadOnlyList<DeviceConfiguration> Devices) : Output;

/// <summary>Find out which local devices can act on a target; answer with <see cref="ManagerCore.HandleFenceOffers"/>.</summary>
public sealed record FindDevices(string FenceId, string Target, string Action, int TimeoutMs, bool AllowSelf) : Output;

/// <summary>Run a device; answer with <see cref="ManagerCore.HandleFenceResult"/>.</summary>
public sealed record RunFence(
    string FenceId, int Attempt, string Device, string Action, string Target, int TimeoutMs, int DelayMs) : Output;

/// <summary>Answer a request.</summary>
public sealed record Respond(long RequestId, RequestAnswer Answer) : Output;

/// <summary>Something happened that people or subscribers want to know.</summary>
/// <param name="Kind">Kind of event.</param>
/// <param name="Text">A sentence.</param>
/// <param name="Node">Node concerned, by name.</param>
/// <param name="Subject">Resource, attribute, version or action concerned.</param>
public sealed record Trace(TraceKind Kind, string Text, string? Node = null, string? Subject = null) : Output;

/// <summary>Leave the group and end the process.</summary>
/// <param name="ExitCode">0 after an orderly shutdown, 100 when it must stay down.</param>
/// <param name="Reason">A sentence for the log.</param>
public sealed record EndProcess(int ExitCode, string Reason) : Output;

/// <summary>Kinds of <see cref="Trace"/>.</summary>
public enum TraceKind
{
    /// <summary>The configuration changed.</summary>
    Cib,

    /// <summary>A node joined, left or changed its state.</summary>
    Node,

    /// <summary>Quorum was gained or lost.</summary>
    Quorum,

    /// <summary>Another member coordinates.</summary>
    Coordinator,

    /// <summary>A transition began or ended.</summary>
    Transition,

    /// <summary>An action was begun or ended.</summary>
    Resource,

    /// <summary>A fencing operation began or ended.</summary>
    Fencing,

    /// <summary>A node attribute changed.</summary>
    Attribute,

    /// <summary>The disk refuses or takes writes again.</summary>
    Storage,

    /// <summary>Replication: state transfer, digest check, undecodable message.</summary>
    Replication,
}

/// <summary>Receives the outputs of one step, in order.</summary>
public sealed class Outbox
{
    private readonly List<Output> _items = [];

    /// <summary>The outputs so far.</summary>
    public IReadOnlyList<Output> Items => _items;

    /// <summary>Appends an output.</summary>
    public void Add(Output output) => _items.Add(output);

    /// <summary>Forgets all outputs; the shell does so once it has carried them out.</summary>
    public void Clear() => _items.Clear();
}
