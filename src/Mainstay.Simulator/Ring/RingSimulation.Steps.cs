using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>The event loop's steps: inputs to engines, and carrying out what they want.</content>
public sealed partial class RingSimulation
{
    /// <summary>A workload that waits for its messages: endless queues would only make runs long.</summary>
    private const int BacklogMax = 40;

    private void Happen(SimulatedEvent happening)
    {
        var node = happening.Node == 0 ? null : _nodes[happening.Node - 1];
        switch (happening.Kind)
        {
            case SimulatedEventKind.Boot:
                Boot(node!);
                break;
            case SimulatedEventKind.Datagram:
                Receive(node!, happening.Bytes!);
                break;
            case SimulatedEventKind.Timer:
                node!.TimerScheduled = long.MaxValue;
                Tick(node);
                break;
            case SimulatedEventKind.Submit:
                Submit(node!);
                break;
            case SimulatedEventKind.Resume:
                Resume(node!);
                break;
            default:
                HappenFault(happening.Kind);
                break;
        }
    }

    private void Boot(SimulatedNode node)
    {
        if (node.IsRunning || node.IsGone)
        {
            return;
        }

        var isKept = !_faults.Chance(_scenario.Wipe) || node.Incarnation == 0;
        if (!isKept)
        {
            node.Stored = 0;
        }

        node.Boot(_scenario);
        Record(node.Id, 1, node.Incarnation);
        Say(node.Id, $"starts, stored ring sequence {node.Stored:x}{(isKept ? "" : " (storage lost)")}");
        foreach (var checker in _checkers)
        {
            checker.OnStart(node.Id, isKept);
        }

        node.Engine!.Start(node.Local(_queue.Now), node.Outbox);
        CarryOut(node);
    }

    private void Receive(SimulatedNode node, byte[] bytes)
    {
        if (!node.IsRunning)
        {
            return;
        }

        if (node.IsPaused)
        {
            node.Backlog.Enqueue(bytes);
            return;
        }

        var packet = WirePacket.Read(bytes);
        foreach (var checker in _checkers)
        {
            checker.OnReceive(node.Id, packet);
        }

        node.Engine!.HandleDatagram(node.Local(_queue.Now), bytes, node.Outbox);
        CarryOut(node);
    }

    private void Tick(SimulatedNode node)
    {
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        node.Engine!.HandleTimeout(node.Local(_queue.Now), node.Outbox);
        CarryOut(node);
    }

    private void Submit(SimulatedNode node)
    {
        ScheduleSubmission(node.Id);
        var size = _workload.Chance(300_000) ? _workload.Below(_scenario.MessageSizeMax) : 30;
        var isReady = _submitting && node.IsRunning && !node.IsPaused && _messages.CountUndelivered(node.Id) <= BacklogMax;
        if (!isReady || !node.TrySubmit(_queue.Now, size, out var message, out var digest))
        {
            return;
        }

        Submitted(node, message, digest);
        CarryOut(node);
    }

    private void Submitted(SimulatedNode node, MessageId message, ulong digest)
    {
        Record(node.Id, 2, digest);
        foreach (var checker in _checkers)
        {
            checker.OnSubmit(node.Id, message, digest);
        }
    }

    /// <summary>Carries the outputs out in order (the contract of <see cref="Outbox"/>); any of them may be the last.</summary>
    private void CarryOut(SimulatedNode node)
    {
        // Outputs may bring more outputs (a message completes the synchronisation), so the count is asked each time.
        for (var index = 0; node.IsRunning && index < node.Outbox.Count; index++)
        {
            var output = node.Outbox[index];
            if (IsCrashPoint(output))
            {
                Crash(node, "crashes in the middle of its outputs");
                return;
            }

            CarryOut(node, output);
            if (index == node.Outbox.Count - 1)
            {
                OfferSynchronisation(node);
            }
        }

        node.Outbox.Clear();
        ScheduleTimer(node);
    }

    private bool IsCrashPoint(in Output output) =>
        _faultsOn && _scenario.CrashInChange > 0
        && output.Kind is OutputKind.StoreRingSequence or OutputKind.ConfigurationChange or OutputKind.SendToken
        && (output.Kind != OutputKind.SendToken || output.Bytes.Span[3] == (byte)WireType.CommitToken)
        && _faults.Chance(_scenario.CrashInChange);

    private void CarryOut(SimulatedNode node, in Output output)
    {
        switch (output.Kind)
        {
            case OutputKind.SendToken:
                Send(node, output, [output.Node.Value]);
                break;
            case OutputKind.Multicast:
                Send(node, output, [.. _nodes.Select(target => target.Id)]);
                break;
            case OutputKind.StoreRingSequence:
                Record(node.Id, 3, output.RingSequence);
                node.Stored = output.RingSequence;
                foreach (var checker in _checkers)
                {
                    checker.OnStore(node.Id, output.RingSequence);
                }

                break;
            case OutputKind.Deliver:
                Deliver(node, output);
                break;
            case OutputKind.ConfigurationChange:
                Configure(node, output.Change!);
                break;
            case OutputKind.DiscardReceived:
                node.Backlog.Clear();
                break;
            case OutputKind.Trace:
                Note(node, output.Trace);
                break;
            default:
                throw new InvalidOperationException($"unknown output {output.Kind}");
        }
    }

    private void Send(SimulatedNode node, in Output output, ReadOnlySpan<uint> targets)
    {
        var bytes = output.Bytes.ToArray();
        Record(node.Id, 4, Digest.Of(bytes));
        var packet = WirePacket.Read(bytes);
        if (_trace is not null)
        {
            Say(
                node.Id,
                $"sends {packet.Type} ring {packet.Representative}.{packet.RingSequence:x} seq {packet.Sequence:x} "
                + $"tseq {packet.TokenSequence:x} aru {packet.Aru:x} to {(targets.Length == 1 ? targets[0].ToString() : "all")}");
        }

        foreach (var checker in _checkers)
        {
            checker.OnSend(node.Id, packet, bytes);
        }

        foreach (var target in targets)
        {
            _network.Send(_queue.Now, node.Id, target, bytes, time => _queue.Schedule(time, SimulatedEvent.Datagram(target, bytes)));
        }
    }

    private void Deliver(SimulatedNode node, in Output output)
    {
        var origin = output.Node.Value;
        var packetDigest = Digest.Of(output.Bytes.Span);
        Record(node.Id, 5, packetDigest);
        foreach (var checker in _checkers)
        {
            checker.OnPacket(node.Id, origin, packetDigest);
        }

        node.Assembler.Begin(output);
        while (node.Assembler.TryRead(out var message))
        {
            var id = SimulatedNode.ReadMessage(message.Bytes);
            var digest = Digest.Of(message.Bytes);
            Record(node.Id, 6, digest);
            Say(node.Id, $"delivers {id} ({message.Bytes.Length} bytes) of {origin}");
            foreach (var checker in _checkers)
            {
                checker.OnMessage(node.Id, origin, id, digest);
            }

            if (id.IsSynchronisation && node.TakeSynchronisation(origin, message.Bytes))
            {
                Say(node.Id, "is synchronised");
                node.Assembler.SynchronisationFinished();
                node.Engine!.SynchronisationFinished(node.Local(_queue.Now), node.Ring, node.Outbox);
            }
        }
    }

    private void Configure(SimulatedNode node, ConfigurationChange change)
    {
        _configurationCount++;
        var ring = new RingKey(change.Ring.Representative.Value, change.Ring.Sequence);
        uint[] members = [.. change.Members.Select(member => member.Value)];
        Record(node.Id, 7, ring.Sequence);
        Say(
            node.Id,
            $"{change.Kind} {ring} {{{string.Join(' ', members)}}} left {{{string.Join(' ', change.Left)}}} "
            + $"joined {{{string.Join(' ', change.Joined)}}}");
        foreach (var checker in _checkers)
        {
            checker.OnConfiguration(node.Id, change.Kind == ConfigurationKind.Regular, ring, members);
        }

        node.Assembler.HandleConfigurationChange(change);
        if (change.Kind == ConfigurationKind.Regular)
        {
            node.BeginSynchronisation(change);
        }
    }

    private void Note(SimulatedNode node, in TraceEvent trace)
    {
        Record(node.Id, 8 + (uint)trace.Kind, trace.First ^ (trace.Second << 8));
        _coverage.Note(trace);
        if (_trace is not null)
        {
            var text = trace.Kind switch
            {
                TraceKind.StateChanged => $"{(TotemState)trace.First} -> {(TotemState)trace.Second}",
                TraceKind.GatherEntered => $"gather: {(GatherReason)trace.First}",
                TraceKind.DatagramDropped => $"drops a datagram: {(DropReason)trace.First}",
                _ => $"{trace.Kind} {trace.First} {trace.Second}",
            };
            Say(node.Id, $"{text}{(trace.Node.IsNone ? "" : $" (node {trace.Node})")} ring {trace.Ring}");
        }
    }

    private void OfferSynchronisation(SimulatedNode node)
    {
        if (node.TrySubmitSynchronisation(_queue.Now, _workload, out var message, out var digest))
        {
            Submitted(node, message, digest);
        }
    }

    private void ScheduleTimer(SimulatedNode node)
    {
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        var due = node.Global(node.Engine!.NextDeadline);
        if (due < node.TimerScheduled)
        {
            node.TimerScheduled = due;
            _queue.Schedule(due, SimulatedEvent.Timer(node.Id));
        }
    }

    private void Record(uint node, uint kind, ulong value)
    {
        _history.Add(((ulong)_queue.Now << 12) ^ (node << 8) ^ kind);
        _history.Add(value);
    }
}
