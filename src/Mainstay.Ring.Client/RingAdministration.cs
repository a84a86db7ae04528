namespace Mainstay.Ring.Client;

/// <summary>How a shutdown of the daemon is asked for.</summary>
public enum RingShutdownKind : byte
{
    /// <summary>Those who watch for shutdowns may forbid it, also by not answering in time.</summary>
    Request = 0,

    /// <summary>They are asked, but cannot forbid it.</summary>
    Regardless = 1,

    /// <summary>At once; they are told only.</summary>
    Immediate = 2,
}

/// <summary>The daemon is asked to go down: see <see cref="RingAdministration.WatchShutdownAsync"/>.</summary>
/// <param name="Kind">How it was asked for.</param>
public sealed record RingShutdownAsked(RingShutdownKind Kind) : RingEvent;

/// <summary>One link between this node and another, or itself.</summary>
/// <param name="NodeId">The node at the other end.</param>
/// <param name="Link">Number of the link.</param>
/// <param name="Protocol">Protocol below it: <c>udp</c> with knet, empty with udp and udpu.</param>
/// <param name="LocalAddress">This node's address.</param>
/// <param name="RemoteAddress">The other node's address.</param>
/// <param name="IsEnabled">Whether the link is configured and in use.</param>
/// <param name="IsConnected">Whether the other node is heard of through it.</param>
/// <param name="Mtu">Bytes of user data that a packet carries.</param>
public sealed record RingLink(
    uint NodeId, int Link, string Protocol, string LocalAddress, string RemoteAddress, bool IsEnabled, bool IsConnected, int Mtu);

/// <summary>All links of this node.</summary>
/// <param name="Transport"><c>totem.transport</c>.</param>
/// <param name="Links">Ascending by link, then node.</param>
public sealed record RingLinks(string Transport, IReadOnlyList<RingLink> Links);

/// <summary>The daemon itself: links, reload, logs, ends of nodes (service cfg). Thread-safe.</summary>
public sealed class RingAdministration
{
    private readonly RingClient _client;

    internal RingAdministration(RingClient client) => _client = client;

    /// <summary>State of the links to all nodes.</summary>
    public async Task<RingLinks> GetLinksAsync(CancellationToken cancellationToken)
    {
        var body = await _client.AskAsync(FrameKind.Links, static _ => { }, cancellationToken).ConfigureAwait(false);
        var reader = new FrameReader(body);
        return RingFrames.ReadLinks(ref reader);
    }

    /// <summary>All nodes read their configuration files again; completes when this one has.</summary>
    /// <exception cref="RingException">This node refuses its file; the message says why.</exception>
    public Task ReloadAsync(CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.Reload, static _ => { }, cancellationToken);

    /// <summary>The daemon opens its log file anew.</summary>
    public Task ReopenLogsAsync(CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.ReopenLogs, static _ => { }, cancellationToken);

    /// <summary>Ends the daemon of a member at once.</summary>
    /// <exception cref="RingException"><see cref="RingError.NotFound"/>: it is no member.</exception>
    public Task KillNodeAsync(uint nodeId, string reason, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.KillNode, w => w.UInt32(nodeId).Text(reason), cancellationToken);

    /// <summary>Asks this node's daemon to leave the ring and end; completes when that is decided.</summary>
    /// <exception cref="RingException"><see cref="RingError.Busy"/>: somebody who watches for shutdowns forbids it.</exception>
    public Task ShutdownAsync(RingShutdownKind kind, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.Shutdown, w => w.Byte((byte)kind), cancellationToken);

    /// <summary>
    /// From now on <see cref="RingClient.Events"/> has a <see cref="RingShutdownAsked"/> for every shutdown request; it wants an answer
    /// within <c>cfg.shutdown_timeout</c> (5 seconds), or counts as refused.
    /// </summary>
    public Task WatchShutdownAsync(CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.WatchShutdown, static _ => { }, cancellationToken);

    /// <summary>Answers a <see cref="RingShutdownAsked"/>.</summary>
    public Task AnswerShutdownAsync(bool agrees, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.AnswerShutdown, w => w.Flag(agrees), cancellationToken);
}
