namespace Mainstay.Ring.Core.Map;

/// <summary>
/// A map of typed keys in ordinal order, with read-only keys and trackers (spec/corosync-conf.md section 8). Its owner publishes what
/// it likes; clients may change what is not read-only. Changes collect as notifications for the trackers.
/// </summary>
public sealed class KeyMap
{
    /// <summary>Longest key, in characters.</summary>
    public const int KeySizeMax = 255;

    /// <summary>Shortest key.</summary>
    public const int KeySizeMin = 3;

    /// <summary>Longest text or binary, in bytes.</summary>
    public const int ValueSizeMax = 64 * 1024;

    /// <summary>Most keys that clients may fill a map up to.</summary>
    public const int KeyCountMax = 16 * 1024;

    /// <summary>Most bytes of keys and values that clients may fill a map up to.</summary>
    public const int SizeMax = 8 * 1024 * 1024;

    /// <summary>Most trackers of all clients.</summary>
    public const int TrackCountMax = 1024;

    /// <summary>Most notifications that wait to be taken; a client for which there is no room has missed something and must be told
    /// so.</summary>
    public const int NotificationCountMax = 64 * 1024;

    private readonly SortedDictionary<string, MapValue> _values = new(StringComparer.Ordinal);
    private readonly Func<string, bool> _isReadOnly;
    private readonly List<Tracker> _trackers = [];
    private readonly Queue<MapNotification> _notifications = new();
    private readonly SortedSet<int> _overrun = [];
    private long _size;

    /// <summary>Makes an empty map.</summary>
    /// <param name="isReadOnly">Whether clients may not change a key.</param>
    public KeyMap(Func<string, bool> isReadOnly) => _isReadOnly = isReadOnly;

    /// <summary>Number of keys.</summary>
    public int Count => _values.Count;

    /// <summary>Whether anyone tracks anything.</summary>
    public bool IsTracked => _trackers.Count > 0;

    /// <summary>Whether a text can be a key.</summary>
    public static bool IsKey(string key)
    {
        if (key.Length is < KeySizeMin or > KeySizeMax) return false;
        foreach (var character in key)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-' or '/' or ':')) return false;
        }

        return true;
    }

    /// <summary>The value of a key.</summary>
    public bool TryGet(string key, out MapValue value) => _values.TryGetValue(key, out value);

    /// <summary>Keys that begin with a prefix, with their values, ascending; all for an empty prefix.</summary>
    public IEnumerable<KeyValuePair<string, MapValue>> List(string prefix) =>
        _values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>A client sets a key, with any type.</summary>
    public MapResult Set(string key, MapValue value)
    {
        if (!IsKey(key)) return MapResult.BadName;
        if (_isReadOnly(key)) return MapResult.ReadOnly;
        var isThere = _values.TryGetValue(key, out var old);
        if (!isThere && _values.Count >= KeyCountMax) return MapResult.Full;
        if (_size - (isThere ? SizeOf(key, old) : 0) + SizeOf(key, value) > SizeMax) return MapResult.Full;
        Publish(key, value);
        return MapResult.Done;
    }

    /// <summary>A client deletes a key.</summary>
    public MapResult Delete(string key)
    {
        if (_isReadOnly(key)) return MapResult.ReadOnly;
        if (!_values.ContainsKey(key)) return MapResult.NotFound;
        Withdraw(key);
        return MapResult.Done;
    }

    /// <summary>The owner sets a key; trackers hear of it where the value is another one.</summary>
    public void Publish(string key, MapValue value)
    {
        var isThere = _values.TryGetValue(key, out var old);
        if (isThere && old == value) return;
        _size += SizeOf(key, value) - (isThere ? SizeOf(key, old) : 0);
        _values[key] = value;
        Notify(isThere ? MapChangeKinds.Modify : MapChangeKinds.Add, key, value, old);
    }

    /// <summary>The owner removes a key.</summary>
    public void Withdraw(string key)
    {
        if (!_values.Remove(key, out var old)) return;
        _size -= SizeOf(key, old);
        Notify(MapChangeKinds.Delete, key, default, old);
    }

    /// <summary>Publishes these keys and removes the others that a predicate claims.</summary>
    public void Replace(IReadOnlyDictionary<string, MapValue> current, Func<string, bool> claims)
    {
        List<string> gone = [.. _values.Keys.Where(key => claims(key) && !current.ContainsKey(key))];
        foreach (var key in gone) Withdraw(key);
        foreach (var (key, value) in current) Publish(key, value);
    }

    /// <summary>A client wants to hear of changes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="track">Its number for the track; another track of the same number is replaced.</param>
    /// <param name="key">The key, or the prefix: an empty one means all.</param>
    /// <param name="isPrefix">Whether it is a prefix.</param>
    /// <param name="kinds">Of which changes.</param>
    public MapResult Track(int client, uint track, string key, bool isPrefix, MapChangeKinds kinds)
    {
        Untrack(client, track);
        if (_trackers.Count >= TrackCountMax) return MapResult.Full;
        _trackers.Add(new Tracker(client, track, key, isPrefix, kinds));
        return MapResult.Done;
    }

    /// <summary>Ends a track.</summary>
    public MapResult Untrack(int client, uint track) =>
        _trackers.RemoveAll(t => t.Client == client && t.Number == track) > 0 ? MapResult.Done : MapResult.NotFound;

    /// <summary>The client is gone.</summary>
    public void Forget(int client) => _trackers.RemoveAll(t => t.Client == client);

    /// <summary>The oldest notification that has not been taken.</summary>
    public bool TryTakeNotification(out MapNotification notification) => _notifications.TryDequeue(out notification);

    /// <summary>A client that missed notifications; its tracks have ended.</summary>
    public bool TryTakeOverrun(out int client)
    {
        client = _overrun.Count > 0 ? _overrun.Min : 0;
        return _overrun.Remove(client);
    }

    private void Notify(MapChangeKinds kind, string key, MapValue value, MapValue old)
    {
        foreach (var tracker in _trackers)
        {
            if ((tracker.Kinds & kind) == 0) continue;
            var matches = tracker.IsPrefix ? key.StartsWith(tracker.Key, StringComparison.Ordinal) : key == tracker.Key;
            if (!matches) continue;
            if (_notifications.Count < NotificationCountMax)
            {
                _notifications.Enqueue(new MapNotification(tracker.Client, tracker.Number, kind, key, value, old));
            }
            else
            {
                _overrun.Add(tracker.Client);
            }
        }

        _trackers.RemoveAll(t => _overrun.Contains(t.Client));
    }

    private static int SizeOf(string key, MapValue value) => key.Length + sizeof(ulong) + value.Bytes.Length;

    private sealed record Tracker(int Client, uint Number, string Key, bool IsPrefix, MapChangeKinds Kinds);
}
