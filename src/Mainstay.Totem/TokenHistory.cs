namespace Mainstay.Totem;

/// <summary>
/// The last tokens of this node (spec/totem.md section 9: what <c>mtt_rx_token</c>, <c>avg_token_workload</c> and <c>avg_backlog_calc</c>
/// are means of).
/// </summary>
public sealed class TokenHistory
{
    private const int Length = 100;

    private readonly Entry[] _entries = new Entry[Length];
    private int _count;
    private int _last = -1;

    /// <summary>Mean time from one token to the next; zero before the second.</summary>
    public TimeSpan MeanPeriod => _count < 2
        ? TimeSpan.Zero
        : (_entries[_last].Received - _entries[(_last + Length - _count + 1) % Length].Received) / (_count - 1);

    /// <summary>Mean time that a token stayed here: next to none, but for those that an idle ring's representative holds.</summary>
    public TimeSpan MeanStay
    {
        get
        {
            var total = TimeSpan.Zero;
            var count = 0;
            foreach (ref readonly var entry in _entries.AsSpan(0, _count))
            {
                if (entry.Sent.IsNever) continue;
                total += entry.Sent - entry.Received;
                count++;
            }

            return count == 0 ? TimeSpan.Zero : total / count;
        }
    }

    /// <summary>Mean number of packets that waited to be sent when a token came.</summary>
    public uint MeanBacklog
    {
        get
        {
            ulong total = 0;
            foreach (ref readonly var entry in _entries.AsSpan(0, _count)) total += entry.Backlog;
            return _count == 0 ? 0 : (uint)(total / (ulong)_count);
        }
    }

    internal void NoteReceived(Instant now)
    {
        _last = (_last + 1) % Length;
        _entries[_last] = new Entry { Received = now, Sent = Instant.Never };
        if (_count < Length) _count++;
    }

    internal void NoteBacklog(uint backlog)
    {
        if (_last >= 0) _entries[_last].Backlog = backlog;
    }

    internal void NoteSent(Instant now)
    {
        if (_last >= 0 && _entries[_last].Sent.IsNever) _entries[_last].Sent = now;
    }

    private struct Entry
    {
        public Instant Received;
        public Instant Sent;
        public uint Backlog;
    }
}
