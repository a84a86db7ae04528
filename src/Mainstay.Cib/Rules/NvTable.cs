using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>A table of names and values in order of insertion; the first value of a name stays.</summary>
public sealed class NvTable
{
    // Nearly all tables have a dozen names: comparing them costs less than hashing.
    private const int UnindexedMax = 16;

    private readonly List<NvValue> _values = [];
    private Dictionary<string, int>? _index;

    /// <summary>The number of names.</summary>
    public int Count => _values.Count;

    /// <summary>All values in order of insertion.</summary>
    public IReadOnlyList<NvValue> Values => _values;

    /// <summary>The value of a name, or <see langword="null"/>.</summary>
    /// <param name="name">The name.</param>
    public string? this[string name] => Find(name) is >= 0 and var place ? _values[place].Value : null;

    /// <summary>The element that gave a name its value, or <see langword="null"/>.</summary>
    /// <param name="name">The name.</param>
    public XElement? SourceOf(string name) => Find(name) is >= 0 and var place ? _values[place].Source : null;

    /// <summary>Whether the name has a value.</summary>
    /// <param name="name">The name.</param>
    public bool Contains(string name) => Find(name) >= 0;

    /// <summary>Adds a value unless the name has one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <param name="source">The element that gave the value.</param>
    /// <returns>Whether it was added.</returns>
    public bool TryAdd(string name, string value, XElement? source = null)
    {
        if (Find(name) >= 0) return false;
        _index?.Add(name, _values.Count);
        _values.Add(new NvValue(name, value, source));
        if (_index is null && _values.Count > UnindexedMax) Index();
        return true;
    }

    /// <summary>Sets a value, whether or not the name has one; the place in the order stays.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <param name="source">The element that gave the value.</param>
    public void Set(string name, string value, XElement? source = null)
    {
        int place = Find(name);
        if (place >= 0) _values[place] = new NvValue(name, value, source);
        else TryAdd(name, value, source);
    }

    /// <summary>Removes a name.</summary>
    /// <param name="name">The name.</param>
    public bool Remove(string name)
    {
        int place = Find(name);
        if (place < 0) return false;
        _values.RemoveAt(place);
        if (_index is not null) Index();
        return true;
    }

    /// <summary>Removes all names.</summary>
    public void Clear()
    {
        _values.Clear();
        _index = null;
    }

    private int Find(string name)
    {
        if (_index is not null) return _index.TryGetValue(name, out int place) ? place : -1;
        for (int i = 0; i < _values.Count; i++)
        {
            if (_values[i].Name == name) return i;
        }

        return -1;
    }

    private void Index()
    {
        _index = new Dictionary<string, int>(_values.Count, StringComparer.Ordinal);
        for (int i = 0; i < _values.Count; i++) _index.Add(_values[i].Name, i);
    }
}
