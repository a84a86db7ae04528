using System.Collections.Concurrent;
using System.Text;
using Mainstay.Agents.BuiltIn;
using Mainstay.Agents.Processes;

namespace Mainstay.Agents;

/// <summary>Installed agents and their meta-data.</summary>
public sealed class AgentCatalog
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(160);

    private readonly AgentRuntime _runtime;
    private readonly ConcurrentDictionary<string, CachedMetadata> _cache = new(StringComparer.Ordinal);

    internal AgentCatalog(AgentRuntime runtime) => _runtime = runtime;

    /// <summary>The classes this node can run, in the order tools list them.</summary>
    public IReadOnlyList<string> ListStandards()
    {
        var standards = new List<string>();
        if (Directory.Exists(_runtime.Options.InitDirectory)) standards.Add("lsb");
        standards.Add("ocf");
        standards.Add("service");
        standards.Add("stonith");
        if (_runtime.Systemd.IsPresent) standards.Add("systemd");
        return standards;
    }

    /// <summary>OCF providers, sorted; <c>mainstay</c> is built in.</summary>
    public IReadOnlyList<string> ListProviders() =>
        [.. OcfFolders.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(NameOf)
            .Where(static name => !name.StartsWith('.')).Append(BuiltInAgents.Provider)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Agent types of a class (and provider, for OCF), sorted. Empty where the class or provider is not there.</summary>
    public async Task<IReadOnlyList<string>> ListAgentsAsync(AgentStandard standard, string provider, CancellationToken cancellationToken)
    {
        IEnumerable<string> types = standard switch
        {
            AgentStandard.Ocf => ListOcf(provider),
            AgentStandard.Lsb => Executables(_runtime.Options.InitDirectory),
            AgentStandard.Systemd => await _runtime.Systemd.ListUnitsAsync(cancellationToken),
            AgentStandard.Service => Executables(_runtime.Options.InitDirectory)
                .Concat(await _runtime.Systemd.ListUnitsAsync(cancellationToken)),
            AgentStandard.Stonith => _runtime.Options.FenceDirectories.SelectMany(Executables)
                .Where(static name => name.StartsWith("fence_", StringComparison.Ordinal)).Concat(BuiltInAgents.FenceTypes),
            _ => [],
        };
        return [.. types.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The agent's meta-data, from the cache or by running it; null where the agent is missing or its answer cannot be read
    /// (never throws for that).
    /// A cached answer is dropped when the agent's file changes; a failure is remembered for 10 s, doubling up to 160 s.
    /// </summary>
    /// <param name="agent">The agent.</param>
    /// <param name="refresh">Ask the agent even if the answer is cached.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<AgentMetadata?> GetMetadataAsync(AgentId agent, bool refresh, CancellationToken cancellationToken)
    {
        var key = agent.ToString();
        var stamp = StampOf(agent);
        var now = _runtime.Elapsed();
        if (!refresh && _cache.TryGetValue(key, out var cached) && cached.Stamp == stamp
            && (cached.Metadata is not null || now < cached.RetryAt))
        {
            return cached.Metadata;
        }

        var metadata = await FetchAsync(agent, cancellationToken);
        var retry = metadata is null && _cache.TryGetValue(key, out var last) && last.Metadata is null
            ? TimeSpan.FromTicks(Math.Min(last.Retry.Ticks * 2, RetryMax.Ticks))
            : RetryFirst;
        _cache[key] = new CachedMetadata(metadata, stamp, retry, _runtime.Elapsed() + retry);
        return metadata;
    }

    internal string OcfPath(AgentId agent) => Path.Combine(OcfFolders.First(), agent.Provider, agent.Type);

    internal string LsbPath(string type) => type.StartsWith('/') ? type : Path.Combine(_runtime.Options.InitDirectory, type);

    internal string? FindOcf(AgentId agent) => OcfFolders
        .Select(folder => Path.Combine(folder, agent.Provider, agent.Type))
        .FirstOrDefault(path => IsPlainName(agent.Provider) && IsPlainName(agent.Type) && Path.Exists(path));

    internal string? FindLsb(string type) =>
        File.Exists(LsbPath(type)) && (type.StartsWith('/') || IsPlainName(type)) ? LsbPath(type) : null;

    internal string? FindFence(string type) => !IsPlainName(type)
        ? null
        : _runtime.Options.FenceDirectories.Select(folder => Path.Combine(folder, type)).FirstOrDefault(File.Exists);

    private IEnumerable<string> OcfFolders =>
        _runtime.Options.OcfRoot.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(static root => Path.Combine(root, "resource.d"));

    private static string NameOf(string path) => Path.GetFileName(path);

    private static bool IsPlainName(string name) =>
        name.Length > 0 && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal);

    private IEnumerable<string> ListOcf(string provider)
    {
        if (provider == BuiltInAgents.Provider) return BuiltInAgents.Types;
        return IsPlainName(provider) ? OcfFolders.SelectMany(folder => Executables(Path.Combine(folder, provider))) : [];
    }

    private static IEnumerable<string> Executables(string folder)
    {
        const UnixFileMode anyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (!Directory.Exists(folder)) return [];
        return Directory.EnumerateFiles(folder)
            .Where(static path => !NameOf(path).StartsWith('.') && File.Exists(path))
            .Where(static path => (File.GetUnixFileMode(path) & anyExecute) != UnixFileMode.None)
            .Select(NameOf);
    }

    /// <summary>Changes when the agent's file does.</summary>
    private string StampOf(AgentId agent)
    {
        var path = agent.Standard switch
        {
            AgentStandard.Ocf => FindOcf(agent),
            AgentStandard.Lsb => FindLsb(agent.Type),
            AgentStandard.Stonith => FindFence(agent.Type),
            _ => null,
        };
        var file = path is null ? null : new FileInfo(path);
        return file is { Exists: true } ? $"{path} {file.Length} {file.LastWriteTimeUtc.Ticks}" : string.Empty;
    }

    private async Task<AgentMetadata?> FetchAsync(AgentId agent, CancellationToken cancellationToken)
    {
        string? xml;
        switch (agent.Standard)
        {
            case AgentStandard.Ocf when BuiltInAgents.Find(agent) is { } builtIn:
                xml = builtIn.Metadata;
                break;
            case AgentStandard.Ocf when FindOcf(agent) is { } path:
                xml = await RunAsync(path, ["meta-data"], _runtime.Environment.ForMetadata(agent), null, cancellationToken);
                break;
            case AgentStandard.Stonith when BuiltInAgents.FindFence(agent.Type) is { } builtIn:
                xml = builtIn.Metadata;
                break;
            case AgentStandard.Stonith when FindFence(agent.Type) is { } path:
                xml = await RunAsync(path, [], _runtime.Environment.Base, "action=metadata\n", cancellationToken);
                break;
            case AgentStandard.Lsb or AgentStandard.Service when FindLsb(agent.Type) is { } path:
                xml = LsbMetadata.Build(agent.Type, await File.ReadAllTextAsync(path, cancellationToken));
                break;
            case AgentStandard.Systemd or AgentStandard.Service:
                xml = await _runtime.Systemd.DescribeAsync(agent.Type, cancellationToken) is { } description
                    ? Systemd.SystemdMetadata.Build(agent.Type, description)
                    : null;
                break;
            default:
                return null;
        }

        if (xml is null) return null;
        if (AgentMetadataReader.TryRead(xml, out var metadata, out var problem)) return metadata;
        _runtime.Log(AgentLogLevel.Warning, agent.ToString(), $"unreadable meta-data: {problem}");
        return null;
    }

    private async Task<string?> RunAsync(
        string path,
        string[] arguments,
        IReadOnlyDictionary<string, string> environment,
        string? input,
        CancellationToken cancellationToken)
    {
        var child = _runtime.Processes.Start(new ProcessSpec
        {
            Path = path,
            Arguments = arguments,
            Environment = environment,
            StandardInput = input is null ? null : Encoding.UTF8.GetBytes(input),
            OutputLimit = _runtime.Options.OutputLimit,
        });
        ProcessExit exit;
        try
        {
            exit = await child.Exited.WaitAsync(MetadataTimeout, _runtime.Time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            child.Signal(NativeMethods.SIGKILL, isAgentOnly: false);
            if (e is OperationCanceledException) throw;
            _runtime.Log(AgentLogLevel.Warning, path, $"meta-data did not come within {MetadataTimeout.TotalSeconds} s");
            return null;
        }

        if (exit is { SpawnError: 0, ExitStatus: 0 }) return exit.StandardOutput;
        _runtime.Log(AgentLogLevel.Warning, path, $"meta-data failed with exit status {exit.ExitStatus?.ToString() ?? "none"}");
        return null;
    }

    private sealed record CachedMetadata(AgentMetadata? Metadata, string Stamp, TimeSpan Retry, TimeSpan RetryAt);
}
