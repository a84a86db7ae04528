using System.Numerics;

namespace Mainstay.Scheduler;

/// <summary>
/// The factor by which a dependent's scores count for its primary (spec/scheduler-placement.md section 8.9). Its arithmetic is that of IEEE
/// 754 binary32 (24 significant bits, ties to even), because the reference rounds so and the rounded results decide; written with
/// integers, so that it is the same on every machine. Exponents are not bounded: no chain of colocations is that long.
/// </summary>
internal readonly struct MergeFactor
{
    private const int MantissaBits = 24;

    private readonly bool _isNegative;
    private readonly ulong _mantissa;
    private readonly int _exponent;

    private MergeFactor(bool isNegative, ulong mantissa, int exponent)
    {
        _isNegative = isNegative;
        _mantissa = mantissa;
        _exponent = exponent;
    }

    /// <summary>The factor 1.</summary>
    public static MergeFactor One => Of(1);

    public bool IsNegative => _isNegative && _mantissa != 0;

    public bool IsOne => !_isNegative && _mantissa == One._mantissa && _exponent == One._exponent;

    /// <summary>True if nothing is left of any score here and along all further positive colocations.</summary>
    public bool IsTrace => IsPositive && Apply(Scores.Infinity) == 0;

    public bool IsPositive => !_isNegative && _mantissa != 0;

    /// <summary>The factor for the next colocation of a chain: this one times score / INFINITY.</summary>
    public MergeFactor Times(int score) => Multiply(this, Of(score)).DividedBy(Scores.Infinity);

    /// <summary>This factor applied to a score, rounded to the nearest integer, halves away from zero.</summary>
    public int Apply(int score)
    {
        var product = Multiply(this, Of(score));
        ulong magnitude;
        if (product._exponent >= 0)
        {
            magnitude = product._mantissa << Math.Min(product._exponent, 63 - MantissaBits);
        }
        else if (product._exponent < -MantissaBits - 1)
        {
            magnitude = 0;
        }
        else
        {
            magnitude = (product._mantissa + (1UL << (-product._exponent - 1))) >> -product._exponent;
        }

        int rounded = (int)Math.Min(magnitude, int.MaxValue);
        return product._isNegative ? -rounded : rounded;
    }

    private static MergeFactor Of(int value) => Rounded(value < 0, (ulong)Math.Abs((long)value), 0, false);

    private static MergeFactor Multiply(MergeFactor a, MergeFactor b) =>
        Rounded(a._isNegative != b._isNegative, a._mantissa * b._mantissa, a._exponent + b._exponent, false);

    private MergeFactor DividedBy(int divisor)
    {
        const int Extra = 63 - MantissaBits;
        ulong dividend = _mantissa << Extra;
        ulong quotient = dividend / (ulong)divisor;
        return Rounded(_isNegative, quotient, _exponent - Extra, quotient * (ulong)divisor != dividend);
    }

    private static MergeFactor Rounded(bool isNegative, ulong mantissa, int exponent, bool hasMore)
    {
        if (mantissa == 0) return default;
        int excess = (64 - BitOperations.LeadingZeroCount(mantissa)) - MantissaBits;
        if (excess <= 0) return new MergeFactor(isNegative, mantissa << -excess, exponent + excess);
        ulong half = 1UL << (excess - 1);
        ulong rest = mantissa & ((half << 1) - 1);
        ulong kept = mantissa >> excess;
        bool isUp = rest > half || (rest == half && (hasMore || (kept & 1) == 1));
        return new MergeFactor(isNegative, isUp ? kept + 1 : kept, exponent + excess);
    }
}
