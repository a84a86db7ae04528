using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Mainstay.Cib;

/// <summary>
/// Names with values, sorted by the bytes of the names. Made for a dozen entries: two arrays and a binary search, where the framework's
/// sorted dictionary makes an object per entry.
/// </summary>
public sealed class TextMap : IEnumerable<KeyValuePair<string, string>>
{
    private const int CapacityMin = 8;

    private string[] _names = [];
    private string[] _values = [];

    /// <summary>The number of names.</summary>
    public int Count { get; private set; }

    /// <summary>The value of a name that is there; setting it adds the name if need be.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">There is no such name (reading).</exception>
    public string this[string name]
    {
        get => GetValueOrDefault(name) ?? throw new KeyNotFoundException($"there is no '{name}'");
        set
        {
            int place = Find(name);
            if (place >= 0) _values[place] = value;
            else Insert(~place, name, value);
        }
    }

    /// <summary>The value of a name, or <see langword="null"/>.</summary>
    /// <param name="name">The name.</param>
    public string? GetValueOrDefault(string name) => Find(name) is >= 0 and var place ? _values[place] : null;

    /// <summary>Looks up a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether it is there.</returns>
    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value) => (value = GetValueOrDefault(name)) is not null;

    /// <summary>Whether a name is there.</summary>
    /// <param name="name">The name.</param>
    public bool ContainsKey(string name) => Find(name) >= 0;

    /// <summary>Adds a name unless it is there.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether it was added.</returns>
    public bool TryAdd(string name, string value)
    {
        int place = Find(name);
        if (place >= 0) return false;
        Insert(~place, name, value);
        return true;
    }

    /// <summary>Removes a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string name)
    {
        int place = Find(name);
        if (place < 0) return false;
        Count--;
        Array.Copy(_names, place + 1, _names, place, Count - place);
        Array.Copy(_values, place + 1, _values, place, Count - place);
        return true;
    }

    /// <summary>All entries in their order.</summary>
    public KeyValuePair<string, string>[] ToArray()
    {
        var all = new KeyValuePair<string, string>[Count];
        for (int i = 0; i < all.Length; i++) all[i] = new KeyValuePair<string, string>(_names[i], _values[i]);
        return all;
    }

    /// <summary>Goes over the entries in their order. The map must not change meanwhile.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The place of the name, or the complement of where it belongs.
    private int Find(string name)
    {
        int low = 0;
        int high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = OrdinalText.Compare(_names[middle], name);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    private void Insert(int place, string name, string value)
    {
        if (Count == _names.Length)
        {
            int capacity = Math.Max(CapacityMin, 2 * Count);
            Array.Resize(ref _names, capacity);
            Array.Resize(ref _values, capacity);
        }

        Array.Copy(_names, place, _names, place + 1, Count - place);
        Array.Copy(_values, place, _values, place + 1, Count - place);
        (_names[place], _values[place]) = (name, value);
        Count++;
    }

    /// <summary>Goes over the entries of a map.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<string, string>>
    {
        private readonly TextMap _map;
        private int _place;

        internal Enumerator(TextMap map)
        {
            _map = map;
            _place = -1;
        }

        /// <inheritdoc/>
        public readonly KeyValuePair<string, string> Current => new(_map._names[_place], _map._values[_place]);

        /// <inheritdoc/>
        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_place < _map.Count;

        /// <inheritdoc/>
        public void Reset() => _place = -1;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
            // nothing to be released
        }
    }
}
