using System.Collections;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Utilization by name, sorted bytewise: a handful of numbers that are compared and changed all the time.</summary>
internal sealed class Amounts : IEnumerable<KeyValuePair<string, int>>
{
    private readonly List<KeyValuePair<string, int>> _amounts = [];

    public int Count => _amounts.Count;

    public int this[string name]
    {
        get => TryGetValue(name, out int amount) ? amount : throw new KeyNotFoundException(name);
        set
        {
            int place = 0;
            while (place < _amounts.Count && OrdinalText.Compare(_amounts[place].Key, name) < 0) place++;
            if (place < _amounts.Count && _amounts[place].Key == name) _amounts[place] = new(name, value);
            else _amounts.Insert(place, new(name, value));
        }
    }

    public void Clear() => _amounts.Clear();

    public bool TryGetValue(string name, out int amount)
    {
        foreach (var pair in _amounts)
        {
            if (pair.Key != name) continue;
            amount = pair.Value;
            return true;
        }

        amount = 0;
        return false;
    }

    public bool ContainsKey(string name) => TryGetValue(name, out _);

    public int GetValueOrDefault(string name) => TryGetValue(name, out int amount) ? amount : 0;

    public List<KeyValuePair<string, int>>.Enumerator GetEnumerator() => _amounts.GetEnumerator();

    IEnumerator<KeyValuePair<string, int>> IEnumerable<KeyValuePair<string, int>>.GetEnumerator() => _amounts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _amounts.GetEnumerator();
}
