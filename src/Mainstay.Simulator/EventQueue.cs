namespace Mainstay.Simulator;

/// <summary>Virtual time: events in the order of (time, order of scheduling), so that there is exactly one order.</summary>
/// <typeparam name="TEvent">What happens.</typeparam>
public sealed class EventQueue<TEvent>
{
    private readonly PriorityQueue<TEvent, (long Time, long Order)> _queue = new();
    private long _scheduled;

    /// <summary>Virtual time in nanoseconds: that of the last event taken.</summary>
    public long Now { get; private set; }

    /// <summary>Events that wait.</summary>
    public int Count => _queue.Count;

    /// <summary>Schedules an event; one in the past happens now.</summary>
    public void Schedule(long time, TEvent happening) => _queue.Enqueue(happening, (Math.Max(time, Now), _scheduled++));

    /// <summary>Takes the next event that is not later than <paramref name="limit"/>; without one, time advances to the limit.</summary>
    public bool TryTake(long limit, out TEvent? happening)
    {
        if (_queue.TryPeek(out happening, out var priority) && priority.Time <= limit)
        {
            Now = priority.Time;
            _queue.Dequeue();
            return true;
        }

        Now = Math.Max(Now, limit);
        happening = default;
        return false;
    }
}
