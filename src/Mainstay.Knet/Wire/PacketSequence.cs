namespace Mainstay.Knet.Wire;

/// <summary>Sequence number of a data packet; wraps from 65535 to 1, and 0 is "none yet" (spec/knet-wire.md sections 1.1 and 4).</summary>
/// <param name="Value">The number on the wire.</param>
internal readonly record struct PacketSequence(ushort Value)
{
    /// <summary>Whether no packet was sent yet.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The number after this one; never 0.</summary>
    public PacketSequence Next => Value == ushort.MaxValue ? new(1) : new((ushort)(Value + 1));

    /// <summary>Steps from <paramref name="earlier"/> to this number: negative where this one is behind.</summary>
    public int DistanceFrom(PacketSequence earlier) => (short)(ushort)(Value - earlier.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
