using System.Collections;

namespace Mainstay.Scheduler;

/// <summary>
/// Meta-attributes of one action: those of its configured operation, which all actions of that operation share, and what was set for
/// this action alone. The order has no meaning.
/// </summary>
internal struct ActionMeta : IEnumerable<KeyValuePair<string, string>>
{
    private KeyValuePair<string, string>[]? _shared;
    private KeyValuePair<string, string>[]? _own;
    private int _ownCount;

    /// <summary>The value of a name; setting it concerns this action alone.</summary>
    public string this[string name]
    {
        readonly get => TryGetValue(name, out string? value) ? value! : throw new KeyNotFoundException(name);
        set
        {
            for (int i = 0; i < _ownCount; i++)
            {
                if (_own![i].Key != name) continue;
                _own[i] = new(name, value);
                return;
            }

            if (_own is null) _own = new KeyValuePair<string, string>[1];
            else if (_ownCount == _own.Length) Array.Resize(ref _own, _ownCount * 2);
            _own[_ownCount++] = new(name, value);
        }
    }

    /// <summary>Gives the action the attributes of its operation; what was set already stays.</summary>
    public void Share(KeyValuePair<string, string>[] attributes) => _shared = attributes;

    public readonly bool TryGetValue(string name, out string? value)
    {
        for (int i = 0; i < _ownCount; i++)
        {
            if (_own![i].Key != name) continue;
            value = _own[i].Value;
            return true;
        }

        foreach (var pair in _shared ?? [])
        {
            if (pair.Key != name) continue;
            value = pair.Value;
            return true;
        }

        value = null;
        return false;
    }

    public readonly bool ContainsKey(string name) => TryGetValue(name, out _);

    public readonly string? GetValueOrDefault(string name) => TryGetValue(name, out string? value) ? value : null;

    public readonly string GetValueOrDefault(string name, string fallback) => TryGetValue(name, out string? value) ? value! : fallback;

    public bool TryAdd(string name, string value)
    {
        if (ContainsKey(name)) return false;
        this[name] = value;
        return true;
    }

    public readonly IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        var (own, count, shared) = (_own, _ownCount, _shared);
        for (int i = 0; i < count; i++) yield return own![i];
        foreach (var pair in shared ?? [])
        {
            if (!IsOwn(own, count, pair.Key)) yield return pair;
        }
    }

    readonly IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsOwn(KeyValuePair<string, string>[]? own, int count, string name)
    {
        for (int i = 0; i < count; i++)
        {
            if (own![i].Key == name) return true;
        }

        return false;
    }
}
