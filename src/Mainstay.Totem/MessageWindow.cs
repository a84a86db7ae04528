namespace Mainstay.Totem;

/// <summary>
/// The messages of one ring: raw packets by sequence (the "sort queue" of spec/totem.md section 1.4) with the four marks that
/// order them: released &lt;= delivered, released &lt;= aru &lt;= high.
/// </summary>
internal sealed class MessageWindow(PacketPool pool)
{
    private const int Mask = Limits.WindowSlots - 1;

    private readonly Packet[] _slots = new Packet[Limits.WindowSlots];
    private readonly ushort[] _missCounts = new ushort[Limits.WindowSlots];

    /// <summary>All received up to.</summary>
    public MessageSequence Aru { get; private set; }

    /// <summary>Highest received.</summary>
    public MessageSequence High { get; private set; }

    /// <summary>Highest delivered (or consumed by recovery).</summary>
    public MessageSequence Delivered { get; private set; }

    /// <summary>Highest released: everybody has it.</summary>
    public MessageSequence Released { get; private set; }

    /// <summary>Empties the window for a ring whose first message comes after <paramref name="start"/>.</summary>
    public void Reset(MessageSequence start)
    {
        for (var sequence = Released.Next; sequence <= High; sequence = sequence.Next)
        {
            Free(sequence);
        }

        _missCounts.AsSpan().Clear();
        Aru = High = Delivered = Released = start;
    }

    public bool IsInWindow(MessageSequence sequence) => Released.Next.DistanceTo(sequence) < Limits.WindowSlots;

    public bool Holds(MessageSequence sequence) => IsInWindow(sequence) && !_slots[sequence.Value & Mask].IsNone;

    public ReadOnlySpan<byte> this[MessageSequence sequence] => _slots[sequence.Value & Mask].Bytes;

    /// <summary>A message's memory; stays as it is until the packet's pool is recycled after its release.</summary>
    public ReadOnlyMemory<byte> Memory(MessageSequence sequence) => _slots[sequence.Value & Mask].Memory;

    /// <summary>Stores a packet that the window takes ownership of.</summary>
    public void Store(MessageSequence sequence, Packet packet)
    {
        Invariant.Check(IsInWindow(sequence), "a message outside the window was stored");
        ref var slot = ref _slots[sequence.Value & Mask];
        Invariant.Check(slot.IsNone, "a message was stored twice");
        slot = packet;
        _missCounts[sequence.Value & Mask] = 0;
        High = MessageSequence.Max(High, sequence);
        while (Aru < High && Holds(Aru.Next))
        {
            Aru = Aru.Next;
        }
    }

    /// <summary>Counts one more token visit that found a hole.</summary>
    /// <returns>The count.</returns>
    public uint CountMiss(MessageSequence sequence)
    {
        ref var count = ref _missCounts[sequence.Value & Mask];
        if (count < ushort.MaxValue)
        {
            count++;
        }

        return count;
    }

    /// <summary>Marks messages as delivered.</summary>
    public void SetDelivered(MessageSequence sequence)
    {
        Invariant.Check(sequence >= Delivered, "delivery went backward");
        Delivered = sequence;
    }

    /// <summary>Frees messages that everybody has.</summary>
    public void ReleaseTo(MessageSequence sequence)
    {
        Invariant.Check(sequence <= Delivered, "an undelivered message was released");
        while (Released < sequence)
        {
            Released = Released.Next;
            Free(Released);
        }

        Aru = MessageSequence.Max(Aru, Released);
    }

    private void Free(MessageSequence sequence)
    {
        ref var slot = ref _slots[sequence.Value & Mask];
        if (!slot.IsNone)
        {
            pool.Return(slot);
            slot = default;
        }

        _missCounts[sequence.Value & Mask] = 0;
    }
}
