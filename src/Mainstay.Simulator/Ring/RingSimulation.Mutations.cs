using System.Buffers.Binary;
using Mainstay.Simulator.Ring.Checkers;
using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>Runs that are wrong on purpose (<see cref="RingMutation"/>).</content>
public sealed partial class RingSimulation
{
    /// <summary>Single mutations happen at this opportunity: late enough for something to break.</summary>
    private const int MutationTurn = 12;

    /// <summary>Messages that a held-back message lets pass.</summary>
    private const int HeldBackFor = 3;

    private static readonly NodeId s_stranger = new(33);

    private readonly List<(uint Origin, MessageId Message, ulong Digest)> _heldBack = [];
    private int _opportunities;
    private int _passed;

    private bool IsTurn => ++_opportunities == MutationTurn;

    private Output Mutate(SimulatedNode node, in Output output)
    {
        var isRegular = output.Change is { Kind: ConfigurationKind.Regular };
        switch (_mutation)
        {
            case RingMutation.TransitionalLeftOut when output.Change is { Kind: ConfigurationKind.Transitional }:
            case RingMutation.RingSequenceNotStored when output.Kind == OutputKind.StoreRingSequence:
            case RingMutation.PacketSwallowed when output.Kind == OutputKind.Deliver && IsTurn:
            case RingMutation.TokensLostInCalm when output.Kind == OutputKind.SendToken && _calmBegun:
                return new Output { Kind = OutputKind.Trace };
            case RingMutation.SelfMissing when isRegular:
                return WithChange(output, output.Change!.Ring, [.. output.Change.Members.Where(member => member.Value != node.Id)]);
            case RingMutation.StrangerInstalled when isRegular && node.Id == 1:
                return WithChange(output, output.Change!.Ring, [.. output.Change.Members, s_stranger]);
            case RingMutation.RingIdReused when isRegular:
                return WithChange(output, output.Change!.Ring with { Sequence = 5 }, [.. output.Change.Members]);
            case RingMutation.HighestRepresents when isRegular:
                var highest = output.Change!.Members[^1];
                return WithChange(output, output.Change.Ring with { Representative = highest }, [.. output.Change.Members]);
            case RingMutation.SenderForged when output.Kind == OutputKind.Deliver && IsTurn:
                return output with { Node = s_stranger };
            case RingMutation.DeliveredTwice when output.Kind == OutputKind.Deliver && IsTurn:
                CarryOut(node, output);
                return output;
            case RingMutation.MessageAltered when output.Kind == OutputKind.Deliver && IsTurn:
                return Patch(output, output.Bytes.Length - 1, value => value ^ 1, size: 1);
            case RingMutation.PlaceTakenTwice when IsPacket(output, WireType.Message) && IsTurn:
                return Patch(output, 17, value => value - 1);
            case RingMutation.TokenNumberSkipped when IsPacket(output, WireType.Token) && IsTurn:
                return Patch(output, 17, value => value + 1);
            case RingMutation.SequenceRunsAhead when IsPacket(output, WireType.Token) && IsTurn:
                return Patch(output, 13, value => value + 20_000);
            case RingMutation.AruOverstated when IsPacket(output, WireType.Token):
                var sequence = BinaryPrimitives.ReadUInt32LittleEndian(output.Bytes.Span[13..]);
                return Patch(output, 21, _ => sequence);
            default:
                return output;
        }
    }

    /// <summary>What the upper layer of a node does with a message, if it is not right.</summary>
    /// <returns>Whether the message is taken care of.</returns>
    private bool MutateMessage(SimulatedNode node, uint origin, MessageId message, ulong digest)
    {
        switch (_mutation)
        {
            case RingMutation.MessageSwallowed when origin != node.Id && !message.IsSynchronisation:
            case RingMutation.OwnMessageSwallowed when origin == node.Id && !message.IsSynchronisation:
                return IsTurn;
            case RingMutation.SuccessorFirst or RingMutation.AnswersFirst when node.Id == 1 && !message.IsSynchronisation && origin != 1:
                return HoldBack(node, origin, message, digest);
            default:
                return false;
        }
    }

    private bool HoldBack(SimulatedNode node, uint origin, MessageId message, ulong digest)
    {
        if (_heldBack.Count == 0)
        {
            if (!IsTurn)
            {
                return false;
            }

            _heldBack.Add((origin, message, digest));
            return true;
        }

        var ownSuccessor = origin == _heldBack[0].Origin;
        if (_mutation == RingMutation.AnswersFirst && ownSuccessor)
        {
            return true;
        }

        Tell(node, origin, message, digest);
        if ((_mutation == RingMutation.SuccessorFirst && ownSuccessor) || ++_passed == HeldBackFor)
        {
            Tell(node, _heldBack[0].Origin, _heldBack[0].Message, _heldBack[0].Digest);
        }

        return true;
    }

    private static bool IsPacket(in Output output, WireType type) =>
        output.Kind is OutputKind.SendToken or OutputKind.Multicast && output.Bytes.Span[3] == (byte)type;

    private static Output WithChange(in Output output, RingId ring, NodeId[] members)
    {
        var change = output.Change!;
        return output with { Change = new ConfigurationChange(change.Kind, ring, [.. members], change.Left, change.Joined) };
    }

    private static Output Patch(in Output output, int offset, Func<uint, uint> change, int size = sizeof(uint))
    {
        var bytes = output.Bytes.ToArray();
        if (size == 1)
        {
            bytes[offset] = (byte)change(bytes[offset]);
        }
        else
        {
            var field = bytes.AsSpan(offset, size);
            BinaryPrimitives.WriteUInt32LittleEndian(field, change(BinaryPrimitives.ReadUInt32LittleEndian(field)));
        }

        return output with { Bytes = bytes };
    }
}
