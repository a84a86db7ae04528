using System.Runtime.InteropServices;

namespace Mainstay.Ring.Client.Corosync;

/// <content>Calls of the libraries.</content>
public sealed unsafe partial class CorosyncRing
{
    private CorosyncRing()
    {
        var model = new CpgModel
        {
            Model = CorosyncLibraries.ModelOne,
            Deliver = &OnDeliver,
            GroupChanged = &OnGroup,
            RingChanged = &OnRing,
        };
        Check(CorosyncLibraries.CpgInitialize(out _groups, CorosyncLibraries.ModelOne, &model, 0), "process groups");
        try
        {
            Check(CorosyncLibraries.CpgLocalNode(_groups, out var local), "this node's id");
            Identity = CorosyncIdentity.Read(local);
            var quorum = new QuorumModel { Model = CorosyncLibraries.ModelOne, QuorumChanged = &OnQuorum };
            Check(CorosyncLibraries.QuorumInitialize(out _quorum, CorosyncLibraries.ModelOne, &quorum, out _, 0), "quorum");
            Check(CorosyncLibraries.QuorumTrack(_quorum, CorosyncLibraries.TrackCurrentAndChanges), "tracking quorum");
            _hasVotes = CorosyncLibraries.VotesInitialize(out _votes, 0) == CorosyncResult.Ok;
            _ending = CorosyncLibraries.EventDescriptor(0, 0);
        }
        catch
        {
            Finish();
            throw;
        }

        _dispatcher = new Thread(Dispatch) { IsBackground = true, Name = "corosync" };
    }

    /// <inheritdoc/>
    public Task<RingStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var quorum = Volatile.Read(ref _lastQuorum);
        var votes = new SortedDictionary<uint, uint>();
        var flags = new List<string>();
        var highest = quorum.ExpectedVotes;
        lock (_calls)
        {
            ThrowIfEnded();
            VoteInfo info;
            foreach (var member in quorum.Members)
            {
                votes[member] = _hasVotes && CorosyncLibraries.VotesGet(_votes, member, &info) == CorosyncResult.Ok ? info.NodeVotes : 1;
            }

            if (_hasVotes && CorosyncLibraries.VotesGet(_votes, 0, &info) == CorosyncResult.Ok)
            {
                highest = info.HighestExpected;
                flags = Words((RingVoteFlags)info.Flags);
            }
        }

        var counters = new SortedDictionary<string, long>(StringComparer.Ordinal);
        return Task.FromResult(
            new RingStatus("Operational", quorum, flags, counters) { HighestExpectedVotes = highest, MemberVotes = votes });
    }

    private void WakeDispatcher()
    {
        ulong one = 1;
        _ = CorosyncLibraries.Write(_ending, &one, sizeof(ulong));
    }

    private CorosyncResult WithName(byte[] group, bool isJoin)
    {
        var name = new CpgName { Length = (uint)group.Length };
        group.CopyTo(new Span<byte>(name.Value, 128));
        return isJoin ? CorosyncLibraries.CpgJoin(_groups, &name) : CorosyncLibraries.CpgLeave(_groups, &name);
    }

    private CorosyncResult Send(ReadOnlySpan<byte> payload)
    {
        fixed (byte* bytes = &MemoryMarshal.GetReference(payload))
        {
            var vector = new IoVector { Base = bytes, Length = (nuint)payload.Length };
            return CorosyncLibraries.CpgMulticast(_groups, CorosyncLibraries.AgreedOrder, &vector, 1);
        }
    }

    private void Finish()
    {
        if (_groups != 0) _ = CorosyncLibraries.CpgFinalize(_groups);
        if (_quorum != 0) _ = CorosyncLibraries.QuorumFinalize(_quorum);
        if (_hasVotes) _ = CorosyncLibraries.VotesFinalize(_votes);
        if (_ending > 0) _ = CorosyncLibraries.Close(_ending);
    }
}
