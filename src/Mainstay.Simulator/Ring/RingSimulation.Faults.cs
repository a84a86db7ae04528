namespace Mainstay.Simulator.Ring;

/// <content>Crashes, leaves, pauses and partitions.</content>
public sealed partial class RingSimulation
{
    private void HappenFault(SimulatedEventKind kind)
    {
        if (!_faultsOn)
        {
            return;
        }

        switch (kind)
        {
            case SimulatedEventKind.Partition:
                Partition();
                Schedule(_scenario.PartitionHolds, SimulatedEvent.Heal());
                break;
            case SimulatedEventKind.Heal:
                Say(0, "all paths are whole again");
                _network.HealAll();
                Schedule(_scenario.PartitionEvery, SimulatedEvent.Partition());
                break;
            case SimulatedEventKind.Crash:
                EndSome();
                Schedule(_scenario.CrashEvery, SimulatedEvent.Crash());
                break;
            case SimulatedEventKind.Pause:
                PauseSome();
                Schedule(_scenario.PauseEvery, SimulatedEvent.Pause());
                break;
            default:
                throw new InvalidOperationException($"unknown fault {kind}");
        }
    }

    private void EndSome()
    {
        var node = _nodes[_faults.Below(_nodes.Length)];
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        if (_faults.Chance(_scenario.Leave))
        {
            node.Engine!.Leave(node.Local(_queue.Now), node.Outbox);
            CarryOut(node);
            Stop(node, "leaves");
        }
        else
        {
            Crash(node, "crashes");
        }

        if (!node.IsRunning)
        {
            _queue.Schedule(_queue.Now + _faults.Exponential(_scenario.RestartAfter), SimulatedEvent.Boot(node.Id));
        }
    }

    private void Crash(SimulatedNode node, string how)
    {
        Stop(node, how);
        _queue.Schedule(_queue.Now + _faults.Exponential(_scenario.RestartAfter), SimulatedEvent.Boot(node.Id));
    }

    private void Stop(SimulatedNode node, string how)
    {
        if (!node.IsRunning)
        {
            return;
        }

        Say(node.Id, how);
        Record(node.Id, 40, 0);
        _coverage.Note(node.Engine!.Statistics, node.Assembler);
        node.Halt();
        foreach (var checker in _checkers)
        {
            checker.OnStop(node.Id);
        }
    }

    private void PauseSome()
    {
        var node = _nodes[_faults.Below(_nodes.Length)];
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        Say(node.Id, "is not scheduled");
        node.IsPaused = true;
        _queue.Schedule(_queue.Now + _faults.Exponential(_scenario.PauseHolds), SimulatedEvent.Resume(node.Id));
    }

    /// <summary>The process runs again: timers first or datagrams first, as its event loop happens to be.</summary>
    private void Resume(SimulatedNode node)
    {
        if (!node.IsRunning || !node.IsPaused)
        {
            return;
        }

        Say(node.Id, $"is scheduled again, {node.Backlog.Count} datagrams wait");
        node.IsPaused = false;
        if (_faults.Chance(500_000))
        {
            Tick(node);
        }

        while (node.IsRunning && node.Backlog.TryDequeue(out var bytes))
        {
            Receive(node, bytes);
        }

        Tick(node);
    }

    private void Partition()
    {
        var kind = _faults.Below(5);
        var side = new bool[_nodes.Length + 1];
        foreach (var node in _nodes)
        {
            side[node.Id] = _faults.Chance(500_000);
        }

        var one = (uint)_faults.Below(_nodes.Length) + 1;
        var other = (uint)_faults.Below(_nodes.Length) + 1;
        var sides = string.Join(' ', side.Skip(1).Select(value => value ? 1 : 0));
        Say(0, $"partition of kind {kind}: node {one}, node {other}, sides {sides}");
        foreach (var source in _nodes)
        {
            foreach (var target in _nodes)
            {
                var isCut = kind switch
                {
                    // One node alone.
                    0 => source.Id == one || target.Id == one,

                    // Two halves.
                    1 => side[source.Id] != side[target.Id],

                    // One direction of one path.
                    2 => source.Id == one && target.Id == other,

                    // Two halves with a node that sees both.
                    3 => side[source.Id] != side[target.Id] && source.Id != one && target.Id != one,

                    // One node that hears nobody, or that nobody hears.
                    _ => side[one] ? source.Id == one : target.Id == one,
                };
                if (isCut && source.Id != target.Id)
                {
                    _network.Cut(source.Id, target.Id);
                }
            }
        }
    }
}
