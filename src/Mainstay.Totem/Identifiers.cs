namespace Mainstay.Totem;

/// <summary>A node's id on the ring (spec/totem.md section 1.2). 0 is reserved: "none", and the leave marker in join headers.</summary>
/// <param name="Value">32-bit id; below 65536 where the transport is knet.</param>
public readonly record struct NodeId(uint Value) : IComparable<NodeId>
{
    /// <summary>No node (0).</summary>
    public static NodeId None => default;

    /// <summary>Whether this is no node.</summary>
    public bool IsNone => Value == 0;

    /// <summary>Lower id.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.Value < right.Value;

    /// <summary>Higher id.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.Value > right.Value;

    /// <summary>Not a higher id.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.Value <= right.Value;

    /// <summary>Not a lower id.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}

/// <summary>
/// Identity of a membership incarnation (spec/totem.md section 1.2): compared as a whole for equality; "newer" is decided by
/// <paramref name="Sequence"/> alone.
/// </summary>
/// <param name="Representative">The lowest node id of the members that formed it.</param>
/// <param name="Sequence">Grows with every configuration; survives restarts through the stored ring sequence.</param>
public readonly record struct RingId(NodeId Representative, ulong Sequence)
{
    /// <summary>Size on the wire, in bytes.</summary>
    public const int Size = 12;

    /// <summary>Representative and sequence in hexadecimal, as the reference prints it (<c>ab.5</c> for node 171).</summary>
    public override string ToString() => $"{Representative.Value:x}.{Sequence:x}";
}
