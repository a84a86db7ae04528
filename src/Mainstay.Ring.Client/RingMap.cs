using System.Threading.Channels;

namespace Mainstay.Ring.Client;

/// <summary>What happened to a key; as flags, what a tracker wants to hear of.</summary>
[Flags]
public enum RingMapChangeKinds : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The key is gone.</summary>
    Delete = 1,

    /// <summary>The key has another value.</summary>
    Modify = 2,

    /// <summary>The key is new.</summary>
    Add = 4,

    /// <summary>All of them.</summary>
    All = Delete | Modify | Add,
}

/// <summary>A change of a tracked key.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">To which key.</param>
/// <param name="New">The value after it; of type none when the key is gone.</param>
/// <param name="Old">The value before it; of type none when the key is new.</param>
public sealed record RingMapChange(RingMapChangeKinds Kind, string Key, RingMapValue New, RingMapValue Old);

/// <summary>
/// A map of typed keys of the ring daemon (<see cref="RingClient.Map"/>: configuration and state; <see cref="RingClient.Statistics"/>:
/// counters). Thread-safe.
/// </summary>
public sealed class RingMap
{
    private readonly RingClient _client;
    private readonly byte _number;

    internal RingMap(RingClient client, byte number)
    {
        _client = client;
        _number = number;
    }

    /// <summary>The value of a key.</summary>
    /// <exception cref="RingException"><see cref="RingError.NotFound"/>: there is no such key.</exception>
    public async Task<RingMapValue> GetAsync(string key, CancellationToken cancellationToken)
    {
        var body = await _client.AskAsync(FrameKind.MapGet, w => w.Byte(_number).Text(key), cancellationToken).ConfigureAwait(false);
        var reader = new FrameReader(body);
        return RingMapValue.Read(ref reader);
    }

    /// <summary>Keys that begin with a prefix, with their values, ascending; all for an empty prefix.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, RingMapValue>>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var body = await _client.AskAsync(FrameKind.MapList, w => w.Byte(_number).Text(prefix), cancellationToken).ConfigureAwait(false);
        return Read(body);

        static KeyValuePair<string, RingMapValue>[] Read(byte[] body)
        {
            var reader = new FrameReader(body);
            var entries = new KeyValuePair<string, RingMapValue>[reader.Count(3)];
            for (var i = 0; i < entries.Length; i++) entries[i] = new(reader.Text(), RingMapValue.Read(ref reader));
            return entries;
        }
    }

    /// <summary>Sets a key; keys of the configuration act on the running daemon.</summary>
    /// <exception cref="RingException">The key is read-only (<see cref="RingError.Access"/>) or no key.</exception>
    public Task SetAsync(string key, RingMapValue value, CancellationToken cancellationToken) => _client.DoAsync(
        FrameKind.MapSet,
        w =>
        {
            w.Byte(_number).Text(key);
            RingMapValue.Write(w, value);
        },
        cancellationToken);

    /// <summary>Deletes a key.</summary>
    /// <exception cref="RingException">The key is read-only (<see cref="RingError.Access"/>) or not there.</exception>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        _client.DoAsync(FrameKind.MapDelete, w => w.Byte(_number).Text(key), cancellationToken);

    /// <summary>Hears of changes from now on, until the track is disposed of.</summary>
    /// <param name="key">The key, or the prefix; an empty prefix means all keys.</param>
    /// <param name="isPrefix">Whether it is a prefix.</param>
    /// <param name="kinds">Of which changes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<RingMapTrack> TrackAsync(
        string key, bool isPrefix, RingMapChangeKinds kinds, CancellationToken cancellationToken)
    {
        var track = _client.AddTrack(this);
        try
        {
            await _client.DoAsync(
                FrameKind.MapTrack,
                w => w.Byte(_number).UInt32(track.Number).Byte((byte)kinds).Flag(isPrefix).Text(key),
                cancellationToken).ConfigureAwait(false);
            return track;
        }
        catch
        {
            _client.RemoveTrack(track);
            throw;
        }
    }

    internal async Task UntrackAsync(RingMapTrack track)
    {
        _client.RemoveTrack(track);
        try
        {
            await _client.DoAsync(
                FrameKind.MapUntrack, w => w.Byte(_number).UInt32(track.Number), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RingException)
        {
            // The daemon forgets a client's tracks with the client.
        }
    }
}

/// <summary>Changes of a key or of keys with a prefix, in their order; ends with the connection.</summary>
public sealed class RingMapTrack : IAsyncDisposable
{
    private const long UnreadBytesMax = 16L * 1024 * 1024;
    private const int ChangeOverhead = 128;

    private readonly RingMap _map;
    private readonly SizedQueue<RingMapChange> _changes = new(UnreadBytesMax, SizeOf);

    internal RingMapTrack(RingMap map, uint number)
    {
        _map = map;
        Number = number;
    }

    /// <summary>
    /// The changes. The reader must keep up: where more than 16 MiB of them wait, the connection is given up and the changes end.
    /// </summary>
    public ChannelReader<RingMapChange> Changes => _changes.Reader;

    internal uint Number { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _map.UntrackAsync(this).ConfigureAwait(false);
        End();
    }

    internal bool TryAdd(RingMapChange change) => _changes.TryAdd(change);

    internal void End() => _changes.End();

    private static int SizeOf(RingMapChange change) =>
        ChangeOverhead + (sizeof(char) * change.Key.Length) + change.New.Bytes.Length + change.Old.Bytes.Length;
}
