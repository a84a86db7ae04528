using System.Net.Sockets;
using Mainstay.Ring.Client;
using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;
using RingNode = Mainstay.Ring.Core.RingNode;

namespace Mainstay.Ring;

/// <summary>What the daemon answers itself, without the ring node.</summary>
internal interface IDaemonRequests
{
    /// <summary>The node's identity, for a new client.</summary>
    RingIdentity Identity { get; }

    /// <summary>A status snapshot.</summary>
    RingStatus Status();

    /// <summary>Whether a process of this user and group may use the ring.</summary>
    bool Admits(uint userId, uint groupId);

    /// <summary>State of the links to all nodes.</summary>
    RingLinks Links();

    /// <summary>The statistics map as of now.</summary>
    RingStatisticsMap Statistics();

    /// <summary>A client changed a key of the configuration map.</summary>
    void HandleKeyChange(Instant now, string key);

    /// <summary>A client asks all nodes to read their files again; it is answered when this node has.</summary>
    void RequestReload(Instant now, int client, uint request);

    /// <summary>Opens the log files anew.</summary>
    void ReopenLogs();
}

/// <summary>The unix socket: local clients, their requests to the node and the node's events to them. Runs on the daemon's loop.</summary>
internal sealed unsafe partial class ClientServer : IDisposable
{
    private const int RequestsPerTurnMax = 64;
    private const int PartHeaderSize = 5;
    private const int SendBufferSize = 1024 * 1024;
    private const int AcceptNonBlockingCloseOnExec = 0x80800;

    // Anybody on this host may knock: those who are turned away must not keep the loop from the token.
    private const int AcceptsPerTurnMax = 16;

    private static readonly TimeSpan s_trimPeriod = TimeSpan.FromSeconds(10);

    private readonly RingNode _node;
    private readonly RingOutbox _outbox;
    private readonly IDaemonRequests _daemon;
    private readonly RingLog _log;
    private readonly Socket _listener;
    private readonly string _path;
    private readonly List<ClientConnection> _clients = [];
    private readonly FrameWriter _frame = new();
    private readonly ChunkPool _chunks = new();
    private readonly ClientAdmission _admission;
    private Instant _nextTrim;
    private bool _isCutShort;
    private int _lastNumber;

    public ClientServer(string path, RingNode node, RingOutbox outbox, IDaemonRequests daemon, RingLog log)
    {
        _path = path;
        _node = node;
        _outbox = outbox;
        _daemon = daemon;
        _log = log;
        _admission = new ClientAdmission(Native.OpenFilesMax(), log.Warning);

        // The run directory's lock is held: a socket file that is there belongs to a daemon that is gone.
        File.Delete(path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));

        // Who may connect is decided by peer credentials (uidgid of corosync.conf), not by the file mode.
        const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(path, ReadWrite);
        _listener.Listen(64);
        _listener.Blocking = false;
    }

    /// <summary>The descriptor to wait on for new clients.</summary>
    public int ListenDescriptor => (int)_listener.Handle;

    public int Count => _clients.Count;

    /// <summary>Clients closed because they did not read or sent rubbish.</summary>
    public long Dropped { get; private set; }

    /// <summary>A complete request of some client may have its turn.</summary>
    public bool HasWork
    {
        get
        {
            foreach (var client in _clients)
            {
                // It has read meanwhile; nothing else tells.
                if (client.IsHeldBack && !client.IsBehind) return true;
            }

            return _isCutShort;
        }
    }

    /// <summary>Clients that are gone.</summary>
    public long Closed { get; private set; }

    public IReadOnlyList<ClientConnection> Connections => _clients;

    public ClientConnection this[int index] => _clients[index];

    /// <summary>When <see cref="Flush"/> has to look for clients that have not said hello; they may have, meanwhile.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Whether new clients are waited for.</summary>
    public bool IsOpen(Instant now) => _admission.IsOpen(now);

    /// <summary>Takes new clients, a bounded number of them: the others go on waiting.</summary>
    public void Accept(Instant now)
    {
        var credentials = stackalloc uint[3];
        for (var turn = 0; turn < AcceptsPerTurnMax; turn++)
        {
            var descriptor = Native.Accept(ListenDescriptor, null, null, AcceptNonBlockingCloseOnExec);
            if (descriptor < 0)
            {
                if (Native.LastError is Native.ErrorInterrupted or Native.ErrorConnectionAborted) continue;
                if (Native.LastError != Native.ErrorWouldBlock) _admission.Close(now, Native.LastErrorText);
                return;
            }

            var size = 12u;
            var isKnown = Native.GetOption(descriptor, Native.SocketLevel, Native.SocketPeerCredentials, credentials, &size) == 0;
            if (!isKnown || !_daemon.Admits(credentials[1], credentials[2]))
            {
                const string WhoMay = "only root, the ring daemon's user and the users and groups of uidgid in corosync.conf may connect";
                _admission.TurnAway(now, $"a client (pid {credentials[0]}, uid {credentials[1]}) was turned away: {WhoMay}");
                TurnAway(descriptor, RingError.Access, WhoMay);
                continue;
            }

            if (_clients.Count >= _admission.Places)
            {
                var full = $"{_admission.Places} are connected";
                _admission.TurnAway(now, $"a client (pid {credentials[0]}) was turned away: {full}");
                TurnAway(descriptor, RingError.NoResources, $"there is no place for another client: {full}");
                continue;
            }

            // Large messages go out in few pieces.
            var bufferSize = SendBufferSize;
            _ = Native.SetOption(descriptor, Native.SocketLevel, Native.SocketSendBuffer, &bufferSize, sizeof(int));
            var greetsUntil = now + ClientAdmission.Patience;
            _clients.Add(new ClientConnection(++_lastNumber, descriptor, credentials[0], credentials[1], greetsUntil, _chunks));
            if (greetsUntil < NextDeadline) NextDeadline = greetsUntil;
        }
    }

    /// <summary>Reads a client's requests.</summary>
    public void Read(ClientConnection client)
    {
        if (!client.Receive()) client.CloseReason ??= string.Empty;
    }

    /// <summary>Works off requests of all clients, a bounded number each; those that the ring cannot take yet wait.</summary>
    public void Serve(Instant now, Action carryOut)
    {
        _isCutShort = false;
        var accepts = _node.AcceptsRequests;
        foreach (var client in _clients)
        {
            if (!client.HoldBackIfBehind()) Serve(now, client, accepts, carryOut);
            TellFlowControl(client);
        }

        TellMapChanges(_node.Map);
    }

    /// <summary>Sends what waits; who is gone or to be closed is left to <see cref="Flush"/>.</summary>
    public void SendWaiting()
    {
        foreach (var client in _clients)
        {
            if (client.WantsToSend) client.Flush();
        }
    }

    /// <summary>Sends what waits and closes who is to be closed.</summary>
    public void Flush(Instant now)
    {
        if (_nextTrim <= now)
        {
            _chunks.Trim();
            _nextTrim = now + s_trimPeriod;
        }

        if (NextDeadline <= now) EndSilence(now);
        for (var i = _clients.Count - 1; i >= 0; i--)
        {
            var client = _clients[i];
            if (!client.Flush()) client.CloseReason ??= string.Empty;
            if (client.CloseReason is not { } reason) continue;
            if (reason.Length > 0)
            {
                Dropped++;
                _log.Warning($"the client with pid {client.ProcessId} is dropped: {reason}");
                SayGoodbye(client, reason);
            }

            Closed++;
            _clients.RemoveAt(i);
            client.Dispose();
            _node.Disconnect(now, client.Number, _outbox);
        }
    }

    /// <summary>Hands an event of the node to its client or to all.</summary>
    public void Deliver(in RingOutput output)
    {
        switch (output.Kind)
        {
            case RingOutputKind.Message when Find(output.Client) is { } client:
                client.Dispatched++;
                client.SendMessage(output.Process.NodeId, output.Process.ProcessId, output.Bytes.Span);
                break;
            case RingOutputKind.GroupChanged when output.Change is { } change && Find(output.Client) is { } client:
                WriteChange(change);
                client.Dispatched++;
                client.Send(_frame.Finish());
                break;
            case RingOutputKind.Joined when Find(output.Client) is { JoinRequest: > 0 } client:
                Reply(client, client.JoinRequest, RingError.None);
                client.JoinRequest = 0;
                client.IsInGroup = true;
                break;
            case RingOutputKind.Left when Find(output.Client) is { LeaveRequest: > 0 } client:
                Reply(client, client.LeaveRequest, RingError.None);
                client.LeaveRequest = 0;
                break;
            case RingOutputKind.QuorumChanged when output.Quorum is { } quorum:
                _frame.Begin(FrameKind.QuorumChange, 0);
                RingFrames.Write(_frame, RingViews.Of(quorum));
                foreach (var client in _clients)
                {
                    if (client.IsGreeted) client.Send(_frame.Finish());
                }

                break;
            case RingOutputKind.ShutdownAsked when Find(output.Client) is { } client:
                client.Send(_frame.Begin(FrameKind.ShutdownAsked, 0).Byte((byte)output.Number).Finish());
                break;
            case RingOutputKind.ShutdownDecided when Find(output.Client) is { ShutdownRequest: > 0 } client:
                DecideShutdown(client, (ShutdownOutcome)output.Number);
                break;
            case RingOutputKind.DevicePollWanted when output.Quorum is { } waiting && Find(output.Client) is { } client:
                _frame.Begin(FrameKind.DevicePollWanted, 0);
                RingFrames.Write(_frame, RingViews.Of(waiting));
                client.Send(_frame.Finish());
                break;
            case RingOutputKind.DeviceRegistered when Find(output.Client) is { DeviceRequest: > 0 } client:
                Answer(client, client.DeviceRequest, (VoteResult)output.Number);
                client.DeviceRequest = 0;
                break;
            default:
                break;
        }
    }

    /// <summary>Tells all clients that the daemon ends.</summary>
    public void SayGoodbye(string reason)
    {
        foreach (var client in _clients) SayGoodbye(client, reason);
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _clients.Clear();
        _listener.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody removed the run directory: the end is as good as any.
        }
    }

    /// <summary>Closes who has said no hello in time, a broken program most likely: there are places for others only.</summary>
    private void EndSilence(Instant now)
    {
        NextDeadline = Instant.Never;
        foreach (var client in _clients)
        {
            if (client.IsGreeted || client.CloseReason is not null) continue;
            if (client.GreetsUntil > now)
            {
                if (client.GreetsUntil < NextDeadline) NextDeadline = client.GreetsUntil;
                continue;
            }

            var reason = $"it said no hello within {ClientAdmission.Patience.TotalSeconds} s";
            _admission.TurnAway(now, $"a client (pid {client.ProcessId}) is dropped: {reason}");
            Dropped++;
            SayGoodbye(client, reason);
        }
    }

    private void SayGoodbye(ClientConnection client, string reason)
    {
        client.CloseReason = null;
        client.Send(_frame.Begin(FrameKind.Goodbye, 0).Text(reason).Finish());
        client.Flush();
        client.CloseReason = string.Empty;
    }

    /// <summary>Says why, as far as the other side's buffer takes it, and closes.</summary>
    private void TurnAway(int descriptor, RingError error, string reason)
    {
        var frame = _frame.Begin(FrameKind.Goodbye, 0).Text(reason).Byte((byte)error).Finish();
        fixed (byte* bytes = frame)
        {
            _ = Native.SendTo(descriptor, bytes, (nuint)frame.Length, Native.MessageDontWait | Native.MessageNoSignal, null, 0);
        }

        _ = Native.Close(descriptor);
    }

    private void Serve(Instant now, ClientConnection client, bool accepts, Action carryOut)
    {
        if (client.IsStalled && !accepts) return;
        client.IsStalled = false;
        for (var turn = 0; client.CloseReason is null && client.TryPeek(out var kind, out var request, out var body); turn++)
        {
            if (turn == RequestsPerTurnMax)
            {
                _isCutShort = true;
                return;
            }

            if (!Handle(now, client, kind, request, body))
            {
                client.IsStalled = true;
                return;
            }

            client.Consume();
            carryOut();
            if (client.HoldBackIfBehind()) return;
        }
    }

    private bool Handle(Instant now, ClientConnection client, FrameKind kind, uint request, ReadOnlySpan<byte> body)
    {
        if (!client.IsGreeted && kind != FrameKind.Hello)
        {
            client.CloseReason = "it did not say hello";
            return true;
        }

        switch (kind)
        {
            case FrameKind.Hello:
                Greet(client, request, body);
                return true;
            case FrameKind.Multicast:
                return Answer(client, request, _node.Multicast(now, client.Number, body, _outbox), "the process is in no group");
            case FrameKind.MulticastPart when body.Length >= PartHeaderSize:
                var part = new FrameReader(body);
                var piece = (MessagePart)part.Byte();
                var total = part.UInt32();
                return Answer(
                    client,
                    request,
                    _node.MulticastPart(now, client.Number, piece, total, part.Rest, _outbox),
                    "the process is in no group");
            case FrameKind.Join:
                var joined = _node.Join(now, client.Number, body, client.ProcessId, _outbox);
                if (joined != RequestResult.Accepted)
                {
                    return Answer(client, request, joined, "this process is in a group already, or in this one through another connection");
                }

                client.JoinRequest = request;
                return true;
            case FrameKind.Leave:
                var left = _node.Leave(now, client.Number, _outbox);
                if (left != RequestResult.Accepted) return Answer(client, request, left, "the process is in no group");
                client.LeaveRequest = request;
                return true;
            case FrameKind.Status:
                _frame.Begin(FrameKind.StatusReply, request);
                RingFrames.Write(_frame, _daemon.Status());
                client.Send(_frame.Finish());
                return true;
            default:
                return Administrate(now, client, kind, request, body);
        }
    }

    private void Greet(ClientConnection client, uint request, ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        if (reader.UInt32() != RingProtocol.Magic || reader.UInt16() != RingProtocol.Version)
        {
            client.CloseReason = "it speaks another protocol or version";
            return;
        }

        client.IsGreeted = true;
        _frame.Begin(FrameKind.Welcome, request);
        RingFrames.Write(_frame, _daemon.Identity);
        client.Send(_frame.Finish());
        _frame.Begin(FrameKind.QuorumChange, 0);
        RingFrames.Write(_frame, RingViews.Of(_node.Quorum));
        client.Send(_frame.Finish());
    }

    /// <summary>Replies at once; false where the request must wait.</summary>
    private bool Answer(ClientConnection client, uint request, RequestResult result, string refusal)
    {
        switch (result)
        {
            case RequestResult.Busy:
                return false;
            case RequestResult.Accepted:
                Reply(client, request, RingError.None);
                return true;
            case RequestResult.OutOfRange:
                Reply(client, request, RingError.InvalidParameter, "the group name or the message is empty or too long");
                return true;
            default:
                Reply(client, request, RingError.BadOperation, refusal);
                return true;
        }
    }

    private void Reply(ClientConnection client, uint request, RingError error, string refusal = "")
    {
        if (request == RingProtocol.Unanswered && error == RingError.None) return;
        _frame.Begin(FrameKind.Reply, request).Byte((byte)error);
        if (error != RingError.None) _frame.Text(refusal);
        client.Responses++;
        client.Send(_frame.Finish());
    }

    private void WriteChange(GroupChange change)
    {
        _frame.Begin(FrameKind.GroupChange, 0).UInt32((uint)change.Members.Count);
        foreach (var member in change.Members) _frame.UInt32(member.NodeId).UInt32(member.ProcessId);
        WriteChanges(change.Left);
        WriteChanges(change.Joined);
    }

    private void WriteChanges(IReadOnlyList<GroupProcessChange> changes)
    {
        _frame.UInt32((uint)changes.Count);
        foreach (var (process, reason) in changes) _frame.UInt32(process.NodeId).UInt32(process.ProcessId).Byte((byte)reason);
    }

    private ClientConnection? Find(int number)
    {
        foreach (var client in _clients)
        {
            if (client.Number == number) return client;
        }

        return null;
    }
}
