namespace Mainstay.Testing;

/// <summary>
/// When the command lines under <c>cases/cli</c> were recorded. Their inputs hold dates of the days around it ("has not yet taken
/// effect"), so that what was recorded is true at that moment only, and tests of it run then.
/// </summary>
public static class RecordingTime
{
    /// <summary>A moment of the day of the recording.</summary>
    public static DateTimeOffset Moment { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A clock that stands at <see cref="Moment"/>, in UTC as the recording was.</summary>
    public static TimeProvider Clock { get; } = new StoppedClock();

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Moment;
    }
}
