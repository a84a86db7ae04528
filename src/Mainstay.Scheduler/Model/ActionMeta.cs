using System.Collections;

namespace Mainstay.Scheduler;

/// <summary>
/// Meta-attributes of one action: those of its configured operation, which all actions of that operation share, and what was set for
/// this action alone. The order has no meaning.
/// </summary>
internal struct ActionMeta : IEnumerable<KeyValuePair<string, string>>
{
    // Slots that are not used yet have no key. An array may be shared by many actions, so that a value is never replaced in place.
    private KeyValuePair<string, string>[]? _own;
    private KeyValuePair<string, string>[]? _shared;

    /// <summary>The value of a name; setting it concerns this action alone.</summary>
    public string this[string name]
    {
        readonly get => TryGetValue(name, out string? value) ? value! : throw new KeyNotFoundException(name);
        set
        {
            int place = 0;
            for (; place < (_own?.Length ?? 0) && _own![place].Key is { } known; place++)
            {
                if (known != name) continue;
                _own = [.. _own];
                _own[place] = new(name, value);
                return;
            }

            if (_own is null) _own = new KeyValuePair<string, string>[1];
            else if (place == _own.Length) Array.Resize(ref _own, place * 2);
            _own[place] = new(name, value);
        }
    }

    /// <summary>Gives the action the attributes of its operation; what was set already stays.</summary>
    public void Share(KeyValuePair<string, string>[] attributes) => _shared = attributes;

    /// <summary>Sets the only attribute an action has of its own; the array is never changed and may serve many actions.</summary>
    public void SetOwn(KeyValuePair<string, string>[] attribute)
    {
        if (_own is null) _own = attribute;
        else this[attribute[0].Key] = attribute[0].Value;
    }

    public readonly bool TryGetValue(string name, out string? value)
    {
        foreach (var pair in _own ?? [])
        {
            if (pair.Key != name) continue;
            value = pair.Value;
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
        var (own, shared) = (_own ?? [], _shared ?? []);
        foreach (var pair in own)
        {
            if (pair.Key is not null) yield return pair;
        }

        foreach (var pair in shared)
        {
            if (!IsOwn(own, pair.Key)) yield return pair;
        }
    }

    readonly IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsOwn(KeyValuePair<string, string>[] own, string name)
    {
        foreach (var pair in own)
        {
            if (pair.Key == name) return true;
        }

        return false;
    }
}
