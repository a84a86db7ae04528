namespace Mainstay.Agents;

/// <summary>Where agents are found and how they are run on this node.</summary>
public sealed record AgentOptions
{
    /// <summary>This node's name; fence agents and self-fencing rules need it.</summary>
    public required string NodeName { get; init; }

    /// <summary>
    /// Root of OCF agents (<c>OCF_ROOT</c>); agents are in <c>resource.d/PROVIDER/TYPE</c> below it. Default: the environment's
    /// <c>OCF_ROOT</c>, else <c>/usr/lib/ocf</c>.
    /// </summary>
    public string OcfRoot { get; init; } = Environment.GetEnvironmentVariable("OCF_ROOT") is { Length: > 0 } root ? root : "/usr/lib/ocf";

    /// <summary>Folder of LSB init scripts.</summary>
    public string InitDirectory { get; init; } = "/etc/init.d";

    /// <summary>Folders of fence agents, first hit wins.</summary>
    public IReadOnlyList<string> FenceDirectories { get; init; } = ["/usr/sbin", "/usr/libexec/mainstay/fence"];

    /// <summary>Working directory of agents; the root where it does not exist.</summary>
    public string WorkingDirectory { get; init; } = "/var/lib/mainstay/cores";

    /// <summary>
    /// How long an agent that overran its timeout may take to end after SIGTERM before its process group gets SIGKILL. Zero: SIGKILL at
    /// once, as the reference does. Fence agents and cancelled monitors are always killed at once.
    /// </summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of standard output and of standard error kept per action; more is read and dropped with a warning.</summary>
    public int OutputLimit { get; init; } = 10 * 1024 * 1024;

    /// <summary>
    /// File that remembers the parameters running resources were started with, so that they are stopped with the same ones.
    /// Belongs into the
    /// run directory (gone after a host's reboot). Null: remembered in memory only.
    /// </summary>
    public string? ParameterFile { get; init; }

    /// <summary>
    /// Folder for the state of built-in agents (<c>ocf:mainstay:*</c>). Belongs into the run directory: like any service, they
    /// are not running after a
    /// host's reboot.
    /// </summary>
    public string StateDirectory { get; init; } = "/run/mainstay/agents";

    /// <summary>Folder of CIB secrets: <c>RESOURCE/PARAMETER</c> below it holds the value that <c>lrm://</c> stands for.</summary>
    public string SecretsDirectory { get; init; } = "/var/lib/pacemaker/lrm/secrets";

    /// <summary>Variables every agent inherits, on top of the fixed ones (spec/agents.md section 3.4).</summary>
    public IReadOnlyDictionary<string, string> ExtraEnvironment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Shell-style files of variables every agent inherits; later files win. The reference's own are read too, since administrators put
    /// proxies and tracing switches for agents there.
    /// </summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } =
        ["/etc/sysconfig/pacemaker", "/etc/default/pacemaker", "/etc/default/mainstay-agents"];

    /// <summary>
    /// The <c>mainstay</c> executable (and leading arguments) that built-in agents start their service processes with. Null:
    /// looked for beside
    /// the running executable, then in <c>PATH</c>; the environment's <c>MAINSTAY_COMMAND</c> names another one.
    /// </summary>
    public IReadOnlyList<string>? MainstayCommand { get; init; }

    /// <summary>Takes what the library has to say to the log, from any thread; must not block or throw.</summary>
    public Action<AgentLogEntry> Log { get; init; } = static _ => { };
}

/// <summary>How important a log entry is.</summary>
public enum AgentLogLevel
{
    /// <summary>Decisions and agents' standard output.</summary>
    Debug,

    /// <summary>Agents' standard error.</summary>
    Information,

    /// <summary>Degraded, for example output beyond the limit.</summary>
    Warning,
}

/// <summary>A line for the log.</summary>
/// <param name="Level">Importance.</param>
/// <param name="Subject">Resource action key, device id or agent it is about.</param>
/// <param name="Message">One line of text.</param>
public readonly record struct AgentLogEntry(AgentLogLevel Level, string Subject, string Message);
