using Mainstay.Ring.Core.Messages;

namespace Mainstay.Ring.Core.Services;

/// <content>Requests of administrators (spec/quorum.md section 6).</content>
internal sealed partial class Votequorum
{
    /// <summary>Sets expected votes for all members; refused where the result would make no sense.</summary>
    public bool TrySetExpected(uint value, out string problem)
    {
        problem = string.Empty;
        var needed = CalculateQuorum(true, value, out _, heedsBarrier: false);
        if (value == 0 || value < TotalVotes || (IsQuorate && needed > TotalVotes))
        {
            problem = $"expected votes {value} are refused: {TotalVotes} votes are present and quorum would be {needed}";
            return false;
        }

        Reconfigure(VoteParameter.ExpectedVotes, 0, value);
        return true;
    }

    /// <summary>Sets the votes of a node on all members; refused where quorum could not be reached, or by less than half.</summary>
    public VoteResult SetVotes(uint nodeId, uint votes)
    {
        if (!_nodes.TryGetValue(nodeId, out var node)) return VoteResult.UnknownNode;
        var before = node.Votes;
        node.Votes = votes;
        var needed = CalculateQuorum(true, 0, out var total);
        node.Votes = before;
        if (needed < total / 2 || needed > total) return VoteResult.InvalidParameter;
        Reconfigure(VoteParameter.NodeVotes, nodeId, votes);
        return VoteResult.Accepted;
    }

    /// <summary>No node of the cluster waits any longer to see all others.</summary>
    public void CancelWaitForAll() => Reconfigure(VoteParameter.CancelWaitForAll, 0, 0);

    /// <summary>What is known of a node; 0 is this one.</summary>
    public VoteNodeView? View(uint nodeId)
    {
        if (!_nodes.TryGetValue(nodeId == 0 ? _self.Id : nodeId, out var node)) return null;
        var total = Members().Aggregate(0u, (sum, n) => sum + n.Votes);
        if (node.Flags.HasFlag(VoteFlags.DeviceCastsVote)) total += DeviceVotes;
        var flags = VoteViewFlags.None;
        Add(_twoNode, VoteViewFlags.TwoNode);
        Add(IsQuorate, VoteViewFlags.Quorate);
        Add(_settings.WaitForAll, VoteViewFlags.WaitForAll);
        Add(_lastManStanding, VoteViewFlags.LastManStanding);
        Add(_settings.TieBreaker != Configuration.TieBreaker.None, VoteViewFlags.AutoTieBreaker);
        Add(_settings.AllowDownscale, VoteViewFlags.AllowDownscale);
        Add(node.Flags.HasFlag(VoteFlags.DeviceRegistered), VoteViewFlags.DeviceRegistered);
        Add(node.Flags.HasFlag(VoteFlags.DeviceAlive), VoteViewFlags.DeviceAlive);
        Add(node.Flags.HasFlag(VoteFlags.DeviceCastsVote), VoteViewFlags.DeviceCastsVote);
        Add(node.Flags.HasFlag(VoteFlags.DeviceMasterWins), VoteViewFlags.DeviceMasterWins);
        return new VoteNodeView(
            node.Id, (VoteViewState)node.State, node.Votes, node.Expected, HighestExpected, total, Quorum, flags, DeviceVotes, DeviceName);

        void Add(bool isSet, VoteViewFlags flag) => flags |= isSet ? flag : VoteViewFlags.None;
    }
}
