using Mainstay.Knet.Wire;

namespace Mainstay.Knet.Fragments;

/// <summary>
/// The incomplete packets of one host, at most <see cref="KnetLimits.ReassembliesMax"/> (spec/knet-wire.md section 4). What falls too far
/// behind, or is oldest when all places are taken, is given up: the layer above asks again for what it misses.
/// </summary>
internal sealed class Reassembler(BufferPool pool)
{
    private readonly Reassembly[] _places = [.. Enumerable.Range(0, KnetLimits.ReassembliesMax).Select(_ => new Reassembly())];

    /// <summary>Incomplete packets given up.</summary>
    public long Abandoned { get; private set; }

    public int InUseCount
    {
        get
        {
            var count = 0;
            foreach (var place in _places)
            {
                if (place.IsInUse) count++;
            }

            return count;
        }
    }

    /// <summary>Adds a fragment of a packet that was not delivered yet.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="data">Its data.</param>
    /// <param name="highest">The highest number seen of this host.</param>
    /// <param name="whole">The whole packet; the caller calls <see cref="Release"/> when done with it.</param>
    public ReassemblyResult Add(in DataHeader header, ReadOnlySpan<byte> data, PacketSequence highest, out Reassembly? whole)
    {
        whole = null;
        if (highest.DistanceFrom(header.Sequence) > KnetLimits.ReassembliesMax) return ReassemblyResult.TooLate;
        var place = Find(header, highest);
        var isFirst = !place.IsInUse;
        if (isFirst) place.Begin(pool.Rent(), header);
        var result = place.Add(header, data);
        if (result == ReassemblyResult.Complete) whole = place;
        else if (isFirst && result == ReassemblyResult.Inconsistent) Release(place);
        return result;
    }

    public void Release(Reassembly place)
    {
        if (place.IsInUse) pool.Return(place.End());
    }

    public void Clear()
    {
        foreach (var place in _places) Release(place);
    }

    private Reassembly Find(in DataHeader header, PacketSequence highest)
    {
        Reassembly? free = null;
        var oldest = _places[0];
        foreach (var place in _places)
        {
            if (place.IsInUse && place.Sequence == header.Sequence) return place;
            if (place.IsInUse && highest.DistanceFrom(place.Sequence) > KnetLimits.ReassembliesMax) Abandon(place);
            if (!place.IsInUse) free ??= place;
            else if (oldest.IsInUse && place.Sequence.DistanceFrom(oldest.Sequence) < 0) oldest = place;
        }

        if (free is not null) return free;
        Abandon(oldest);
        return oldest;
    }

    private void Abandon(Reassembly place)
    {
        Abandoned++;
        Release(place);
    }
}
