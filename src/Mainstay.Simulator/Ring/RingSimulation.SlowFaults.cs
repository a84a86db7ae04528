namespace Mainstay.Simulator.Ring;

/// <content>Flapping paths, slow nodes, clocks that jump.</content>
public sealed partial class RingSimulation
{
    private readonly List<(uint Source, uint Target)> _flapping = [];
    private ArraySegment<SimulatedNetwork> _flappingLinks;
    private bool _isFlapDown;
    private long _flapEnd;

    /// <summary>One path, one direction of it, or all paths of a node begin to go down and up.</summary>
    private void BeginFlapping()
    {
        var kind = _moreFaults.Below(3);
        var one = (uint)_moreFaults.Below(_nodes.Length) + 1;
        var other = (uint)_moreFaults.Below(_nodes.Length) + 1;
        _flapping.Clear();
        foreach (var node in _nodes)
        {
            if (node.Id != one && (kind == 2 || node.Id == other))
            {
                _flapping.Add((one, node.Id));
                if (kind > 0)
                {
                    _flapping.Add((node.Id, one));
                }
            }
        }

        _flappingLinks = DrawLinks();
        _isFlapDown = false;
        _flapEnd = _queue.Now + _moreFaults.Exponential(_scenario.FlapHolds);
        Say(0, $"paths flap, kind {kind}: node {one}, node {other}");
        ToggleFlapping();
    }

    private void ToggleFlapping()
    {
        _isFlapDown = !_isFlapDown && _queue.Now < _flapEnd;
        foreach (var (source, target) in _flapping)
        {
            foreach (var link in _flappingLinks)
            {
                link.SetDown(source, target, _isFlapDown);
            }
        }

        if (_isFlapDown && _flapping.Count > 0)
        {
            _faultCounts.Count(FaultKind.LinkFlap);
        }

        if (_queue.Now < _flapEnd)
        {
            Schedule(_moreFaults, _scenario.FlapPeriod, SimulatedEventKind.FlapToggle);
        }
        else
        {
            Say(0, "paths flap no more");
            Schedule(_moreFaults, _scenario.FlapEvery, SimulatedEventKind.FlapBegin);
        }
    }

    /// <summary>Somebody demands a new ring of a node (a changed interface, a reload).</summary>
    private void ForceSome()
    {
        var node = _nodes[_moreFaults.Below(_nodes.Length)];
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        _faultCounts.Count(FaultKind.ForcedGather);
        Say(node.Id, "is told to form a new ring");
        node.Engine!.ForceGather(node.Local(_queue.Now), node.Outbox);
        CarryOut(node);
    }

    private void SlowSome()
    {
        var node = _nodes[_moreFaults.Below(_nodes.Length)];
        if (!node.IsRunning || node.ServiceTime > 0)
        {
            return;
        }

        _faultCounts.Count(FaultKind.SlowNode);
        Say(node.Id, $"takes {_scenario.SlowService / 1000} us for a datagram");
        node.ServiceTime = _scenario.SlowService;
        _queue.Schedule(_queue.Now + _moreFaults.Exponential(_scenario.SlowHolds), new(SimulatedEventKind.SlowEnd, node.Id));
    }

    /// <summary>Forward only: a monotonic clock never goes back, and wall clocks reach no engine.</summary>
    private void StepSomeClock()
    {
        var node = _nodes[_moreFaults.Below(_nodes.Length)];
        if (node.IsPaused)
        {
            return;
        }

        var step = _moreFaults.Exponential(_scenario.ClockStepSize);
        _faultCounts.Count(FaultKind.ClockStep);
        Say(node.Id, $"its clock jumps by {step / 1_000_000} ms");
        node.ClockOffset += step;
        node.TimerScheduled = long.MaxValue;
        ScheduleTimer(node);
    }
}
