using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <content>Requests of local clients, and process-group messages delivered to them.</content>
public sealed partial class RingNode
{
    private enum ClientState
    {
        Joining,
        Joined,
        Leaving,
        Gone,
    }

    /// <summary>Joins a client to a group.</summary>
    /// <param name="now">The time.</param>
    /// <param name="client">The shell's number of the client.</param>
    /// <param name="group">Group name, 1 to 128 bytes.</param>
    /// <param name="processId">The client's process id.</param>
    /// <param name="outbox">Receives outputs.</param>
    public RequestResult Join(Instant now, int client, ReadOnlySpan<byte> group, uint processId, RingOutbox outbox)
    {
        if (group.Length is 0 or > GroupNameSizeMax) return RequestResult.OutOfRange;
        var name = group.ToArray();
        var process = new GroupProcess(Self.Value, processId);
        if ((FindClient(client) ?? OwnClient(process, name)) is { } earlier)
        {
            // On its way out: its leave comes first in the order, and must have been seen before this join can be told from it.
            return earlier.State is ClientState.Leaving or ClientState.Gone ? RequestResult.Busy : RequestResult.Refused;
        }

        if (!AcceptsRequests || !SendProcess(now, name, processId, ProcessReason.Join, outbox)) return RequestResult.Busy;
        _clients.Add(new Client(client, name, process) { State = ClientState.Joining });
        Drain(now, outbox);
        return RequestResult.Accepted;
    }

    /// <summary>Takes a client out of its group.</summary>
    public RequestResult Leave(Instant now, int client, RingOutbox outbox)
    {
        if (FindClient(client) is not { State: ClientState.Joined } found) return RequestResult.Refused;
        if (!AcceptsRequests || !SendProcess(now, found.Group, found.Process.ProcessId, ProcessReason.Leave, outbox))
        {
            return RequestResult.Busy;
        }

        found.State = ClientState.Leaving;
        Drain(now, outbox);
        return RequestResult.Accepted;
    }

    /// <summary>Multicasts a client's message to its group, in agreed order, to itself too.</summary>
    public RequestResult Multicast(Instant now, int client, ReadOnlySpan<byte> payload, RingOutbox outbox)
    {
        if (payload.Length > MessageSizeMax) return RequestResult.OutOfRange;
        if (FindClient(client) is not { State: ClientState.Joined } found) return RequestResult.Refused;
        if (!IsOpen || !_totem.CanSubmit(payload.Length + CpgMulticast.HeaderSize)) return RequestResult.Busy;
        Span<byte> header = stackalloc byte[CpgMulticast.HeaderSize];
        var message = new CpgMulticast
        {
            Group = found.Group,
            ProcessId = found.Process.ProcessId,
            SourceNode = Self.Value,
            Payload = payload,
        };
        message.WriteHeader(header);
        if (!_totem.Submit(now, MessageGroup.Services, header, payload, DeliveryGuarantee.Agreed, outbox.Network))
        {
            return RequestResult.Busy;
        }

        _traffic.CountSent(new ServiceHeader(ServiceId.Cpg, CpgFunction.Multicast));
        Counters.GroupMessagesSent++;
        Counters.GroupBytesSent += payload.Length;
        Drain(now, outbox);
        return RequestResult.Accepted;
    }

    /// <summary>
    /// Multicasts a piece of a message that is longer than <see cref="MessageSizeMax"/>, as the reference's library does; the pieces of
    /// one client come one after the other, and are delivered as one message of up to 16 MiB.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="client">The client.</param>
    /// <param name="part">Which piece.</param>
    /// <param name="totalLength">Length of the whole message.</param>
    /// <param name="payload">The piece.</param>
    /// <param name="outbox">Receives outputs.</param>
    public RequestResult MulticastPart(
        Instant now, int client, MessagePart part, uint totalLength, ReadOnlySpan<byte> payload, RingOutbox outbox)
    {
        if (payload.Length > MessageSizeMax || totalLength > PartialMessages.TotalSizeMax) return RequestResult.OutOfRange;
        if (part is not (MessagePart.First or MessagePart.Continued or MessagePart.Last)) return RequestResult.OutOfRange;
        if (FindClient(client) is not { State: ClientState.Joined } found) return RequestResult.Refused;
        if (!IsOpen || !_totem.CanSubmit(payload.Length + CpgPartialMulticast.HeaderSize)) return RequestResult.Busy;
        Span<byte> header = stackalloc byte[CpgPartialMulticast.HeaderSize];
        var message = new CpgPartialMulticast
        {
            Group = found.Group,
            TotalLength = totalLength,
            ProcessId = found.Process.ProcessId,
            Kind = (CpgPartialKind)part,
            SourceNode = Self.Value,
            Fragment = payload,
        };
        message.WriteHeader(header);
        if (!_totem.Submit(now, MessageGroup.Services, header, payload, DeliveryGuarantee.Agreed, outbox.Network))
        {
            return RequestResult.Busy;
        }

        _traffic.CountSent(new ServiceHeader(ServiceId.Cpg, CpgFunction.PartialMulticast));
        if (part == MessagePart.Last) Counters.GroupMessagesSent++;
        Counters.GroupBytesSent += payload.Length;
        Drain(now, outbox);
        return RequestResult.Accepted;
    }

    /// <summary>A client's connection is gone: its process leaves the group, at once or as soon as the ring allows.</summary>
    public void Disconnect(Instant now, int client, RingOutbox outbox)
    {
        ForgetAdministrator(now, client, outbox);
        if (FindClient(client) is not { } found) return;
        found.Id = -1;
        found.State = found.State == ClientState.Leaving ? ClientState.Leaving : ClientState.Gone;
        Drain(now, outbox);
    }

    /// <summary>Tells the others that clients without a connection have ended; keeps what cannot be told yet.</summary>
    private void FlushDepartures(Instant now, RingOutbox outbox)
    {
        var any = false;
        foreach (var client in _clients)
        {
            if (client.State != ClientState.Gone || !IsOpen) continue;
            if (!SendProcess(now, client.Group, client.Process.ProcessId, ProcessReason.ProcessDown, outbox)) break;
            client.State = ClientState.Leaving;
            any = true;
        }

        if (any) Drain(now, outbox);
    }

    private bool SendProcess(Instant now, byte[] group, uint processId, ProcessReason reason, RingOutbox outbox)
    {
        Span<byte> buffer = stackalloc byte[CpgProcessMessage.Size];
        var message = new CpgProcessMessage
        {
            IsJoin = reason == ProcessReason.Join,
            Group = group,
            ProcessId = processId,
            Reason = (uint)reason,
        };
        message.Write(buffer);
        if (!_totem.Submit(now, MessageGroup.Services, buffer, default, DeliveryGuarantee.Agreed, outbox.Network)) return false;
        _traffic.CountSent(buffer);
        return true;
    }

    private bool HandleCpg(uint sender, ushort function, ReadOnlySpan<byte> bytes, WireOrder order, RingOutbox outbox)
    {
        switch (function)
        {
            case CpgFunction.Multicast:
                if (!CpgMulticast.TryRead(bytes, order, out var message)) return false;
                DeliverMessage(new GroupProcess(sender, message.ProcessId), message.Group, message.Payload, outbox);
                return true;
            case CpgFunction.PartialMulticast:
                return CpgPartialMulticast.TryRead(bytes, order, out var part) && DeliverPart(sender, part, outbox);
            case CpgFunction.ProcessJoin or CpgFunction.ProcessLeave:
                if (!CpgProcessMessage.TryRead(bytes, function == CpgFunction.ProcessJoin, order, out var process)) return false;
                HandleProcess(sender, process, outbox);
                return true;
            case CpgFunction.JoinList:
                if (!CpgJoinList.TryRead(bytes, order, out var list)) return false;
                AddJoinList(sender, list);
                return true;
            case CpgFunction.Downlist:
                // Only the own downlist decides; those of others are for logs (ring-wire 4.1).
                return CpgDownlist.TryRead(bytes, order, out _);
            case CpgFunction.ObsoleteDownlist:
                return true;
            default:
                return Ignore();
        }
    }

    private void AddJoinList(uint sender, CpgJoinList list)
    {
        var entries = new List<(byte[], uint)>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (list.TryReadEntry(i, out var pid, out var group)) entries.Add((group.ToArray(), pid));
        }

        _groups.AddJoinList(sender, entries);
    }

    private void HandleProcess(uint sender, in CpgProcessMessage message, RingOutbox outbox)
    {
        var process = new GroupProcess(sender, message.ProcessId);
        var group = message.Group.ToArray();
        if (message.IsJoin)
        {
            var change = _groups.Join(group, process);
            var own = OwnClient(process, group);
            if (own is { State: ClientState.Joining }) own.State = ClientState.Joined;
            if (own is { State: ClientState.Joined }) outbox.Add(new RingOutput { Kind = RingOutputKind.Joined, Client = own.Id });
            if (change is not null) NotifyGroup(group, change, outbox);
            if (group.AsSpan().SequenceEqual(s_ownGroup)) UpdatePeers();
            return;
        }

        var reason = message.Reason == (uint)ProcessReason.ProcessDown ? ProcessReason.ProcessDown : ProcessReason.Leave;
        if (_groups.Leave(group, process, reason) is { } left) NotifyGroup(group, left, outbox);
        if (group.AsSpan().SequenceEqual(s_ownGroup)) UpdatePeers();
        if (OwnClient(process, group) is not { State: ClientState.Leaving } gone) return;
        _clients.Remove(gone);
        if (gone.Id >= 0) outbox.Add(new RingOutput { Kind = RingOutputKind.Left, Client = gone.Id });
    }

    private void DeliverMessage(GroupProcess sender, ReadOnlySpan<byte> group, ReadOnlySpan<byte> payload, RingOutbox outbox)
    {
        // A node none of whose processes is in the group cannot address it (ring-wire 4.1).
        if (_groups.Find(group) is not { } found || !found.HasNode(sender.NodeId)) return;
        ReadOnlyMemory<byte> kept = default;
        var isKept = false;
        foreach (var client in _clients)
        {
            if (client.State is not (ClientState.Joined or ClientState.Leaving) || client.Id < 0) continue;
            if (!group.SequenceEqual(client.Group)) continue;
            if (!isKept)
            {
                // The payload is the end of the message that is handled now.
                kept = _lasting.IsEmpty ? outbox.Keep(payload) : _lasting[^payload.Length..];
                isKept = true;
            }

            Counters.GroupMessagesDelivered++;
            outbox.Add(new RingOutput { Kind = RingOutputKind.Message, Client = client.Id, Process = sender, Bytes = kept });
        }
    }

    /// <summary>A piece of a message that a client library split.</summary>
    private bool DeliverPart(uint sender, in CpgPartialMulticast part, RingOutbox outbox)
    {
        // Libraries split only what a member of the group sends. Of anybody else nothing is kept: nothing would tell that it is gone.
        var process = new GroupProcess(sender, part.ProcessId);
        if (_groups.Find(part.Group) is not { } found || !found.Contains(process)) return true;
        var result = _parts.Add(process, part, out var whole);
        _lasting = default;
        if (result == PartialResult.Complete) DeliverMessage(process, part.Group, whole, outbox);
        return result != PartialResult.Dropped;
    }

    private void NotifyGroup(ReadOnlySpan<byte> group, GroupChange change, RingOutbox outbox)
    {
        foreach (var left in change.Left) _parts.Forget(left.Process, group);
        foreach (var client in _clients)
        {
            if (client.State is not (ClientState.Joined or ClientState.Leaving) || client.Id < 0) continue;
            if (!group.SequenceEqual(client.Group)) continue;
            outbox.Add(new RingOutput { Kind = RingOutputKind.GroupChanged, Client = client.Id, Change = change });
        }
    }

    private Client? FindClient(int id)
    {
        foreach (var client in _clients)
        {
            if (client.Id == id) return client;
        }

        return null;
    }

    private Client? OwnClient(GroupProcess process, byte[] group) => process.NodeId == Self.Value
        ? _clients.Find(c => c.Process == process && c.Group.AsSpan().SequenceEqual(group))
        : null;

    /// <summary>A local process with a group.</summary>
    private sealed class Client(int id, byte[] group, GroupProcess process)
    {
        /// <summary>The shell's number; negative once the connection is gone.</summary>
        public int Id { get; set; } = id;

        public byte[] Group { get; } = group;

        public GroupProcess Process { get; } = process;

        public ClientState State { get; set; }
    }
}
