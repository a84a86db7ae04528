using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Mainstay.Scheduler;

/// <summary>A dozen values by name, sorted bytewise: each resource has such a table for each of its operations.</summary>
internal sealed class SortedPairs : IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public int Count => _pairs.Count;

    public string this[string name]
    {
        set
        {
            int place = Place(name, out bool isKnown);
            if (isKnown) _pairs[place] = new(name, value);
            else _pairs.Insert(place, new(name, value));
        }
    }

    public bool TryAdd(string name, string value)
    {
        int place = Place(name, out bool isKnown);
        if (!isKnown) _pairs.Insert(place, new(name, value));
        return !isKnown;
    }

    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value)
    {
        int place = Place(name, out bool isKnown);
        value = isKnown ? _pairs[place].Value : null;
        return isKnown;
    }

    public string? GetValueOrDefault(string name) => TryGetValue(name, out string? value) ? value : null;

    public void Remove(string name)
    {
        int place = Place(name, out bool isKnown);
        if (isKnown) _pairs.RemoveAt(place);
    }

    public KeyValuePair<string, string>[] ToArray() => [.. _pairs];

    public List<KeyValuePair<string, string>>.Enumerator GetEnumerator() => _pairs.GetEnumerator();

    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() => _pairs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();

    /// <summary>Where a name is, or where it belongs. Names mostly come in their order.</summary>
    private int Place(string name, out bool isKnown)
    {
        int place = _pairs.Count;
        int order = 1;
        while (place > 0 && (order = string.CompareOrdinal(_pairs[place - 1].Key, name)) > 0) place--;
        isKnown = place > 0 && order == 0;
        return isKnown ? place - 1 : place;
    }
}
