using Mainstay.Knet.Wire;

namespace Mainstay.Knet.Fragments;

/// <summary>
/// Which packets of one host were delivered, within a window behind the highest number seen (spec/knet-wire.md section 4). Copies come by
/// design where a host sends on several links.
/// </summary>
internal sealed class DuplicateFilter
{
    private readonly ulong[] _delivered = new ulong[KnetLimits.DuplicateWindow / 64];
    private PacketSequence _highest;

    /// <summary>The highest number seen; none after a reset.</summary>
    public PacketSequence Highest => _highest;

    /// <summary>Forgets everything: the next packet sets the reference.</summary>
    public void Reset() => Reset(default);

    /// <summary>Forgets everything and takes <paramref name="reference"/> for the highest number seen, not delivered.</summary>
    public void Reset(PacketSequence reference)
    {
        Array.Clear(_delivered);
        _highest = reference;
    }

    /// <summary>Notes a number. Whether its packet still has to be delivered.</summary>
    public bool IsNew(PacketSequence sequence)
    {
        if (_highest.IsNone)
        {
            _highest = sequence;
            return true;
        }

        var distance = sequence.DistanceFrom(_highest);
        if (Math.Abs(distance) >= KnetLimits.DuplicateWindow)
        {
            Reset(sequence);
            return true;
        }

        for (var step = 1; step <= distance; step++)
        {
            Clear((ushort)(_highest.Value + step));
        }

        if (distance > 0) _highest = sequence;
        return !IsDelivered(sequence);
    }

    /// <summary>The packet went to the layer above.</summary>
    public void MarkDelivered(PacketSequence sequence) =>
        _delivered[Index(sequence.Value) / 64] |= 1UL << (Index(sequence.Value) % 64);

    private bool IsDelivered(PacketSequence sequence) =>
        (_delivered[Index(sequence.Value) / 64] >> (Index(sequence.Value) % 64) & 1) != 0;

    private void Clear(ushort value) => _delivered[Index(value) / 64] &= ~(1UL << (Index(value) % 64));

    private static int Index(ushort value) => value % KnetLimits.DuplicateWindow;
}
