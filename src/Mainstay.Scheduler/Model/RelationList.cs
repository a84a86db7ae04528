using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Mainstay.Scheduler;

/// <summary>The inputs or outputs of an action, oldest first. Most actions have few or none: an empty list takes no memory.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "lists are not compared")]
internal struct RelationList : IEnumerable<Relation>
{
    private Relation[]? _items;

    public int Count { get; private set; }

    public readonly Relation this[int index] => _items![index];

    public void Add(Relation relation)
    {
        if (_items is null) _items = new Relation[2];
        else if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = relation;
    }

    /// <summary>Keeps the items up to a number and drops the rest.</summary>
    public void Truncate(int count)
    {
        Array.Clear(_items ?? [], count, Count - count);
        Count = count;
    }

    public readonly Span<Relation> AsSpan() => _items.AsSpan(0, Count);

    public readonly Relation? Find(Predicate<Relation> match)
    {
        foreach (var relation in AsSpan())
        {
            if (match(relation)) return relation;
        }

        return null;
    }

    public readonly bool Exists(Predicate<Relation> match) => Find(match) is not null;

    public readonly IEnumerator<Relation> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return _items![i];
    }

    readonly IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
