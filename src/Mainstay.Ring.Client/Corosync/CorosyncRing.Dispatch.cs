using System.Runtime.InteropServices;

namespace Mainstay.Ring.Client.Corosync;

/// <content>What Corosync delivers, on a thread of its own: the libraries call back from their dispatch functions.</content>
public sealed unsafe partial class CorosyncRing
{
    private const short PollIn = 1;
    private const int ErrorInterrupted = 4;

    // Process groups and quorum come through two connections. What a group delivers after a change of membership waits here until
    // the quorum of that membership is known: so both have one order, as on mainstay-ring.
    private readonly Queue<RingEvent> _held = new();
    private RingConfigurationId? _awaited;
    private bool _isOverrun;

    [ThreadStatic]
    private static CorosyncRing? t_dispatching;

    private void Dispatch()
    {
        t_dispatching = this;
        var reason = "the connection was closed here";
        var polled = stackalloc PollEntry[3];
        if (CorosyncLibraries.CpgDescriptor(_groups, out var groups) != CorosyncResult.Ok
            || CorosyncLibraries.QuorumDescriptor(_quorum, out var quorum) != CorosyncResult.Ok)
        {
            End("Corosync closed the connection");
            return;
        }

        polled[0] = new PollEntry { Descriptor = groups, Wanted = PollIn };
        polled[1] = new PollEntry { Descriptor = quorum, Wanted = PollIn };
        polled[2] = new PollEntry { Descriptor = _ending, Wanted = PollIn };
        while (true)
        {
            if (CorosyncLibraries.Poll(polled, 3, -1) < 0 && Marshal.GetLastPInvokeError() != ErrorInterrupted)
            {
                reason = "waiting for Corosync failed";
                break;
            }

            if (polled[2].Happened != 0) break;
            if (polled[0].Happened != 0 && Fails(CorosyncLibraries.CpgDispatch(_groups, CorosyncLibraries.DispatchAll))
                || (polled[1].Happened != 0 && Fails(CorosyncLibraries.QuorumDispatch(_quorum, CorosyncLibraries.DispatchAll))))
            {
                reason = "Corosync closed the connection";
                break;
            }

            if (_isOverrun)
            {
                reason = RingEventQueue.Overrun;
                break;
            }
        }

        End(reason);
    }

    private static bool Fails(CorosyncResult result) => result is not (CorosyncResult.Ok or CorosyncResult.TryAgain);

    private void End(string reason)
    {
        Volatile.Write(ref _endReason, reason);
        while (_held.TryDequeue(out var held)) _events.AddReserved(held);
        _events.End(new RingDisconnected(reason));
        var problem = new RingException(reason);
        _joining?.TrySetException(problem);
        _leaving?.TrySetException(problem);
    }

    private void Publish(RingEvent happened)
    {
        // What comes after an event that has no room would be out of order: nothing does.
        _isOverrun = _isOverrun || !_events.TryReserve(happened);
        if (_isOverrun) return;
        if (_awaited is null) _events.AddReserved(happened);
        else _held.Enqueue(happened);
    }

    [UnmanagedCallersOnly]
    private static void OnDeliver(ulong handle, CpgName* group, uint nodeId, uint processId, void* message, nuint length) =>
        t_dispatching?.Publish(
            new RingMessage(new GroupMember(nodeId, processId), new ReadOnlySpan<byte>(message, checked((int)length)).ToArray()));

    [UnmanagedCallersOnly]
    private static void OnGroup(
        ulong handle,
        CpgName* group,
        CpgAddress* members,
        nuint memberCount,
        CpgAddress* left,
        nuint leftCount,
        CpgAddress* joined,
        nuint joinedCount) => t_dispatching?.HandleGroup(
            new ReadOnlySpan<CpgAddress>(members, (int)memberCount),
            new ReadOnlySpan<CpgAddress>(left, (int)leftCount),
            new ReadOnlySpan<CpgAddress>(joined, (int)joinedCount));

    [UnmanagedCallersOnly]
    private static void OnRing(ulong handle, CorosyncRingId ring, uint memberCount, uint* members)
    {
        if (t_dispatching is not { } self) return;
        var id = new RingConfigurationId(ring.NodeId, ring.Sequence);
        if (self._lastQuorum.Ring != id) self._awaited = id;
    }

    [UnmanagedCallersOnly]
    private static void OnQuorum(ulong handle, uint isQuorate, CorosyncRingId ring, uint memberCount, uint* members) =>
        t_dispatching?.HandleQuorum(
            isQuorate != 0,
            new RingConfigurationId(ring.NodeId, ring.Sequence),
            new ReadOnlySpan<uint>(members, (int)memberCount).ToArray());

    private void HandleGroup(ReadOnlySpan<CpgAddress> members, ReadOnlySpan<CpgAddress> left, ReadOnlySpan<CpgAddress> joined)
    {
        var all = new GroupMember[members.Length];
        for (var i = 0; i < all.Length; i++) all[i] = new GroupMember(members[i].NodeId, members[i].ProcessId);
        Array.Sort(all, static (a, b) => a.NodeId != b.NodeId ? a.NodeId.CompareTo(b.NodeId) : a.ProcessId.CompareTo(b.ProcessId));
        var change = new RingGroupChange(all, Changes(left), Changes(joined));
        Publish(change);
        var self = new GroupMember(Identity.LocalNodeId, (uint)Environment.ProcessId);
        if (change.Joined.Any(c => c.Member == self)) _joining?.TrySetResult();
        if (change.Left.Any(c => c.Member == self)) _leaving?.TrySetResult();
    }

    private void HandleQuorum(bool isQuorate, RingConfigurationId ring, uint[] members)
    {
        Array.Sort(members);
        var change = new RingQuorumChange(ring, isQuorate, members, (uint)members.Length, (uint)Identity.Nodes.Count, 0);
        lock (_calls)
        {
            VoteInfo info;
            if (_hasVotes && CorosyncLibraries.VotesGet(_votes, 0, &info) == CorosyncResult.Ok)
            {
                change = change with { Votes = info.TotalVotes, ExpectedVotes = info.NodeExpectedVotes, Quorum = info.Quorum };
            }
        }

        Volatile.Write(ref _lastQuorum, change);
        _isOverrun = _isOverrun || !_events.TryAdd(change);
        if (_awaited is { } awaited && ring.Sequence < awaited.Sequence) return;
        _awaited = null;
        while (_held.TryDequeue(out var held)) _events.AddReserved(held);
    }

    private static GroupMemberChange[] Changes(ReadOnlySpan<CpgAddress> addresses)
    {
        var changes = new GroupMemberChange[addresses.Length];
        for (var i = 0; i < changes.Length; i++)
        {
            var address = addresses[i];
            changes[i] = new GroupMemberChange(new GroupMember(address.NodeId, address.ProcessId), (GroupChangeReason)address.Reason);
        }

        return changes;
    }
}
