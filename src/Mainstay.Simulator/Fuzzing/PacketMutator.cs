using System.Buffers.Binary;

namespace Mainstay.Simulator.Fuzzing;

/// <summary>Makes bad packets of good ones: bits, bytes, numbers at limits, lengths, pieces of other packets; and pure rubbish.</summary>
internal sealed class PacketMutator(IReadOnlyList<byte[]> corpus, Prng prng)
{
    private const int RubbishSizeMax = 300;
    private const int GrowthMax = 200;

    private readonly byte[] _buffer = new byte[128 * 1024];

    /// <summary>Values at which length checks go wrong.</summary>
    private static ReadOnlySpan<uint> Limits =>
        [0, 1, 2, 30, 31, 127, 128, 129, 255, 256, 384, 385, 16384, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x3FFFFFFF, 0x7FFFFFFF, 0x80000000,
            0xFFFFFFFF];

    /// <summary>The next packet; valid until the next call.</summary>
    public Memory<byte> Next()
    {
        var choice = prng.Below(16);
        if (choice == 0)
        {
            return Rubbish();
        }

        var source = corpus[prng.Below(corpus.Count)];
        source.CopyTo(_buffer, 0);
        var length = source.Length;

        // One in sixteen stays as it is: what is accepted must be seen to be.
        for (var count = choice == 1 ? 0 : 1 + prng.Below(4); count > 0; count--)
        {
            length = Mutate(length);
        }

        return _buffer.AsMemory(0, length);
    }

    private Memory<byte> Rubbish()
    {
        var length = prng.Below(RubbishSizeMax);
        Fill(_buffer.AsSpan(0, length));
        if (length > 4 && prng.Chance(500_000))
        {
            // Past the first check: the magic number and version of a ring packet, or the version of knet.
            ReadOnlySpan<byte> begin = prng.Chance(500_000) ? [0x70, 0xC0, 3, (byte)prng.Below(6)] : [1, (byte)(0x80 + prng.Below(5))];
            begin.CopyTo(_buffer);
        }

        return _buffer.AsMemory(0, length);
    }

    private int Mutate(int length)
    {
        if (length == 0)
        {
            return length;
        }

        var place = prng.Below(length);
        switch (prng.Below(7))
        {
            case 0:
                _buffer[place] ^= (byte)(1 << prng.Below(8));
                return length;
            case 1:
                _buffer[place] = (byte)prng.Next();
                return length;
            case 2 when length >= sizeof(uint):
                var limit = Limits[prng.Below(Limits.Length)];
                var target = _buffer.AsSpan(prng.Below(length - sizeof(uint) + 1));
                if (prng.Chance(800_000))
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(target, limit);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32BigEndian(target, limit);
                }

                return length;
            case 3 when length >= sizeof(ushort):
                BinaryPrimitives.WriteUInt16LittleEndian(
                    _buffer.AsSpan(prng.Below(length - 1)), (ushort)Limits[prng.Below(Limits.Length)]);
                return length;
            case 4:
                return place;
            case 5:
                var growth = Math.Min(prng.Below(GrowthMax), _buffer.Length - length);
                Fill(_buffer.AsSpan(length, growth));
                return length + growth;
            default:
                var other = corpus[prng.Below(corpus.Count)];
                var from = prng.Below(other.Length);
                var count = Math.Min(other.Length - from, _buffer.Length - place);
                other.AsSpan(from, count).CopyTo(_buffer.AsSpan(place));
                return Math.Max(length, place + count);
        }
    }

    private void Fill(Span<byte> bytes)
    {
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] = (byte)prng.Next();
        }
    }
}
