using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Mainstay.Scheduler;

/// <summary>One end of an ordering between two actions; the two ends have separate flags (spec/scheduler-ordering.md section 1).</summary>
[SuppressMessage("Performance", "CA1815", Justification = "relations are not compared")]
internal struct Relation(PlanAction action, OrderFlags flags)
{
    public PlanAction Action { get; } = action;

    public OrderFlags Flags { get; set; } = flags;

    public bool IsGraphed { get; set; }
}

/// <summary>
/// The inputs or outputs of an action, oldest first. Most actions have few or none: an empty list takes no memory. While relations are
/// followed new ones are added, so that a place in the list is remembered by its number and never by reference.
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "lists are not compared")]
internal struct RelationList : IEnumerable<Relation>
{
    private Relation[]? _items;

    public int Count { get; private set; }

    /// <summary>True if the next item added moves the list, so that it may be shared until then.</summary>
    public readonly bool IsFull => Count == (_items?.Length ?? 0);

    public readonly ref Relation this[int index] => ref _items![index];

    public void Add(Relation relation)
    {
        if (_items is null) _items = new Relation[1];
        else if (Count == _items.Length) Array.Resize(ref _items, Count == 1 ? 4 : Count * 2);
        _items[Count++] = relation;
    }

    /// <summary>
    /// Makes a list like that of another action, in the same memory until one of the two grows. Only for outputs: nothing in them ever
    /// changes.
    /// </summary>
    public void Share(in RelationList other) => this = other;

    /// <summary>Makes room for more items than there are.</summary>
    public void Reserve(int more)
    {
        int needed = Count + more;
        if (_items is null) _items = new Relation[needed];
        else if (needed > _items.Length) Array.Resize(ref _items, needed);
    }

    /// <summary>Keeps the items up to a number and drops the rest.</summary>
    public void Truncate(int count)
    {
        Array.Clear(_items ?? [], count, Count - count);
        Count = count;
    }

    /// <summary>Brings the items into descending order of their actions' ids.</summary>
    public readonly void SortDescending()
    {
        if (_items is not null) MergeSort.Sort(_items, Count, static (a, b) => b.Action.Id.CompareTo(a.Action.Id));
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
