using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Mainstay.Ring.Client;

/// <summary>
/// A queue between the thread that receives and the program's readers, bounded by the memory that waits in it. Who receives must not wait
/// for a reader, or answers to requests would wait with it: a queue that is full is for its owner to give up.
/// </summary>
internal sealed class SizedQueue<T>
{
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>();
    private readonly long _sizeMax;
    private readonly Func<T, int> _sizeOf;
    private long _size;

    /// <param name="sizeMax">Bytes that may wait.</param>
    /// <param name="sizeOf">Bytes of an item.</param>
    public SizedQueue(long sizeMax, Func<T, int> sizeOf)
    {
        _sizeMax = sizeMax;
        _sizeOf = sizeOf;
        Reader = new CountedReader(this);
    }

    /// <summary>The readers' end; it counts what is taken out.</summary>
    public ChannelReader<T> Reader { get; }

    /// <summary>Adds an item; false where there is no room for it.</summary>
    public bool TryAdd(T item)
    {
        if (!TryReserve(item)) return false;
        _items.Writer.TryWrite(item);
        return true;
    }

    /// <summary>Makes room for an item that is added later, by <see cref="AddReserved"/>; false where there is none.</summary>
    public bool TryReserve(T item) => Interlocked.Add(ref _size, _sizeOf(item)) <= _sizeMax;

    /// <summary>Adds an item for which there is room.</summary>
    public void AddReserved(T item) => _items.Writer.TryWrite(item);

    /// <summary>Nothing more comes.</summary>
    public void End() => _items.Writer.TryComplete();

    /// <summary>Nothing more comes but this.</summary>
    public void End(T last)
    {
        Interlocked.Add(ref _size, _sizeOf(last));
        _items.Writer.TryWrite(last);
        _items.Writer.TryComplete();
    }

    private sealed class CountedReader(SizedQueue<T> owner) : ChannelReader<T>
    {
        private readonly ChannelReader<T> _inner = owner._items.Reader;

        public override Task Completion => _inner.Completion;

        public override bool CanCount => _inner.CanCount;

        public override int Count => _inner.Count;

        public override bool TryRead([MaybeNullWhen(false)] out T item)
        {
            if (!_inner.TryRead(out item)) return false;
            Interlocked.Add(ref owner._size, -owner._sizeOf(item));
            return true;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
            _inner.WaitToReadAsync(cancellationToken);
    }
}
