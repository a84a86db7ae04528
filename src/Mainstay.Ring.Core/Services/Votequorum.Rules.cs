using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Messages;

namespace Mainstay.Ring.Core.Services;

/// <content>Received messages and the formulas (spec/quorum.md sections 4 and 5).</content>
internal sealed partial class Votequorum
{
    /// <summary>Votes of a node arrived.</summary>
    public void HandleNodeInfo(uint sender, VoteNodeInfo info)
    {
        var senderIsQuorate = _nodes.TryGetValue(sender, out var from) && from.Flags.HasFlag(VoteFlags.Quorate);
        if (info.NodeId == 0)
        {
            var votes = !IsQuorate && senderIsQuorate ? info.Votes : Math.Max(DeviceVotes, info.Votes);
            if (votes == DeviceVotes) return;
            DeviceVotes = votes;
            Recalculate(false, false);
            return;
        }

        var isNew = !_nodes.TryGetValue(info.NodeId, out var known);
        var node = known ?? (_nodes[info.NodeId] = new VoteNode(info.NodeId));
        var before = (node.Votes, node.Expected, node.Flags, node.State);
        var allowDecrease = false;
        var byNodes = false;
        node.Flags = info.Flags;
        node.Votes = info.Votes;
        node.State = VoteNodeState.Member;
        if (info.Flags.HasFlag(VoteFlags.Leaving))
        {
            node.State = VoteNodeState.Leaving;
            allowDecrease = byNodes = true;
        }

        var isQuorate = info.Flags.HasFlag(VoteFlags.Quorate);
        if (!IsQuorate && isQuorate)
        {
            allowDecrease = true;
            _self.Expected = info.ExpectedVotes;
        }

        node.Expected = isQuorate || _settings.ExpectedVotesTracking ? info.ExpectedVotes : _self.Expected;
        DisableLastManStanding(info);
        var changed = before != (node.Votes, node.Expected, node.Flags, node.State);
        if (isNew || node == _self || info.Flags.HasFlag(VoteFlags.First) || changed) Recalculate(allowDecrease, byNodes);

        // A joining node inherits an established quorum: the sender saw all nodes once.
        if (_settings.WaitForAll && isQuorate && !info.Flags.HasFlag(VoteFlags.WaitForAllStatus)) ClearWaitForAll();
    }

    /// <summary>New expected votes or node votes arrived.</summary>
    public void HandleReconfigure(VoteReconfigure message)
    {
        switch (message.Parameter)
        {
            case VoteParameter.ExpectedVotes:
                foreach (var node in Members()) node.Expected = message.Value;
                _expectedBarrier = message.Value;
                if (_settings.ExpectedVotesTracking) _self.Expected = Math.Max(_self.Expected, _trackingBarrier);
                Recalculate(true, false);
                break;
            case VoteParameter.NodeVotes when _nodes.TryGetValue(message.NodeId, out var node):
                node.Votes = message.Value;
                Recalculate(true, false);
                break;
            case VoteParameter.CancelWaitForAll:
                ClearWaitForAll();
                Recalculate(false, false);
                break;
            default:
                break;
        }

        HasChanged = true;
    }

    private void DisableLastManStanding(VoteNodeInfo info)
    {
        if (!_lastManStanding || info.Votes <= 1) return;
        _lastManStanding = false;
        Log.Enqueue((LogPriority.Warning, $"last_man_standing is disabled: node {info.NodeId} has {info.Votes} votes, 1 each is required"));
    }

    private uint CalculateQuorum(bool allowDecrease, uint expectedMax, out uint total, bool heedsBarrier = true)
    {
        if (heedsBarrier && _settings.AllowDownscale && allowDecrease && expectedMax > 0)
        {
            expectedMax = Math.Max(_expectedBarrier, expectedMax);
        }

        uint highest = 0, nodes = 0;
        total = 0;
        foreach (var node in Members())
        {
            highest = Math.Max(highest, node.Expected);
            total += node.Votes;
            nodes++;
        }

        if (_self.Flags.HasFlag(VoteFlags.DeviceCastsVote))
        {
            total += DeviceVotes;
            nodes++;
        }

        if (expectedMax > 0) highest = expectedMax;
        var quorum = Math.Max(MajorityOf(highest), MajorityOf(total));
        if (!allowDecrease) quorum = Math.Max(Quorum, quorum);
        return _twoNode && nodes <= 2 ? 1 : quorum;
    }

    /// <summary>More than half; never wraps round.</summary>
    private static uint MajorityOf(uint votes) => (votes / 2) + 1;

    private void Recalculate(bool allowDecrease, bool byCurrentNodes)
    {
        uint votes = DeviceVotes, members = DeviceVotes > 0 ? 1u : 0u;
        foreach (var node in Members())
        {
            votes += node.Votes;
            members++;
        }

        if (!byCurrentNodes) members = 0;
        if (votes > _self.Expected)
        {
            _self.Expected = votes;
            HasChanged = true;
        }

        if (_settings.ExpectedVotesTracking && _self.Expected > _trackingBarrier)
        {
            _trackingBarrier = _self.Expected;
            StoreTrackingBarrier = _trackingBarrier;
        }

        var before = (Quorum, TotalVotes);
        Quorum = CalculateQuorum(allowDecrease, members, out var total);
        TotalVotes = total;
        if (members > 0)
        {
            foreach (var node in Members()) node.Expected = members;
        }

        if (before != (Quorum, TotalVotes)) HasChanged = true;
        DecideQuorum(total);
    }

    private void DecideQuorum(uint total)
    {
        if (_settings.WaitForAll && _waitsForAll)
        {
            if (total != _self.Expected)
            {
                if (!_isSynchronising) Log.Enqueue((LogPriority.Notice, "Waiting for all cluster members."));
                return;
            }

            ClearWaitForAll();
        }

        var quorate = total >= Quorum;
        if (quorate && _members.Length > 0)
        {
            _lowestNode = _members.Min();
            _highestNode = _members.Max();
        }

        if (_settings.TieBreaker != TieBreaker.None
            && total == _self.Expected / 2
            && _previousMembers.Count(m => !_members.Contains(m)) < Quorum
            && BreaksTie())
        {
            quorate = true;
        }

        if (!quorate && _masterWins && Members().Any(n => n.Flags.HasFlag(VoteFlags.DeviceMasterWins | VoteFlags.DeviceCastsVote)))
        {
            quorate = true;
        }

        _self.Flags = quorate ? _self.Flags | VoteFlags.Quorate : _self.Flags & ~VoteFlags.Quorate;
        if (_settings.WaitForAll) SetWaitForAll(!quorate);
        if (quorate == IsQuorate) return;
        IsQuorate = quorate;
        HasChanged = true;
    }

    private bool BreaksTie()
    {
        switch (_settings.TieBreaker)
        {
            case TieBreaker.Lowest:
                return _members.Contains(_lowestNode);
            case TieBreaker.Highest:
                return _members.Contains(_highestNode);
            case TieBreaker.List:
                foreach (var node in _settings.TieBreakerNodes)
                {
                    if (_members.Contains(node)) return true;

                    // An earlier listed node may live in the other half.
                    if (_previousMembers.Contains(node)) return false;
                }

                return false;
            default:
                return false;
        }
    }

    private void SetWaitForAll(bool waits)
    {
        _waitsForAll = waits;
        _self.Flags = waits ? _self.Flags | VoteFlags.WaitForAllStatus : _self.Flags & ~VoteFlags.WaitForAllStatus;
    }

    private void ClearWaitForAll() => SetWaitForAll(false);
}
