using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>Evidence that a node is gone: right or wrong, early or late, known to one node or to several.</content>
public sealed partial class RingSimulation
{
    /// <summary>Somebody learns something about a node; which may be running all the same, or again.</summary>
    /// <param name="about">The node, or 0: any.</param>
    private void Evidence(uint about)
    {
        if (!_faultsOn)
        {
            return;
        }

        if (about == 0)
        {
            about = (uint)_evidence.Below(_nodes.Length) + 1;
            ScheduleEvidence(_scenario.EvidenceEvery, 0);
        }

        var isRunning = _nodes[about - 1].IsRunning;
        var only = _evidence.Chance(500_000) ? (uint)_evidence.Below(_nodes.Length) + 1 : 0;
        foreach (var node in _nodes)
        {
            var learns = (only == 0 || node.Id == only) && _evidence.Chance(800_000);
            if (!learns || !node.IsRunning || node.IsPaused)
            {
                continue;
            }

            Say(node.Id, $"has evidence that node {about} is gone, which is {(isRunning ? "wrong" : "right")}");
            Record(node.Id, 41, about);
            _faultCounts.Count(isRunning ? FaultKind.EvidenceWrong : FaultKind.EvidenceRight);
            node.Engine!.HandlePeerGone(node.Local(_queue.Now), new NodeId(about), node.Outbox);
            CarryOut(node);
        }
    }

    /// <summary>One or all nodes learn that the ring had to wait for a node; mostly the same one, as it would be.</summary>
    private void TellOfStall()
    {
        if (!_faultsOn)
        {
            return;
        }

        var about = _stalls.Chance(700_000) ? 1 + (uint)(_seed % (ulong)_nodes.Length) : 1 + (uint)_stalls.Below(_nodes.Length);
        var isKnownToAll = _stalls.Chance(700_000);
        foreach (var node in _nodes)
        {
            var learns = isKnownToAll || _stalls.Chance(200_000);
            if (!learns || !node.IsRunning || node.IsPaused)
            {
                continue;
            }

            Say(node.Id, $"has evidence that the ring had to wait for node {about}");
            Record(node.Id, 42, about);
            _faultCounts.Count(FaultKind.StallEvidence);
            node.Engine!.HandlePeerStalled(node.Local(_queue.Now), new NodeId(about), node.Outbox);
            CarryOut(node);
        }

        Schedule(_stalls, _scenario.StallEvery, SimulatedEventKind.Stall);
    }

    private void ScheduleEvidence(long mean, uint about)
    {
        if (_faultsOn && mean > 0)
        {
            _queue.Schedule(_queue.Now + _evidence.Exponential(mean), new(SimulatedEventKind.Evidence, about));
        }
    }
}
