using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mainstay.Client;

/// <summary>
/// Typed client of the manager's API: HTTP/1.1 and JSON over its unix socket, one connection per request. All methods throw
/// <see cref="ManagerException"/> with a typed reason; instances have no state and may be shared between threads.
/// </summary>
public sealed class ManagerClient
{
    /// <summary>Where the manager listens unless told otherwise.</summary>
    public const string DefaultSocketPath = "/run/mainstay/manager.sock";

    /// <summary>Environment variable that names another socket.</summary>
    public const string SocketVariable = "MAINSTAY_MANAGER_SOCKET";

    private readonly UnixHttp _http;

    /// <summary>Creates a client.</summary>
    /// <param name="socketPath">Socket of the manager; see <see cref="ResolveSocketPath"/> for the usual choice.</param>
    public ManagerClient(string socketPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(socketPath);
        _http = new UnixHttp(socketPath);
    }

    /// <summary>The socket named on the command line, else by <see cref="SocketVariable"/>, else <see cref="DefaultSocketPath"/>.</summary>
    public static string ResolveSocketPath(string? option, string? environmentValue) =>
        !string.IsNullOrEmpty(option) ? option : !string.IsNullOrEmpty(environmentValue) ? environmentValue : DefaultSocketPath;

    /// <summary>The CIB with its status section, or one section of it.</summary>
    /// <param name="scope">Section (<c>configuration</c>, <c>resources</c>, <c>status</c> ...); null for the whole document.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<string> GetCibAsync(string? scope = null, CancellationToken cancellationToken = default) =>
        _http.GetTextAsync(scope is null ? "/v1/cib" : "/v1/cib?scope=" + Uri.EscapeDataString(scope), cancellationToken);

    /// <summary>Changes the CIB. Returns when members with a quorum of votes have the change on disk.</summary>
    public Task<CibOperationResult> ApplyAsync(CibOperationRequest request, CancellationToken cancellationToken = default) =>
        PostAsync(
            "/v1/cib/operations", request, ApiJson.Default.CibOperationRequest, ApiJson.Default.CibOperationResult, cancellationToken);

    /// <summary>Run-time state: coordinator, quorum, nodes, transition.</summary>
    public Task<ManagerStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        GetAsync("/v1/status", ApiJson.Default.ManagerStatus, cancellationToken);

    /// <summary>Waits until no transition is running or due.</summary>
    public Task<IdleResult> WaitIdleAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        GetAsync(
            "/v1/idle?timeout=" + timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture),
            ApiJson.Default.IdleResult,
            cancellationToken);

    /// <summary>Values of node attributes, by name, then node.</summary>
    /// <param name="name">Attribute; null: all.</param>
    /// <param name="node">Node; null: all.</param>
    /// <param name="lifetime">Kind; null: transient and private.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<AttributeValue>> GetAttributesAsync(
        string? name = null, string? node = null, AttributeLifetime? lifetime = null, CancellationToken cancellationToken = default)
    {
        var query = new List<string>();
        if (name is not null) query.Add("name=" + Uri.EscapeDataString(name));
        if (node is not null) query.Add("node=" + Uri.EscapeDataString(node));
        if (lifetime is { } kind) query.Add("lifetime=" + kind.ToString());
        var path = query.Count == 0 ? "/v1/attributes" : "/v1/attributes?" + string.Join('&', query);
        return await GetAsync(path, ApiJson.Default.IReadOnlyListAttributeValue, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets or deletes a node attribute. Returns when the change is part of the cluster's state on the answering node.</summary>
    public Task SetAttributeAsync(AttributeUpdate update, CancellationToken cancellationToken = default) =>
        _http.PostAsync("/v1/attributes", Serialize(update, ApiJson.Default.AttributeUpdate), cancellationToken);

    /// <summary>Forgets failures.</summary>
    public Task<CleanupResult> CleanupAsync(CleanupRequest request, CancellationToken cancellationToken = default) =>
        PostAsync("/v1/resources/cleanup", request, ApiJson.Default.CleanupRequest, ApiJson.Default.CleanupResult, cancellationToken);

    /// <summary>Forgets history and failures; the resources are probed again.</summary>
    public Task<CleanupResult> RefreshAsync(CleanupRequest request, CancellationToken cancellationToken = default) =>
        PostAsync("/v1/resources/refresh", request, ApiJson.Default.CleanupRequest, ApiJson.Default.CleanupResult, cancellationToken);

    /// <summary>Fences a node; returns when it has succeeded or failed (the latter as an exception).</summary>
    public Task<FencingEvent> FenceAsync(string node, FenceRequest request, CancellationToken cancellationToken = default) =>
        PostAsync(NodePath(node, "fence"), request, ApiJson.Default.FenceRequest, ApiJson.Default.FencingEvent, cancellationToken);

    /// <summary>Records that a person has verified that a node is down.</summary>
    public Task<FencingEvent> ConfirmFencedAsync(
        string node, ConfirmFencedRequest request, CancellationToken cancellationToken = default) =>
        PostAsync(
            NodePath(node, "confirm"), request, ApiJson.Default.ConfirmFencedRequest, ApiJson.Default.FencingEvent, cancellationToken);

    /// <summary>The fencing history, newest first.</summary>
    public Task<IReadOnlyList<FencingEvent>> GetFencingHistoryAsync(CancellationToken cancellationToken = default) =>
        GetAsync("/v1/fencing/history", ApiJson.Default.IReadOnlyListFencingEvent, cancellationToken);

    /// <summary>Revisions of the configuration kept on this node, newest first.</summary>
    public Task<IReadOnlyList<CibRevision>> GetHistoryAsync(CancellationToken cancellationToken = default) =>
        GetAsync("/v1/history", ApiJson.Default.IReadOnlyListCibRevision, cancellationToken);

    /// <summary>One kept revision as a document.</summary>
    public Task<string> GetRevisionAsync(long number, CancellationToken cancellationToken = default) =>
        _http.GetTextAsync("/v1/history/" + number.ToString(CultureInfo.InvariantCulture), cancellationToken);

    /// <summary>Events from now on; ends when the manager does.</summary>
    public async IAsyncEnumerable<ManagerEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var line in _http.GetLinesAsync("/v1/events", cancellationToken).ConfigureAwait(false))
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
            if (JsonSerializer.Deserialize(line.AsSpan(5), ApiJson.Default.ManagerEvent) is { } item) yield return item;
        }
    }

    /// <summary>Asks the node's manager to leave the cluster in order: resources move away first, then it ends.</summary>
    public Task ShutdownAsync(CancellationToken cancellationToken = default) =>
        _http.PostAsync("/v1/shutdown", "{}"u8.ToArray(), cancellationToken);

    private static string NodePath(string node, string verb)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        return $"/v1/nodes/{Uri.EscapeDataString(node)}/{verb}";
    }

    private static byte[] Serialize<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private async Task<TResult> GetAsync<TResult>(string path, JsonTypeInfo<TResult> type, CancellationToken cancellationToken) =>
        UnixHttp.Read(await _http.GetAsync(path, cancellationToken).ConfigureAwait(false), type);

    private async Task<TResult> PostAsync<TRequest, TResult>(
        string path,
        TRequest request,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TResult> resultType,
        CancellationToken cancellationToken) =>
        UnixHttp.Read(await _http.PostAsync(path, Serialize(request, requestType), cancellationToken).ConfigureAwait(false), resultType);
}
