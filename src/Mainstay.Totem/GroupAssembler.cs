namespace Mainstay.Totem;

/// <summary>One message of a group, reassembled.</summary>
public readonly ref struct GroupMessage
{
    internal GroupMessage(NodeId origin, MessageGroup groups, ReadOnlySpan<byte> bytes, bool foreignByteOrder)
    {
        Origin = origin;
        Groups = groups;
        Bytes = bytes;
        ForeignByteOrder = foreignByteOrder;
    }

    /// <summary>Who sent it.</summary>
    public NodeId Origin { get; }

    /// <summary>The groups it is addressed to.</summary>
    public MessageGroup Groups { get; }

    /// <summary>The message after the group header; valid until the next call on the assembler.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Whether its integers are in the other byte order (big-endian).</summary>
    public bool ForeignByteOrder { get; }
}

/// <summary>
/// The receiving half of the group layer (spec/ring-wire.md section 3.3): turns delivered packets into messages. It keeps two sets of
/// reassembly states, one for normal operation and one from a regular configuration change until synchronisation ends.
/// </summary>
/// <remarks>
/// Usage: for <see cref="OutputKind.Deliver"/> call <see cref="Begin"/>, then <see cref="TryRead"/> until it returns false. Whoever handles
/// the last message of a synchronisation calls <see cref="SynchronisationFinished"/> at once, before reading on: the rest of the
/// outbox may already belong to normal operation.
/// </remarks>
public sealed class GroupAssembler
{
    /// <summary>Packets dropped because they were malformed.</summary>
    public long PacketsMalformed { get; private set; }

    /// <summary>Beginnings or ends of messages dropped because the rest was sent before this node joined or after the sender left.</summary>
    public long FragmentsDropped { get; private set; }

    /// <summary>Messages dropped because they are for no known group or have a bad group header.</summary>
    public long MessagesIgnored { get; private set; }

    /// <summary>Takes a delivered packet; what is unread of the previous one is lost.</summary>
    public void Begin(in Output deliver) => throw new NotImplementedException();

    /// <summary>The next complete message of the packet.</summary>
    public bool TryRead(out GroupMessage message) => throw new NotImplementedException();

    /// <summary>A configuration change came out of the engine.</summary>
    public void HandleConfigurationChange(ConfigurationChange change) => throw new NotImplementedException();

    /// <summary>Synchronisation ended: back to the states of normal operation.</summary>
    public void SynchronisationFinished() => throw new NotImplementedException();
}
