using Mainstay.Ring.Client;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Map;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <content>Requests about the maps, votes, links and the daemon itself.</content>
internal sealed unsafe partial class ClientServer
{
    private const byte ConfigurationMap = 0;
    private const byte StatisticsMap = 1;

    // The reference's tool takes no more; the sum of the votes of a ring has room in 32 bits for less.
    private const uint VotesMax = int.MaxValue;

    /// <summary>Replies to a request that waited: the reload is done, or refused.</summary>
    public void FinishRequest(int client, uint request, RingError error, string refusal)
    {
        if (Find(client) is { } found) Reply(found, request, error, refusal);
    }

    /// <summary>Sends what trackers of a map wait for.</summary>
    public void TellMapChanges(KeyMap map)
    {
        while (map.TryTakeNotification(out var change))
        {
            if (Find(change.Client) is not { } client) continue;
            _frame.Begin(FrameKind.MapChange, 0).UInt32(change.Track).Byte((byte)change.Kind).Text(change.Key);
            Write(change.New);
            Write(change.Old);
            client.Dispatched++;
            client.Send(_frame.Finish());
        }

        while (map.TryTakeOverrun(out var number))
        {
            if (Find(number) is { } client) client.CloseReason ??= "more of the keys it tracks changed at once than can be told";
        }
    }

    private void TellFlowControl(ClientConnection client)
    {
        if (client.IsStalled == client.IsToldStalled || !client.IsGreeted) return;
        client.IsToldStalled = client.IsStalled;
        if (client.IsStalled) client.Stalls++;
        client.Send(_frame.Begin(FrameKind.FlowControl, 0).Flag(client.IsStalled).Finish());
    }

    private bool Administrate(Instant now, ClientConnection client, FrameKind kind, uint request, ReadOnlySpan<byte> body)
    {
        switch (kind)
        {
            case FrameKind.MapGet or FrameKind.MapSet or FrameKind.MapDelete or FrameKind.MapList or FrameKind.MapTrack
                or FrameKind.MapUntrack:
                ServeMap(now, client, kind, request, new FrameReader(body));
                return true;
            case FrameKind.Votes or FrameKind.SetVotes or FrameKind.SetExpectedVotes or FrameKind.DeviceRegister
                or FrameKind.DeviceUnregister or FrameKind.DeviceRename or FrameKind.DevicePoll or FrameKind.DeviceMasterWins:
                return ServeVotes(now, client, kind, request, new FrameReader(body));
            default:
                return ServeDaemon(now, client, kind, request, new FrameReader(body));
        }
    }

    private void ServeMap(Instant now, ClientConnection client, FrameKind kind, uint request, FrameReader reader)
    {
        var number = reader.Byte();
        if (number is not (ConfigurationMap or StatisticsMap))
        {
            Reply(client, request, RingError.InvalidParameter, $"there is no map {number}");
            return;
        }

        if (kind == FrameKind.MapTrack)
        {
            Track(client, request, MapOf(number), reader);
            return;
        }

        if (kind == FrameKind.MapUntrack)
        {
            Reply(client, request, MapOf(number).Untrack(client.Number, reader.UInt32()), string.Empty);
            return;
        }

        var key = reader.Text();
        switch (kind)
        {
            case FrameKind.MapGet when MapOf(number).TryGet(key, out var value):
                _frame.Begin(FrameKind.Answer, request);
                Write(value);
                SendAnswer(client);
                break;
            case FrameKind.MapGet:
                Reply(client, request, MapResult.NotFound, key);
                break;
            case FrameKind.MapList:
                List<KeyValuePair<string, MapValue>> entries = [.. MapOf(number).List(key)];
                _frame.Begin(FrameKind.Answer, request).UInt32((uint)entries.Count);
                foreach (var (name, entry) in entries)
                {
                    _frame.Text(name);
                    Write(entry);
                }

                SendAnswer(client);
                break;
            case FrameKind.MapDelete:
                var deleted = MapOf(number).Delete(key);
                Reply(client, request, deleted, key);
                if (deleted == MapResult.Done) _daemon.HandleKeyChange(now, key);
                break;
            default:
                Set(now, client, request, number, key, ref reader);
                break;
        }
    }

    private void Set(Instant now, ClientConnection client, uint request, byte number, string key, ref FrameReader reader)
    {
        if (!TryRead(ref reader, out var value))
        {
            Reply(client, request, RingError.InvalidParameter, $"the value for {key} is not of its type, too long or empty");
            return;
        }

        if (number == StatisticsMap)
        {
            Reply(client, request, _daemon.Statistics().TryClear(key) ? MapResult.Done : MapResult.ReadOnly, key);
            return;
        }

        var result = _node.Map.Set(key, value);
        Reply(client, request, result, key);
        if (result == MapResult.Done) _daemon.HandleKeyChange(now, key);
    }

    private void Track(ClientConnection client, uint request, KeyMap map, FrameReader reader)
    {
        var track = reader.UInt32();
        var kinds = (MapChangeKinds)reader.Byte() & MapChangeKinds.All;
        var isPrefix = reader.Byte() != 0;
        Reply(client, request, map.Track(client.Number, track, reader.Text(), isPrefix, kinds), "tracks");
    }

    private KeyMap MapOf(byte number)
    {
        if (number == StatisticsMap) return _daemon.Statistics().Keys;
        _node.RefreshMap();
        return _node.Map;
    }

    private bool ServeVotes(Instant now, ClientConnection client, FrameKind kind, uint request, FrameReader reader)
    {
        // What the ring must carry waits until it can; a poll is what a ring that forms may be waiting for.
        if (kind is not (FrameKind.Votes or FrameKind.DevicePoll) && !_node.AcceptsRequests) return false;
        switch (kind)
        {
            case FrameKind.Votes:
                if (_node.VotesOf(reader.UInt32()) is { } view)
                {
                    _frame.Begin(FrameKind.Answer, request);
                    RingFrames.Write(_frame, RingViews.Of(view));
                    SendAnswer(client);
                    return true;
                }

                Reply(client, request, RingError.NotFound, "votequorum does not know the node");
                return true;
            case FrameKind.SetExpectedVotes:
                var expected = reader.UInt32();
                if (expected > VotesMax) return Answer(client, request, VoteResult.InvalidParameter);
                var accepted = _node.TrySetExpectedVotes(now, expected, _outbox, out var problem);
                Reply(client, request, accepted ? RingError.None : RingError.InvalidParameter, problem);
                return true;
            case FrameKind.SetVotes:
                var (member, votes) = (reader.UInt32(), reader.UInt32());
                return Answer(client, request, votes > VotesMax ? VoteResult.InvalidParameter
                    : _node.SetVotes(now, member, votes, _outbox));
            case FrameKind.DeviceRegister:
                var result = _node.RegisterDevice(now, client.Number, reader.Text(), _outbox, out var isPending);
                if (isPending) client.DeviceRequest = request;
                return isPending || Answer(client, request, result);
            case FrameKind.DeviceUnregister:
                return Answer(client, request, _node.UnregisterDevice(now, reader.Text(), _outbox));
            case FrameKind.DeviceRename:
                return Answer(client, request, _node.RenameDevice(now, reader.Text(), reader.Text(), _outbox));
            case FrameKind.DevicePoll:
                var name = reader.Text();
                var castsVote = reader.Byte() != 0;
                var ring = new RingId(new NodeId(reader.UInt32()), reader.UInt64());
                return Answer(client, request, _node.PollDevice(now, name, castsVote, ring, _outbox));
            default:
                return Answer(client, request, _node.SetDeviceMasterWins(now, reader.Text(), reader.Byte() != 0, _outbox));
        }
    }

    private bool ServeDaemon(Instant now, ClientConnection client, FrameKind kind, uint request, FrameReader reader)
    {
        switch (kind)
        {
            case FrameKind.Reload:
                if (!_node.AcceptsRequests) return false;
                _daemon.RequestReload(now, client.Number, request);
                return true;
            case FrameKind.ReopenLogs:
                _daemon.ReopenLogs();
                Reply(client, request, RingError.None);
                return true;
            case FrameKind.Links:
                _frame.Begin(FrameKind.Answer, request);
                RingFrames.Write(_frame, _daemon.Links());
                SendAnswer(client);
                return true;
            case FrameKind.Groups:
                WriteGroups(request);
                SendAnswer(client);
                return true;
            case FrameKind.KillNode:
                if (!_node.AcceptsRequests) return false;
                var isMember = _node.TryKill(now, reader.UInt32(), reader.Text(), _outbox);
                Reply(client, request, isMember ? RingError.None : RingError.NotFound, "the node is no member of the ring");
                return true;
            case FrameKind.WatchShutdown:
                _node.WatchShutdown(client.Number);
                Reply(client, request, RingError.None);
                return true;
            case FrameKind.AnswerShutdown:
                _node.AnswerShutdown(now, client.Number, reader.Byte() != 0, _outbox);
                Reply(client, request, RingError.None);
                return true;
            case FrameKind.Shutdown when reader.Byte() is var wanted && wanted <= (byte)ShutdownKind.Immediate:
                RequestShutdown(now, client, request, (ShutdownKind)wanted);
                return true;
            default:
                client.CloseReason = $"a request of kind {(byte)kind} is not known";
                return true;
        }
    }

    private void RequestShutdown(Instant now, ClientConnection client, uint request, ShutdownKind kind)
    {
        _log.Notice($"a shutdown is requested by the process {client.ProcessId} ({client.ProcessName}): {kind}");
        if (_node.RequestShutdown(now, client.Number, kind, _outbox))
        {
            // The decision, where there is one already, is in the outbox and told later.
            client.ShutdownRequest = request;
            return;
        }

        Reply(client, request, RingError.Busy, "another shutdown request is being decided");
    }

    private void DecideShutdown(ClientConnection client, ShutdownOutcome outcome)
    {
        var request = client.ShutdownRequest;
        client.ShutdownRequest = 0;
        if (outcome == ShutdownOutcome.GoesDown)
        {
            Reply(client, request, RingError.None);
            return;
        }

        _log.Notice("the shutdown was refused by a client that watches for it");
        Reply(client, request, RingError.Busy, "a process that watches for shutdowns refused, or did not answer in time");
    }

    private bool Answer(ClientConnection client, uint request, VoteResult result)
    {
        var (error, text) = result switch
        {
            VoteResult.Accepted => (RingError.None, string.Empty),
            VoteResult.UnknownNode => (RingError.UnknownNode, "votequorum does not know the node"),
            VoteResult.Exists => (RingError.Exists, "a quorum device of another name is registered"),
            VoteResult.WrongRing => (RingError.WrongRing, "the membership has changed since"),
            _ => (RingError.InvalidParameter, "the votes make no sense, or there is no such quorum device"),
        };
        Reply(client, request, error, text);
        return true;
    }

    private void Reply(ClientConnection client, uint request, MapResult result, string key)
    {
        var (error, text) = result switch
        {
            MapResult.Done => (RingError.None, string.Empty),
            MapResult.BadName => (RingError.BadName, $"\"{key}\" cannot be a key: 3 to 255 of a-z A-Z 0-9 . _ - / :"),
            MapResult.ReadOnly => (RingError.Access, $"{key} is read-only"),
            MapResult.Full => (RingError.NoResources, $"the map is full; {key} has no room"),
            _ => (RingError.NotFound, $"there is no {key}"),
        };
        Reply(client, request, error, text);
    }

    private void SendAnswer(ClientConnection client)
    {
        client.Responses++;
        client.Send(_frame.Finish());
    }

    private void WriteGroups(uint request)
    {
        List<KeyValuePair<ReadOnlyMemory<byte>, IReadOnlyList<GroupProcess>>> groups = [.. _node.Groups];
        _frame.Begin(FrameKind.Answer, request).UInt32((uint)groups.Count);
        foreach (var (name, members) in groups)
        {
            _frame.Block(name.Span).UInt32((uint)members.Count);
            foreach (var member in members) _frame.UInt32(member.NodeId).UInt32(member.ProcessId);
        }
    }

    private void Write(MapValue value)
    {
        _frame.Byte((byte)value.Type);
        if (value.Type is CmapValueType.Text or CmapValueType.Binary) _frame.Block(value.Bytes.Span);
        else if (value.Type != CmapValueType.None) _frame.UInt64(value.Number);
    }

    private static bool TryRead(ref FrameReader reader, out MapValue value)
    {
        var type = (CmapValueType)reader.Byte();
        return type is CmapValueType.Text or CmapValueType.Binary
            ? MapValue.TryCreate(type, reader.Block(), out value) && reader.IsValid
            : MapValue.TryCreate(type, reader.UInt64(), out value) && reader.IsValid;
    }
}
