namespace Mainstay.Simulator.Ring;

/// <content>A node that is neither alive nor dead (<see cref="HalfDeath"/>).</content>
public sealed partial class RingSimulation
{
    private void BeginHalfDeath()
    {
        if (_scenario.HalfDead is { } halfDead)
        {
            _queue.Schedule(halfDead.Begin, new(SimulatedEventKind.HalfDead));
        }
    }

    /// <summary>The next of what the node does; states last, deeds are repeated.</summary>
    private void DisturbOnce()
    {
        var halfDead = _scenario.HalfDead!;
        var node = _nodes[halfDead.Node - 1];
        var token = _scenario.Options.Token.Ticks * 100;
        switch (halfDead.Kind)
        {
            case HalfDeath.Pauses when node is { IsRunning: true, IsPaused: false }:
                _faultCounts.Count(FaultKind.Pause);
                node.IsPaused = true;
                _queue.Schedule(
                    _queue.Now + (token * _moreFaults.Between(60, 95) / 100), new(SimulatedEventKind.Resume, node.Id));
                break;
            case HalfDeath.Deaf or HalfDeath.Mute:
                CutOneWay(node, isMute: halfDead.Kind == HalfDeath.Mute);
                return;
            case HalfDeath.Loss:
                foreach (var link in _links)
                {
                    link.BadNode = (node.Id, halfDead.Loss);
                }

                return;
            case HalfDeath.Joins when node is { IsRunning: true, IsPaused: false }:
                _faultCounts.Count(FaultKind.ForcedGather);
                node.Engine!.ForceGather(node.Local(_queue.Now), node.Outbox);
                CarryOut(node);
                break;
            case HalfDeath.CrashLoop when node.IsRunning:
                _faultCounts.Count(FaultKind.Crash);
                Crash(node, "crashes");
                break;
            case HalfDeath.Slow:
                _faultCounts.Count(FaultKind.SlowNode);
                node.ServiceTime = _scenario.SlowService;
                return;
            default:
                break;
        }

        Schedule(_moreFaults, halfDead.Every, SimulatedEventKind.HalfDead);
    }

    private void CutOneWay(SimulatedNode node, bool isMute)
    {
        _faultCounts.Count(FaultKind.Partition);
        foreach (var other in _nodes.Where(other => other != node))
        {
            foreach (var link in _links)
            {
                link.Cut(isMute ? node.Id : other.Id, isMute ? other.Id : node.Id);
            }
        }
    }
}
