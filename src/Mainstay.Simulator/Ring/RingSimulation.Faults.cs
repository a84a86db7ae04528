using Mainstay.Totem;

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
                Schedule(_faults, _scenario.PartitionHolds, SimulatedEventKind.Heal);
                break;
            case SimulatedEventKind.Heal:
                Say(0, "all paths are whole again");
                foreach (var link in _links)
                {
                    link.EndPartition();
                }

                Schedule(_faults, _scenario.PartitionEvery, SimulatedEventKind.Partition);
                break;
            case SimulatedEventKind.Crash:
                EndSome();
                Schedule(_faults, _scenario.CrashEvery, SimulatedEventKind.Crash);
                break;
            case SimulatedEventKind.Pause:
                PauseSome();
                Schedule(_faults, _scenario.PauseEvery, SimulatedEventKind.Pause);
                break;
            case SimulatedEventKind.FlapBegin:
                BeginFlapping();
                break;
            case SimulatedEventKind.FlapToggle:
                ToggleFlapping();
                break;
            case SimulatedEventKind.SlowBegin:
                SlowSome();
                Schedule(_moreFaults, _scenario.SlowEvery, SimulatedEventKind.SlowBegin);
                break;
            case SimulatedEventKind.ClockStep:
                StepSomeClock();
                Schedule(_moreFaults, _scenario.ClockStepEvery, SimulatedEventKind.ClockStep);
                break;
            case SimulatedEventKind.HalfDead:
                DisturbOnce();
                break;
            case SimulatedEventKind.MtuChange:
                ChangeMtu();
                break;
            case SimulatedEventKind.Force:
                ForceSome();
                Schedule(_moreFaults, _scenario.ForceEvery, SimulatedEventKind.Force);
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
            _faultCounts.Count(FaultKind.Leave);
            Stop(node, "leaves");
        }
        else
        {
            _faultCounts.Count(FaultKind.Crash);
            Crash(node, "crashes");
        }

        if (!node.IsRunning)
        {
            _queue.Schedule(_queue.Now + _faults.Exponential(_scenario.RestartAfter), new(SimulatedEventKind.Boot, node.Id));
        }
    }

    private void Crash(SimulatedNode node, string how)
    {
        Stop(node, how);
        _queue.Schedule(_queue.Now + _faults.Exponential(_scenario.RestartAfter), new(SimulatedEventKind.Boot, node.Id));
    }

    private void Stop(SimulatedNode node, string how)
    {
        if (!node.IsRunning)
        {
            return;
        }

        Say(node.Id, how);
        Record(node.Id, 40, 0);
        NoteEnd(node);
        ScheduleEvidence(_scenario.EvidenceOfCrash, node.Id);
        DropBacklog(node);
        node.Halt();
        _mayHaveConverged = true;
        foreach (var checker in _checkers)
        {
            checker.OnStop(node.Id);
        }
    }

    /// <summary>What the counters of a node tell, at the end of its life.</summary>
    private void NoteEnd(SimulatedNode node)
    {
        node.UpTime += _queue.Now - node.StartedAt;
        _coverage.Note(node.Engine!.Statistics, node.Assembler);
        if (node.Knet is { } knet)
        {
            _coverage.Note(knet.Transport.Statistics);
        }
    }

    private void PauseSome()
    {
        var node = _nodes[_faults.Below(_nodes.Length)];
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        var isSuspended = _scenario.Suspension > 0 && _moreFaults.Chance(_scenario.Suspension);
        _faultCounts.Count(isSuspended ? FaultKind.Suspension : FaultKind.Pause);
        Say(node.Id, isSuspended ? "stands still, with its clock" : "is not scheduled");
        node.IsPaused = true;
        node.ClockStoppedAt = isSuspended ? node.Local(_queue.Now) : Instant.Never;
        _queue.Schedule(_queue.Now + _faults.Exponential(_scenario.PauseHolds), new(SimulatedEventKind.Resume, node.Id));
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
        node.BusyUntil = 0;
        _mayHaveConverged = true;
        if (!node.ClockStoppedAt.IsNever)
        {
            node.ClockOffset -= node.Local(_queue.Now).Nanoseconds - node.ClockStoppedAt.Nanoseconds;
            node.ClockStoppedAt = Instant.Never;
            node.TimerScheduled = long.MaxValue;
        }

        if (_faults.Chance(500_000))
        {
            Tick(node);
        }

        while (node.IsRunning && node.Backlog.TryDequeue(out var packet))
        {
            Receive(node, packet);
        }

        Tick(node);
    }

    private void Partition()
    {
        _faultCounts.Count(FaultKind.Partition);
        var kind = _faults.Below(5);
        var side = new bool[_nodes.Length + 1];
        foreach (var node in _nodes)
        {
            side[node.Id] = _faults.Chance(500_000);
        }

        var one = (uint)_faults.Below(_nodes.Length) + 1;
        var other = (uint)_faults.Below(_nodes.Length) + 1;
        Say(0, $"partition of kind {kind}: node {one}, node {other}, sides "
            + $"{string.Join(' ', side.Skip(1).Select(value => value ? 1 : 0))}");
        var links = DrawLinks();
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
                    foreach (var link in links)
                    {
                        link.Cut(source.Id, target.Id);
                    }
                }
            }
        }
    }
}
