namespace Mainstay.Ring.Client;

/// <summary>The queue of <see cref="IRing.Events"/>: both backends give up a connection whose events are not read.</summary>
internal static class RingEventQueue
{
    /// <summary>Said to who does not read.</summary>
    public const string Overrun = "this process does not read the ring's events fast enough";

    // The bound that the daemon has for its own side.
    private const long UnreadBytesMax = 64L * 1024 * 1024;
    private const int EventOverhead = 64;

    public static SizedQueue<RingEvent> Create() => new(UnreadBytesMax, SizeOf);

    private static int SizeOf(RingEvent happened) => EventOverhead + (happened is RingMessage message ? message.Payload.Length : 0);
}
