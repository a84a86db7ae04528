using System.Net.Sockets;

namespace Mainstay.Ring.Client;

/// <content>What the daemon sends.</content>
public sealed partial class RingClient
{
    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        string? reason = null;
        try
        {
            while (reason is null)
            {
                var count = await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _closing.Token).ConfigureAwait(false);
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

        // Who hears nothing any more must be no member of a group either.
        _socket.Dispose();
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
                Complete(request, new Reply { Identity = RingFrames.ReadIdentity(ref reader) });
                break;
            case FrameKind.StatusReply:
                Complete(request, new Reply { Status = RingFrames.ReadStatus(ref reader) });
                break;
            case FrameKind.Reply:
                var error = (RingError)reader.Byte();
                Complete(request, new Reply { Error = error, Refusal = error == RingError.None ? string.Empty : reader.Text() });
                break;
            case FrameKind.Answer:
                Complete(request, new Reply { Body = reader.Rest.ToArray() });
                break;
            case FrameKind.MapChange:
                TakeMapChange(ref reader, ref reason);
                break;
            case FrameKind.ShutdownAsked:
                Publish(new RingShutdownAsked((RingShutdownKind)reader.Byte()), ref reason);
                break;
            case FrameKind.DevicePollWanted:
                var waiting = RingFrames.ReadQuorum(ref reader);
                Publish(new RingDevicePollWanted(waiting.Ring, waiting.Members), ref reason);
                break;
            case FrameKind.FlowControl:
                Volatile.Write(ref _isFlowControlled, reader.Byte() != 0);
                break;
            case FrameKind.Goodbye:
                reason = $"the ring daemon closed the connection: {reader.Text()}";
                if (!reader.Rest.IsEmpty) _endError = (RingError)reader.Byte();
                break;
            default:
                break;
        }

        if (!reader.IsValid) reason ??= "the ring daemon sent an unreadable frame";
    }

    private void TakeMapChange(ref FrameReader reader, ref string? reason)
    {
        var number = reader.UInt32();
        var kind = (RingMapChangeKinds)reader.Byte();
        var change = new RingMapChange(kind, reader.Text(), RingMapValue.Read(ref reader), RingMapValue.Read(ref reader));
        if (!reader.IsValid || !_tracks.TryGetValue(number, out var track) || track.TryAdd(change)) return;
        reason = "this process does not read the changes of the keys that it tracks fast enough";
    }

    private void Publish(RingEvent happened, ref string? reason)
    {
        if (!_events.TryAdd(happened)) reason = RingEventQueue.Overrun;
    }

    private void Complete(uint request, in Reply reply)
    {
        if (_requests.TryRemove(request, out var completion)) completion.TrySetResult(reply);
    }

    private void End(string reason)
    {
        var end = new RingDisconnected(reason);
        Volatile.Write(ref _end, end);
        _events.End(end);
        foreach (var (_, track) in _tracks) track.End();
        foreach (var (_, completion) in _requests) completion.TrySetException(new RingException(_endError, reason));
    }
}
