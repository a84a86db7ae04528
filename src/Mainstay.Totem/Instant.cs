namespace Mainstay.Totem;

/// <summary>
/// A point in monotonic time, in nanoseconds since an origin that the caller chooses. Never wall-clock time: it does not jump.
/// </summary>
/// <param name="Nanoseconds">Nanoseconds since the caller's origin; not negative.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>The origin.</summary>
    public static Instant Zero => default;

    /// <summary>Later than every instant; "no deadline".</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>Whether this stands for "no deadline".</summary>
    public bool IsNever => Nanoseconds == long.MaxValue;

    /// <summary>The instant so many milliseconds after the origin.</summary>
    public static Instant FromMilliseconds(long milliseconds) => new(checked(milliseconds * 1_000_000));

    /// <summary>The instant later by <paramref name="duration"/>.</summary>
    public static Instant operator +(Instant instant, TimeSpan duration) => new(checked(instant.Nanoseconds + (duration.Ticks * 100)));

    /// <summary>The time from <paramref name="earlier"/> to <paramref name="later"/>, in steps of 100 ns.</summary>
    public static TimeSpan operator -(Instant later, Instant earlier) => new((later.Nanoseconds - earlier.Nanoseconds) / 100);

    /// <summary>Earlier than.</summary>
    public static bool operator <(Instant left, Instant right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Later than.</summary>
    public static bool operator >(Instant left, Instant right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Not later than.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Nanoseconds >= right.Nanoseconds;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Milliseconds and microseconds, for traces.</summary>
    public override string ToString() => IsNever ? "never" : $"{Nanoseconds / 1_000_000}.{Nanoseconds / 1_000 % 1_000:000}ms";
}
