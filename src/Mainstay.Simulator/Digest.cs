using System.Buffers.Binary;

namespace Mainstay.Simulator;

/// <summary>A running 64-bit digest (FNV-1a by words): compares histories and payloads; no protection against intent.</summary>
public struct Digest : IEquatable<Digest>
{
    private const ulong Offset = 14695981039346656037UL;
    private const ulong Prime = 1099511628211UL;
    private const int BlockSize = 4 * sizeof(ulong);
    private ulong _state;

    /// <summary>The digest so far.</summary>
    public readonly ulong Value => _state ^ Offset;

    /// <summary>The digest of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var digest = default(Digest);
        digest.Add(bytes);
        return digest.Value;
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        var state = Value;
        var rest = bytes;
        if (rest.Length >= BlockSize)
        {
            state = MixBlocks(state, ref rest);
        }

        while (rest.Length >= sizeof(ulong))
        {
            state = Mix(state, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            rest = rest[sizeof(ulong)..];
        }

        foreach (var value in rest)
        {
            state = Mix(state, value);
        }

        _state = Mix(state, (ulong)bytes.Length) ^ Offset;
    }

    /// <summary>Adds a number.</summary>
    public void Add(ulong number) => _state = Mix(Value, number) ^ Offset;

    /// <inheritdoc/>
    public readonly bool Equals(Digest other) => _state == other._state;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)_state;

    /// <summary>Equal digests.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Different digests.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    /// <summary>Four independent lanes: the processor multiplies them side by side.</summary>
    private static ulong MixBlocks(ulong state, ref ReadOnlySpan<byte> rest)
    {
        var (first, second, third, fourth) = (state, state + 1, state + 2, state + 3);
        while (rest.Length >= BlockSize)
        {
            first = Mix(first, BinaryPrimitives.ReadUInt64LittleEndian(rest));
            second = Mix(second, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
            third = Mix(third, BinaryPrimitives.ReadUInt64LittleEndian(rest[16..]));
            fourth = Mix(fourth, BinaryPrimitives.ReadUInt64LittleEndian(rest[24..]));
            rest = rest[BlockSize..];
        }

        return Mix(Mix(Mix(first, second), third), fourth);
    }

    private static ulong Mix(ulong state, ulong number)
    {
        var mixed = (state ^ number) * Prime;
        return mixed ^ (mixed >> 29);
    }
}
