namespace Mainstay.Simulator;

/// <summary>
/// Virtual time: events in the order of (time, order of scheduling), so that there is exactly one order. A heap of four children per node,
/// whose entries carry their keys: most of a simulation's time would otherwise go into comparing.
/// </summary>
/// <typeparam name="TEvent">What happens.</typeparam>
public sealed class EventQueue<TEvent>
{
    private const int Arity = 4;

    private Entry[] _heap = new Entry[256];
    private long _scheduled;

    /// <summary>Virtual time in nanoseconds: that of the last event taken.</summary>
    public long Now { get; private set; }

    /// <summary>Events that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Schedules an event; one in the past happens now.</summary>
    public void Schedule(long time, TEvent happening)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Count * 2);
        }

        var entry = new Entry(Math.Max(time, Now), _scheduled++, happening);
        var index = Count++;
        while (index > 0)
        {
            var parent = (index - 1) / Arity;
            if (!entry.IsBefore(_heap[parent]))
            {
                break;
            }

            _heap[index] = _heap[parent];
            index = parent;
        }

        _heap[index] = entry;
    }

    /// <summary>Takes the next event that is not later than <paramref name="limit"/>; without one, time advances to the limit.</summary>
    public bool TryTake(long limit, out TEvent? happening)
    {
        if (Count > 0 && _heap[0].Time <= limit)
        {
            Now = _heap[0].Time;
            happening = _heap[0].Event;
            RemoveFirst();
            return true;
        }

        Now = Math.Max(Now, limit);
        happening = default;
        return false;
    }

    private void RemoveFirst()
    {
        var last = _heap[--Count];
        _heap[Count] = default;
        var index = 0;
        while (true)
        {
            var child = (index * Arity) + 1;
            if (child >= Count)
            {
                break;
            }

            var least = child;
            var end = Math.Min(child + Arity, Count);
            for (var other = child + 1; other < end; other++)
            {
                if (_heap[other].IsBefore(_heap[least]))
                {
                    least = other;
                }
            }

            if (!_heap[least].IsBefore(last))
            {
                break;
            }

            _heap[index] = _heap[least];
            index = least;
        }

        if (Count > 0)
        {
            _heap[index] = last;
        }
    }

    private readonly struct Entry(long time, long order, TEvent happening)
    {
        private readonly long _order = order;

        public long Time { get; } = time;

        public TEvent Event { get; } = happening;

        public bool IsBefore(in Entry other) => Time < other.Time || (Time == other.Time && _order < other._order);
    }
}
