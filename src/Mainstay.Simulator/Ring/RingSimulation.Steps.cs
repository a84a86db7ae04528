using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>The event loop's steps: inputs to engines, and carrying out what they want.</content>
public sealed partial class RingSimulation
{
    private void Happen(in SimulatedEvent happening)
    {
        var node = happening.Node == 0 ? null : _nodes[happening.Node - 1];
        switch (happening.Kind)
        {
            case SimulatedEventKind.Datagram:
                Arrive(node!, happening.Packet!);
                break;
            case SimulatedEventKind.Timer:
                // An earlier deadline may have been scheduled since, or this one moved by a step of the clock.
                if (node!.TimerScheduled == _queue.Now)
                {
                    node.TimerScheduled = long.MaxValue;
                    Tick(node);
                }

                break;
            case SimulatedEventKind.Submit:
                Submit(node!);
                break;
            case SimulatedEventKind.Boot:
                Boot(node!);
                break;
            case SimulatedEventKind.Serve:
                Serve(node!);
                break;
            case SimulatedEventKind.Resume:
                Resume(node!);
                break;
            case SimulatedEventKind.Evidence:
                Evidence(happening.Node);
                break;
            case SimulatedEventKind.Stall:
                TellOfStall();
                break;
            case SimulatedEventKind.SlowEnd:
                node!.ServiceTime = 0;
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
            _identities.Forget(node.Id);
            _faultCounts.Count(FaultKind.StorageLost);
        }

        DropBacklog(node);
        node.Boot(_scenario);
        node.StartedAt = _queue.Now;
        _mayHaveConverged = true;
        Record(node.Id, 1, node.Incarnation);
        Say(node.Id, $"starts, stored ring sequence {node.Stored:x}{(isKept ? "" : " (storage lost)")}");
        foreach (var checker in _checkers)
        {
            checker.OnStart(node.Id, isKept);
        }

        StartKnet(node);
        node.Engine!.Start(node.Local(_queue.Now), node.Outbox);
        CarryOut(node);
    }

    /// <summary>A datagram reaches a node: its engine, or the queue of one that is paused or slow.</summary>
    private void Arrive(SimulatedNode node, SimulatedPacket packet)
    {
        var isBusy = node.BusyUntil > _queue.Now || node.Backlog.Count > 0;
        if (!node.IsRunning)
        {
            _packets.Release(packet);
        }
        else if (!node.IsPaused && !isBusy)
        {
            node.BusyUntil = _queue.Now + node.ServiceTime;
            Receive(node, packet);
        }
        else if (node.Backlog.Count >= _scenario.ReceiveQueueMax)
        {
            _faultCounts.Count(FaultKind.DatagramOverflowed);
            _packets.Release(packet);
        }
        else
        {
            node.Backlog.Enqueue(packet);
            if (!node.IsPaused && node.Backlog.Count == 1)
            {
                _queue.Schedule(node.BusyUntil, new(SimulatedEventKind.Serve, node.Id));
            }
        }
    }

    /// <summary>A slow node has time for the next datagram; one that is slow no more for all.</summary>
    private void Serve(SimulatedNode node)
    {
        if (!node.IsRunning || node.IsPaused || node.BusyUntil > _queue.Now)
        {
            return;
        }

        while (node.IsRunning && node.BusyUntil <= _queue.Now && node.Backlog.TryDequeue(out var packet))
        {
            node.BusyUntil = _queue.Now + node.ServiceTime;
            Receive(node, packet);
        }

        if (node.Backlog.Count > 0)
        {
            _queue.Schedule(node.BusyUntil, new(SimulatedEventKind.Serve, node.Id));
        }
    }

    private void Receive(SimulatedNode node, SimulatedPacket packet)
    {
        if (packet.Link >= 0)
        {
            ReceiveOnLink(node, packet);
            return;
        }

        Hear(node, packet.Wire, packet.Bytes);
        _packets.Release(packet);
        CarryOut(node);
    }

    /// <summary>The engine gets a packet of the ring.</summary>
    private void Hear(SimulatedNode node, in WirePacket wire, ReadOnlySpan<byte> bytes)
    {
        foreach (var checker in _checkers)
        {
            checker.OnReceive(node.Id, wire);
        }

        node.Engine!.HandleDatagram(node.Local(_queue.Now), bytes, node.Outbox);
    }

    private void DropBacklog(SimulatedNode node)
    {
        while (node.Backlog.TryDequeue(out var packet))
        {
            _packets.Release(packet);
        }
    }

    private void Tick(SimulatedNode node)
    {
        if (!node.IsRunning || node.IsPaused)
        {
            return;
        }

        TickKnet(node);
        if (node.IsRunning)
        {
            node.Engine!.HandleTimeout(node.Local(_queue.Now), node.Outbox);
            CarryOut(node);
        }
    }

    private void Submit(SimulatedNode node)
    {
        ScheduleSubmission(node.Id);
        var burst = _scenario.SubmitBurstMax > 1 ? 1 + _workload.Below(_scenario.SubmitBurstMax) : 1;
        for (var index = 0; index < burst; index++)
        {
            var size = _workload.Chance(300_000) ? _workload.Below(_scenario.MessageSizeMax) : 30;
            var isReady = _submitting && node.IsRunning && !node.IsPaused;
            var hasRoom = isReady && _messages.CountUndelivered(node.Id) <= _scenario.UndeliveredMax;
            if (hasRoom && node.TrySubmit(_queue.Now, size, out var message, out var digest))
            {
                Submitted(node, message, digest);
                CarryOut(node);
            }
        }
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
            var output = _mutation == RingMutation.None ? node.Outbox[index] : Mutate(node, node.Outbox[index]);
            if (IsCrashPoint(output))
            {
                _faultCounts.Count(FaultKind.CrashInChange);
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
                SendToken(node, output);
                break;
            case OutputKind.Multicast:
                SendAll(node, output);
                break;
            case OutputKind.StoreRingSequence:
                Store(node, output.RingSequence);
                break;
            case OutputKind.Deliver:
                Deliver(node, output);
                break;
            case OutputKind.ConfigurationChange:
                Configure(node, output.Change!);
                break;
            case OutputKind.DiscardReceived:
                DropBacklog(node);
                break;
            case OutputKind.Trace:
                Note(node, output.Trace);
                break;
            default:
                throw new InvalidOperationException($"unknown output {output.Kind}");
        }
    }

    private void Store(SimulatedNode node, ulong ringSequence)
    {
        Record(node.Id, 3, ringSequence);
        node.Stored = ringSequence;
        foreach (var checker in _checkers)
        {
            checker.OnStore(node.Id, ringSequence);
        }
    }

    private void SendToken(SimulatedNode node, in Output output)
    {
        var packet = BeginSend(node, output);
        if (node.Knet is { } knet && output.Node.Value != node.Id)
        {
            knet.Transport.Send(node.Local(_queue.Now), output.Node, output.Bytes.Span, knet.Sent);
            Flush(node, knet.Sent);
        }
        else
        {
            Transmit(node.Id, output.Node.Value, packet);
        }

        _packets.Release(packet);
    }

    private void SendAll(SimulatedNode node, in Output output)
    {
        var packet = BeginSend(node, output);
        if (node.Knet is { } knet)
        {
            knet.Transport.SendToAll(node.Local(_queue.Now), output.Bytes.Span, knet.Sent);
            Flush(node, knet.Sent);
            Transmit(node.Id, node.Id, packet);
        }
        else
        {
            foreach (var target in _nodes)
            {
                Transmit(node.Id, target.Id, packet);
            }
        }

        _packets.Release(packet);
    }

    private SimulatedPacket BeginSend(SimulatedNode node, in Output output)
    {
        var packet = _packets.Rent(output.Bytes.Span);
        Record(node.Id, 4, Digest.Of(packet.Bytes));
        var wire = packet.Wire;
        _identities.Note(wire);
        Say(
            node.Id,
            $"sends {wire.Type} ring {wire.Representative}.{wire.RingSequence:x} seq {wire.Sequence:x} tseq {wire.TokenSequence:x} aru "
                + $"{wire.Aru:x} to {Target(output)}");
        foreach (var checker in _checkers)
        {
            checker.OnSend(node.Id, wire, packet.Bytes);
        }

        return packet;

        static string Target(in Output output) => output.Kind == OutputKind.SendToken ? output.Node.ToString() : "all";
    }

    private void Transmit(uint source, uint target, SimulatedPacket packet)
    {
        Span<long> arrivals = stackalloc long[SimulatedNetwork.CopiesMax];
        var count = _links[0].Send(_queue.Now, source, target, packet.Wire.Type, arrivals);
        for (var index = 0; index < count; index++)
        {
            packet.References++;
            _queue.Schedule(arrivals[index], new(SimulatedEventKind.Datagram, target, packet));
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
            if (_mutation == RingMutation.None || !MutateMessage(node, origin, id, digest))
            {
                Tell(node, origin, id, digest);
            }

            if (id.IsSynchronisation && node.TakeSynchronisation(origin, message.Bytes))
            {
                Say(node.Id, "is synchronised");
                _mayHaveConverged = true;
                node.Assembler.SynchronisationFinished();
                node.Engine!.SynchronisationFinished(node.Local(_queue.Now), node.Ring, node.Outbox);
            }
        }
    }

    private void Tell(SimulatedNode node, uint origin, MessageId message, ulong digest)
    {
        foreach (var checker in _checkers)
        {
            checker.OnMessage(node.Id, origin, message, digest);
        }
    }

    private void Configure(SimulatedNode node, ConfigurationChange change)
    {
        _configurationCount++;
        _mayHaveConverged = true;
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
            node.Knet?.Watch.SetPeers(_scenario.IsUniform ? change.Members.Where(member => member.Value != node.Id) : []);
        }
    }

    private void Note(SimulatedNode node, in TraceEvent trace)
    {
        Record(node.Id, 8 + (uint)trace.Kind, trace.First ^ (trace.Second << 8));
        _coverage.Note(trace);
        _mayHaveConverged |= trace.Kind == TraceKind.StateChanged;
        ShowCheckers(node.Id, trace);
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

    private void ShowCheckers(uint node, in TraceEvent trace)
    {
        if (trace.Kind is not (TraceKind.StateChanged or TraceKind.GatherEntered))
        {
            return;
        }

        var ring = new RingKey(trace.Ring.Representative.Value, trace.Ring.Sequence);
        foreach (var checker in _checkers)
        {
            if (trace.Kind == TraceKind.StateChanged)
            {
                checker.OnState(node, (TotemState)trace.First, (TotemState)trace.Second, ring);
            }
            else
            {
                checker.OnGather(node, trace.Node.Value, ring);
            }
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

        var due = node.Global(node.NextDeadline);
        if (due < node.TimerScheduled)
        {
            node.TimerScheduled = Math.Max(due, _queue.Now);
            _queue.Schedule(due, new(SimulatedEventKind.Timer, node.Id));
        }
    }

    private void Record(uint node, uint kind, ulong value)
    {
        _history.Add(((ulong)_queue.Now << 12) ^ (node << 8) ^ kind);
        _history.Add(value);
    }
}
