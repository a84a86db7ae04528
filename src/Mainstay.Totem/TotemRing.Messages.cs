using Mainstay.Totem.Wire;

namespace Mainstay.Totem;

/// <content>Receiving and delivering data messages, and what messages of another ring mean (spec/totem.md sections 4.10 and 9.2).</content>
public sealed partial class TotemRing
{
    private void HandleMessage(ReadOnlySpan<byte> datagram, in PacketHeader header)
    {
        if (!MessagePacket.TryRead(datagram, header, out var packet) || datagram.Length > SizeMax(packet))
        {
            Drop(DropReason.Malformed, header.Sender);
            return;
        }

        switch (State)
        {
            case TotemState.Operational when packet.Ring == _ring && !_members.Contains(packet.Origin):
                // A node that lost its storage named two rings the same: the other one's.
                HandleForeign(packet.Origin, packet.Ring, GatherReason.ForeignMessageInOperational, GatherReason.ForeignMessageInGather);
                break;
            case TotemState.Operational when packet.Ring == _ring && !packet.IsEncapsulated:
                if (TryStore(_regular, packet, datagram))
                {
                    DeliverContiguous();
                }

                break;
            case TotemState.Operational when packet.Ring != _ring:
                HandleForeign(packet.Origin, packet.Ring, GatherReason.ForeignMessageInOperational, GatherReason.ForeignMessageInGather);
                break;

            // Messages of the ring we come from are still welcome: they need not be recovered.
            case TotemState.Gather when packet.Ring == InstalledRing && !packet.IsEncapsulated && _members.Contains(packet.Origin):
                Rule(TotemRule.MessageOfOldRingTaken);
                TryStore(_regular, packet, datagram);
                break;
            case TotemState.Gather when packet.Ring != _ring && packet.Ring != InstalledRing:
                HandleForeign(packet.Origin, packet.Ring, GatherReason.ForeignMessageInOperational, GatherReason.ForeignMessageInGather);
                break;

            // Plain messages too: a member that is operational already may send on the new ring. They wait in the new ring's window,
            // not in the old one's (a departure from the reference, spec/totem.md section 4.10).
            case TotemState.Recovery when packet.Ring == _ring && _newMembers.Contains(packet.Origin):
                if (!packet.IsEncapsulated)
                {
                    Rule(TotemRule.PlainMessageInRecovery);
                }

                if (TryStore(_recovery, packet, datagram) && packet.IsEncapsulated && _transitional.Contains(packet.Origin))
                {
                    NoteRecovered(datagram[MessagePacket.HeaderSize..]);
                }

                break;
            default:
                Drop(DropReason.NotInThisState, packet.Origin);
                break;
        }
    }

    /// <summary>A message must still fit a datagram when it is recovered, with a second header in front.</summary>
    private static int SizeMax(in MessagePacket packet) =>
        packet.IsEncapsulated ? Limits.DatagramSizeMax : Limits.DatagramSizeMax - Limits.MessageHeaderSize;

    private bool TryStore(MessageWindow window, in MessagePacket packet, ReadOnlySpan<byte> datagram)
    {
        NoteRepeat(packet.Sequence);
        if (!window.IsInWindow(packet.Sequence))
        {
            var isCopy = packet.Sequence <= window.Released;
            Rule(isCopy ? TotemRule.MessageCopyDropped : TotemRule.MessageOutsideWindowDropped);
            Drop(isCopy ? DropReason.Duplicate : DropReason.OutOfWindow, packet.Origin);
            return false;
        }

        if (window.Holds(packet.Sequence))
        {
            Rule(TotemRule.MessageCopyDropped);
            Drop(DropReason.Duplicate, packet.Origin);
            return false;
        }

        Statistics.MessagesReceived++;
        window.Store(packet.Sequence, _pool.RentCopy(datagram));
        return true;
    }

    /// <summary>Delivers in the regular configuration: up to the first hole.</summary>
    private void DeliverContiguous()
    {
        var window = _regular;
        while (window.Delivered < window.High && window.Holds(window.Delivered.Next))
        {
            var sequence = window.Delivered.Next;
            window.SetDelivered(sequence);
            Deliver(window.Memory(sequence));
        }
    }

    private void Deliver(ReadOnlyMemory<byte> packet)
    {
        var isRead = PacketHeader.TryRead(packet.Span, out var header);
        Invariant.Check(isRead, "a stored packet has no header");
        if (header.Encapsulation != PacketHeader.Plain)
        {
            return;
        }

        Statistics.MessagesDelivered++;
        _outbox.Add(new Output
        {
            Kind = OutputKind.Deliver,
            Node = header.Sender,
            Bytes = packet[MessagePacket.HeaderSize..],
            ForeignByteOrder = header.Order == ByteOrder.Big,
        });
    }

    private void HandleMergeDetect(ReadOnlySpan<byte> datagram, in PacketHeader header)
    {
        if (!MergeDetectPacket.TryRead(datagram, header, out var packet) || packet.Sender != header.Sender)
        {
            Drop(DropReason.Malformed, header.Sender);
            return;
        }

        Statistics.MergeDetectsReceived++;
        if (packet.Ring != _ring)
        {
            HandleForeign(packet.Sender, packet.Ring, GatherReason.MergeDetectInOperational, GatherReason.MergeDetectInGather);
        }
        else
        {
            Rule(TotemRule.MergeDetectOfOwnRingIgnored);
        }
    }

    /// <summary>Somebody lives in another ring.</summary>
    private void HandleForeign(NodeId sender, RingId ring, GatherReason operationalReason, GatherReason gatherReason)
    {
        if (sender == Self)
        {
            Drop(DropReason.OtherRing, sender);
            return;
        }

        if (IsHeldOut(sender))
        {
            Rule(TotemRule.HeldOutNodeUnheard);
            Drop(DropReason.HeldOut, sender);
            return;
        }

        switch (State)
        {
            case TotemState.Operational when !_allInstalled:
                Rule(TotemRule.OutsiderWaitsForInstallation);
                Drop(DropReason.OtherRing, sender);
                break;

            // A late packet of a ring that a member of ours was in before: no news (as old joins, spec/totem.md section 5.3).
            case TotemState.Operational when _members.Contains(sender) && ring.Sequence < _ring.Sequence:
                Rule(TotemRule.ForeignPacketOfThePastIgnored);
                Drop(DropReason.OtherRing, sender);
                break;
            case TotemState.Operational when _members.Contains(sender) && ring.Sequence > _ring.Sequence && IsReturningOnceTooOften(sender):
                break;
            case TotemState.Operational:
                _procSet.Add(sender);
                EnterGather(operationalReason, sender);
                break;
            case TotemState.Gather when !_procSet.Contains(sender) && _procSet.Add(sender):
                EnterGather(gatherReason, sender);
                break;
            default:
                Rule(TotemRule.ForeignKnownSenderIgnored);
                Drop(DropReason.OtherRing, sender);
                break;
        }
    }

    private void SendMergeDetect()
    {
        if (State != TotemState.Operational || !IsRepresentative)
        {
            return;
        }

        Rule(TotemRule.MergeDetectSent);
        Statistics.MergeDetectsSent++;
        new MergeDetectPacket(HeaderTo(PacketType.MergeDetect, NodeId.None), Self, _ring).Write(_scratch);
        Multicast(_scratch.AsSpan(0, MergeDetectPacket.Size));
    }
}
