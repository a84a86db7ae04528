using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Mainstay.Ring.Client;

/// <summary>The backend of <see cref="IRing"/> on the unix socket of <c>mainstay-ring</c>. Thread-safe.</summary>
public sealed partial class RingClient : IRing
{
    /// <summary>Where the daemon listens by default.</summary>
    public const string DefaultSocketPath = "/run/mainstay/ring.sock";

    /// <summary>The environment variable that names another socket.</summary>
    public const string SocketVariable = "MAINSTAY_RING_SOCKET";

    private readonly Socket _socket;
    private readonly SizedQueue<RingEvent> _events = RingEventQueue.Create();
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<Reply>> _requests = new();
    private readonly ConcurrentDictionary<uint, RingMapTrack> _tracks = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _longMessages = new(1, 1);
    private readonly FrameWriter _writer = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _receiving = Task.CompletedTask;
    private RingIdentity? _identity;
    private RingDisconnected? _end;
    private RingError _endError = RingError.Unreachable;
    private bool _isFlowControlled;
    private uint _lastTrack;
    private uint _lastRequest;

    private RingClient(Socket socket)
    {
        _socket = socket;
        Map = new RingMap(this, 0);
        Statistics = new RingMap(this, 1);
        Votes = new RingVotes(this);
        Administration = new RingAdministration(this);
    }

    /// <inheritdoc/>
    public RingIdentity Identity => _identity ?? throw new InvalidOperationException("not connected");

    /// <inheritdoc/>
    public ChannelReader<RingEvent> Events => _events.Reader;

    /// <summary>The configuration map: keys of corosync.conf, <c>runtime.*</c> and what programs put there.</summary>
    public RingMap Map { get; }

    /// <summary>The statistics map, <c>stats.*</c>; read-only but for <c>stats.clear.*</c>.</summary>
    public RingMap Statistics { get; }

    /// <summary>Votes and the quorum device.</summary>
    public RingVotes Votes { get; }

    /// <summary>The daemon itself: links, reload, shutdown.</summary>
    public RingAdministration Administration { get; }

    /// <summary>
    /// Whether requests of this client wait: the ring is forming, its queue is full, or more than 4 MiB of events lie in the daemon for
    /// this process. A program that can wait with sending looks here; one that cannot awaits <see cref="MulticastAsync"/>, which waits
    /// by itself.
    /// </summary>
    public bool IsFlowControlled => Volatile.Read(ref _isFlowControlled);

    /// <summary>Connects to the daemon.</summary>
    /// <param name="socketPath">Path of its socket.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="RingException">The daemon is not there, does not admit this user, or speaks another version.</exception>
    public static async Task<RingClient> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var address = AddressOf(socketPath);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        RingClient? client = null;
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            client = new RingClient(socket);
            client._receiving = client.ReceiveAsync();
            var hello = await client.RequestAsync(
                w => w.UInt32(RingProtocol.Magic).UInt16(RingProtocol.Version), FrameKind.Hello, cancellationToken).ConfigureAwait(false);
            client._identity = hello.Identity ?? throw new RingException($"the ring daemon at {socketPath} speaks another protocol");
            var connected = client;
            client = null;
            return connected;
        }
        catch (SocketException problem)
        {
            var reason = File.Exists(socketPath) ? problem.Message : "there is no such socket";
            throw new RingException($"no ring daemon answers at {socketPath} ({reason}): is mainstay-ring running?", problem);
        }
        finally
        {
            if (client is not null) await client.DisposeAsync().ConfigureAwait(false);
            else if (!socket.Connected) socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public async Task JoinAsync(string group, CancellationToken cancellationToken)
    {
        var size = Encoding.UTF8.GetByteCount(group);
        if (size is 0 or > 128) throw new ArgumentException($"a group name has 1 to 128 bytes, not {size}", nameof(group));
        await RequestAsync(w => w.Bytes(Encoding.UTF8.GetBytes(group)), FrameKind.Join, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken cancellationToken) =>
        await RequestAsync(static _ => { }, FrameKind.Leave, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask MulticastAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (payload.Length <= RingProtocol.MessageSizeMax)
        {
            await RequestAsync(w => w.Bytes(payload.Span), FrameKind.Multicast, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (payload.Length > RingProtocol.LongMessageSizeMax)
        {
            throw new ArgumentException(
                $"a message has at most {RingProtocol.LongMessageSizeMax} bytes, not {payload.Length}", nameof(payload));
        }

        // Receivers put together one long message of a process at a time; one that is given up half-way is never delivered.
        await _longMessages.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await MulticastPartsAsync(payload, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _longMessages.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<RingStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        (await RequestAsync(static _ => { }, FrameKind.Status, cancellationToken).ConfigureAwait(false)).Status
        ?? throw new RingException("the ring daemon sent an unreadable status");

    /// <summary>All groups of the ring with their members, ascending by name.</summary>
    public async Task<IReadOnlyList<RingGroup>> GetGroupsAsync(CancellationToken cancellationToken)
    {
        var body = await AskAsync(FrameKind.Groups, static _ => { }, cancellationToken).ConfigureAwait(false);
        var reader = new FrameReader(body);
        return RingFrames.ReadGroups(ref reader);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_closing.IsCancellationRequested) await _closing.CancelAsync().ConfigureAwait(false);
        HangUp();
        _socket.Dispose();
        await _receiving.ConfigureAwait(false);

        // The semaphores stay: others may wait for their turn, and find the connection closed when it comes.
        _closing.Dispose();
    }

    /// <summary>
    /// The daemon hears of the end now; the descriptor itself may be closed only when a call under way has come back, and this process may
    /// have another connection by then.
    /// </summary>
    private void HangUp()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The other side was first, or this is the second call.
        }
    }

    /// <summary>A request that is accepted or refused.</summary>
    internal Task DoAsync(FrameKind kind, Action<FrameWriter> body, CancellationToken cancellationToken) =>
        RequestAsync(body, kind, cancellationToken);

    /// <summary>A request that is answered.</summary>
    internal async Task<byte[]> AskAsync(FrameKind kind, Action<FrameWriter> body, CancellationToken cancellationToken) =>
        (await RequestAsync(body, kind, cancellationToken).ConfigureAwait(false)).Body
        ?? throw new RingException("the ring daemon sent an unreadable answer");

    internal RingMapTrack AddTrack(RingMap map)
    {
        var track = new RingMapTrack(map, Interlocked.Increment(ref _lastTrack));
        _tracks[track.Number] = track;
        return track;
    }

    internal void RemoveTrack(RingMapTrack track) => _tracks.TryRemove(track.Number, out _);

    private static UnixDomainSocketEndPoint AddressOf(string socketPath)
    {
        try
        {
            return new UnixDomainSocketEndPoint(socketPath);
        }
        catch (ArgumentException problem)
        {
            throw new RingException($"\"{socketPath}\" cannot be the path of a socket: it must have 1 to 107 bytes", problem);
        }
    }

    private async Task MulticastPartsAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        for (var offset = 0; offset < payload.Length; offset += RingProtocol.PartSizeMax)
        {
            var piece = payload.Slice(offset, Math.Min(RingProtocol.PartSizeMax, payload.Length - offset));
            var isLast = offset + piece.Length == payload.Length;
            var kind = offset == 0 ? RingProtocol.FirstPart : isLast ? RingProtocol.LastPart : RingProtocol.ContinuedPart;
            await RequestAsync(
                w => w.Byte(kind).UInt32((uint)payload.Length).Bytes(piece.Span), FrameKind.MulticastPart, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task<Reply> RequestAsync(Action<FrameWriter> body, FrameKind kind, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastRequest);
        if (id == RingProtocol.Unanswered) id = Interlocked.Increment(ref _lastRequest);
        var completion = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = completion;
        try
        {
            // After the entry is there: either the end of the connection sees it, or this sees the end.
            if (Volatile.Read(ref _end) is { } end) throw new RingException(_endError, end.Reason);
            await SendAsync(body, kind, id, cancellationToken).ConfigureAwait(false);
            var reply = await completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return reply.Error == RingError.None ? reply : throw new RingException(reply.Error, reply.Refusal);
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    private async Task SendAsync(Action<FrameWriter> body, FrameKind kind, uint id, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _writer.Begin(kind, id);
            body(_writer);
            var frame = _writer.FinishMemory();

            // A frame that was begun must be finished: half a frame would garble all that follow.
            while (!frame.IsEmpty) frame = frame[await _socket.SendAsync(frame, SocketFlags.None, _closing.Token).ConfigureAwait(false)..];
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side is gone, but may have said why: that is still to be read.
            if (problem is SocketException) await _receiving.ConfigureAwait(false);
            throw Volatile.Read(ref _end) is { } end
                ? new RingException(_endError, end.Reason)
                : new RingException("the connection to the ring daemon is closed", problem);
        }
        finally
        {
            _sending.Release();
        }
    }

    private readonly record struct Reply
    {
        public RingError Error { get; init; }

        public string Refusal { get; init; }

        public RingIdentity? Identity { get; init; }

        public RingStatus? Status { get; init; }

        public byte[]? Body { get; init; }
    }
}
