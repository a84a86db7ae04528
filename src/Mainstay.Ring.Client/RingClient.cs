using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Mainstay.Ring.Client;

/// <summary>The backend of <see cref="IRing"/> on the unix socket of <c>mainstay-ring</c>. Thread-safe.</summary>
public sealed class RingClient : IRing
{
    /// <summary>Where the daemon listens by default.</summary>
    public const string DefaultSocketPath = "/run/mainstay/ring.sock";

    /// <summary>The environment variable that names another socket.</summary>
    public const string SocketVariable = "MAINSTAY_RING_SOCKET";

    // Events that nobody reads: beyond this the connection is given up, as the daemon would.
    private const long UnreadBytesMax = 64L * 1024 * 1024;
    private const int EventOverhead = 64;

    private readonly Socket _socket;
    private readonly Channel<RingEvent> _events;
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<Reply>> _requests = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly FrameWriter _writer = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _receiving = Task.CompletedTask;
    private RingIdentity? _identity;
    private RingDisconnected? _end;
    private uint _lastRequest;
    private long _unreadBytes;

    private RingClient(Socket socket)
    {
        _socket = socket;
        _events = Channel.CreateUnbounded<RingEvent>(new UnboundedChannelOptions { SingleReader = false, SingleWriter = true });
        Events = new CountedReader(_events.Reader, this);
    }

    /// <inheritdoc/>
    public RingIdentity Identity => _identity ?? throw new InvalidOperationException("not connected");

    /// <inheritdoc/>
    public ChannelReader<RingEvent> Events { get; }

    /// <summary>Connects to the daemon.</summary>
    /// <param name="socketPath">Path of its socket.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="RingException">The daemon is not there, does not admit this user, or speaks another version.</exception>
    public static async Task<RingClient> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        RingClient? client = null;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            client = new RingClient(socket);
            client._receiving = client.ReceiveAsync();
            var hello = await client.RequestAsync(
                w => w.UInt32(RingProtocol.Magic).UInt16(RingProtocol.Version), FrameKind.Hello, cancellationToken);
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
            if (client is not null) await client.DisposeAsync();
            else if (!socket.Connected) socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public async Task JoinAsync(string group, CancellationToken cancellationToken)
    {
        var size = Encoding.UTF8.GetByteCount(group);
        if (size is 0 or > 128) throw new ArgumentException($"a group name has 1 to 128 bytes, not {size}", nameof(group));
        await RequestAsync(w => w.Bytes(Encoding.UTF8.GetBytes(group)), FrameKind.Join, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken cancellationToken) =>
        await RequestAsync(static _ => { }, FrameKind.Leave, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask MulticastAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (payload.Length > RingProtocol.MessageSizeMax)
        {
            throw new ArgumentException(
                $"a message has at most {RingProtocol.MessageSizeMax} bytes, not {payload.Length}", nameof(payload));
        }

        await RequestAsync(w => w.Bytes(payload.Span), FrameKind.Multicast, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<RingStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        (await RequestAsync(static _ => { }, FrameKind.Status, cancellationToken)).Status
        ?? throw new RingException("the ring daemon sent an unreadable status");

    /// <summary>Asks all nodes to read their configuration files again.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken) =>
        await RequestAsync(static _ => { }, FrameKind.Reload, cancellationToken);

    /// <summary>Sets expected votes on all members.</summary>
    /// <exception cref="RingException">The value makes no sense now.</exception>
    public async Task SetExpectedVotesAsync(uint votes, CancellationToken cancellationToken) =>
        await RequestAsync(w => w.UInt32(votes), FrameKind.SetExpectedVotes, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_closing.IsCancellationRequested) await _closing.CancelAsync();
        _socket.Dispose();
        await _receiving;
        _sending.Dispose();
        _closing.Dispose();
    }

    private async Task<Reply> RequestAsync(Action<FrameWriter> body, FrameKind kind, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastRequest);
        var completion = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = completion;
        try
        {
            // After the entry is there: either the end of the connection sees it, or this sees the end.
            if (Volatile.Read(ref _end) is { } end) throw new RingException(end.Reason);
            await SendAsync(body, kind, id, cancellationToken);
            var reply = await completion.Task.WaitAsync(cancellationToken);
            return reply.Refusal is null ? reply : throw new RingException(reply.Refusal);
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    private async Task SendAsync(Action<FrameWriter> body, FrameKind kind, uint id, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            _writer.Begin(kind, id);
            body(_writer);
            var frame = _writer.FinishMemory();

            // A frame that was begun must be finished: half a frame would garble all that follow.
            while (!frame.IsEmpty) frame = frame[await _socket.SendAsync(frame, SocketFlags.None, _closing.Token)..];
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            throw new RingException(Volatile.Read(ref _end)?.Reason ?? "the connection to the ring daemon is closed", problem);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        string? reason = null;
        try
        {
            while (reason is null)
            {
                var count = await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _closing.Token);
                if (count == 0) break;
                filled += count;
                var used = TakeFrames(buffer.AsSpan(0, filled), out var needed, ref reason);
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
                if (needed > buffer.Length) Array.Resize(ref buffer, Math.Max(needed, buffer.Length * 2));
            }

            reason ??= "the ring daemon closed the connection";
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            reason = _closing.IsCancellationRequested
                ? "the connection was closed here"
                : $"the connection to the ring daemon broke: {problem.Message}";
        }

        End(reason);
    }

    private int TakeFrames(ReadOnlySpan<byte> bytes, out int needed, ref string? reason)
    {
        var used = 0;
        needed = 0;
        while (bytes.Length - used >= RingProtocol.HeaderSize && reason is null)
        {
            var header = new FrameReader(bytes[used..]);
            var size = header.UInt32();
            if (size is < RingProtocol.HeaderSize - RingProtocol.SizeFieldSize or > RingProtocol.EventSizeMax)
            {
                reason = "the ring daemon sent an unreadable frame";
                break;
            }

            var whole = (int)size + RingProtocol.SizeFieldSize;
            if (bytes.Length - used < whole)
            {
                needed = whole;
                break;
            }

            var kind = (FrameKind)header.Byte();
            var request = header.UInt32();
            HandleFrame(kind, request, bytes.Slice(used + RingProtocol.HeaderSize, whole - RingProtocol.HeaderSize), ref reason);
            used += whole;
        }

        return used;
    }

    private void HandleFrame(FrameKind kind, uint request, ReadOnlySpan<byte> body, ref string? reason)
    {
        var reader = new FrameReader(body);
        switch (kind)
        {
            case FrameKind.Message:
                var sender = RingFrames.ReadMember(ref reader);
                Publish(new RingMessage(sender, reader.Rest.ToArray()), ref reason);
                break;
            case FrameKind.GroupChange:
                Publish(RingFrames.ReadGroupChange(ref reader), ref reason);
                break;
            case FrameKind.QuorumChange:
                Publish(RingFrames.ReadQuorum(ref reader), ref reason);
                break;
            case FrameKind.Welcome:
                Complete(request, new Reply(null, RingFrames.ReadIdentity(ref reader), null));
                break;
            case FrameKind.StatusReply:
                Complete(request, new Reply(null, null, RingFrames.ReadStatus(ref reader)));
                break;
            case FrameKind.Reply:
                Complete(request, new Reply(reader.Byte() == RingProtocol.Accepted ? null : reader.Text(), null, null));
                break;
            case FrameKind.Goodbye:
                reason = $"the ring daemon closed the connection: {reader.Text()}";
                break;
            default:
                break;
        }

        if (!reader.IsValid) reason ??= "the ring daemon sent an unreadable frame";
    }

    private void Publish(RingEvent happened, ref string? reason)
    {
        if (Interlocked.Add(ref _unreadBytes, SizeOf(happened)) > UnreadBytesMax)
        {
            reason = "this process does not read the ring's events fast enough";
            return;
        }

        _events.Writer.TryWrite(happened);
    }

    private void Complete(uint request, in Reply reply)
    {
        if (_requests.TryRemove(request, out var completion)) completion.TrySetResult(reply);
    }

    private void End(string reason)
    {
        var end = new RingDisconnected(reason);
        Volatile.Write(ref _end, end);
        _events.Writer.TryWrite(end);
        _events.Writer.TryComplete();
        foreach (var (_, completion) in _requests) completion.TrySetException(new RingException(reason));
    }

    private static int SizeOf(RingEvent happened) => EventOverhead + (happened is RingMessage message ? message.Payload.Length : 0);

    private readonly record struct Reply(string? Refusal, RingIdentity? Identity, RingStatus? Status);

    /// <summary>The channel's reader that also counts what is taken out.</summary>
    private sealed class CountedReader(ChannelReader<RingEvent> inner, RingClient owner) : ChannelReader<RingEvent>
    {
        public override Task Completion => inner.Completion;

        public override bool CanCount => inner.CanCount;

        public override int Count => inner.Count;

        public override bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out RingEvent item)
        {
            if (!inner.TryRead(out item)) return false;
            Interlocked.Add(ref owner._unreadBytes, -SizeOf(item));
            return true;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
            inner.WaitToReadAsync(cancellationToken);
    }
}
