namespace Mainstay.Simulator;

/// <summary>
/// xoshiro256** seeded by splitmix64: the simulator's only source of randomness. Its sequence is part of our contract: a seed means the
/// same run on every machine and with every version of .NET.
/// </summary>
public sealed class Prng
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>One stream of a seed. Streams are independent: a draw more in one does not shift the others.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="stream">Which stream.</param>
    public Prng(ulong seed, ulong stream)
    {
        var state = seed ^ (stream * 0xD1342543DE82EF95UL);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1; the bias is below 2^-32 for the small bounds used here.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)((Next() >> 32) * (ulong)bound >> 32);
    }

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public long Between(long low, long high) => low + (long)(Next() % (ulong)(high - low + 1));

    /// <summary>True with a probability in millionths.</summary>
    public bool Chance(int millionths) => Below(1_000_000) < millionths;

    /// <summary>
    /// An exponentially distributed number with the given mean, at most 20 times it; in integers, so that no platform rounds differently.
    /// </summary>
    public long Exponential(long mean)
    {
        // Sum over the bits of a geometric number, refined linearly inside each halving: close enough to exp, and exact everywhere.
        long halvings = 0;
        while (halvings < 28 && (Next() & 1) == 0)
        {
            halvings++;
        }

        var fraction = (long)(Next() & 0xFFFF);
        return (mean * 693 / 1000 * halvings) + (mean * 693 / 1000 * fraction / 0x10000);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
