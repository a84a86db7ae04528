using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Mainstay.Ring;

/// <summary>
/// What a node keeps on disk: the ring sequence (<c>ringid_ID</c>, 8 bytes, spec/totem.md section 9.1) and the highest expected votes
/// (<c>ev_tracking</c>, 4 bytes, spec/quorum.md section 2). Written in place and flushed before it is used: less than a sector, never torn.
/// </summary>
internal sealed class RingStore : IDisposable
{
    private const int SequenceSize = 8;
    private const int VotesSize = 4;

    private readonly SafeFileHandle _sequenceFile;
    private readonly string _sequencePath;
    private readonly string _votesPath;

    private RingStore(SafeFileHandle sequenceFile, string sequencePath, string votesPath)
    {
        _sequenceFile = sequenceFile;
        _sequencePath = sequencePath;
        _votesPath = votesPath;
    }

    /// <summary>The sequence found at the start; 0 where there was none.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>The tracked expected votes found at the start; 0 where there were none.</summary>
    public uint ExpectedVotes { get; private set; }

    /// <summary>Whether the ring id file was there but too short to be read.</summary>
    public bool WasTorn { get; private set; }

    /// <summary>
    /// Opens the files, makes the directory, and stores again what was found: a node whose disk is full or read-only must notice before it
    /// sends its first packet, or it would break up the ring of the others each time it is started.
    /// </summary>
    /// <exception cref="IOException">The directory cannot be used, or nothing can be stored; the message names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static RingStore Open(string directory, uint nodeId)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, $"ringid_{nodeId}");
        var isNew = !File.Exists(path);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (isNew) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var store = new RingStore(file, path, Path.Combine(directory, "ev_tracking"));
        Span<byte> buffer = stackalloc byte[SequenceSize];
        var size = RandomAccess.Read(file, buffer, 0);
        if (size == SequenceSize) store.Sequence = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
        store.WasTorn = size != SequenceSize && !isNew;
        if (File.Exists(store._votesPath) && File.ReadAllBytes(store._votesPath) is { Length: VotesSize } votes)
        {
            store.ExpectedVotes = BinaryPrimitives.ReadUInt32LittleEndian(votes);
        }

        try
        {
            store.WriteSequence(store.Sequence);
        }
        catch (IOException)
        {
            store.Dispose();
            throw;
        }

        return store;
    }

    /// <summary>Stores the ring sequence durably.</summary>
    /// <exception cref="IOException">It is not stored; the caller must not use it. The message names the path and the reason.</exception>
    public void WriteSequence(ulong sequence)
    {
        Span<byte> buffer = stackalloc byte[SequenceSize];
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, sequence);
        Write(_sequenceFile, buffer, $"the ring id cannot be stored in {_sequencePath}");
        Sequence = sequence;
    }

    /// <summary>Stores the tracked expected votes durably.</summary>
    /// <exception cref="IOException">They are not stored. The message names the path and the reason.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void WriteExpectedVotes(uint votes)
    {
        Span<byte> buffer = stackalloc byte[VotesSize];
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, votes);
        using var file = File.OpenHandle(_votesPath, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        Write(file, buffer, $"expected votes cannot be stored in {_votesPath}");
    }

    public void Dispose() => _sequenceFile.Dispose();

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, string refusal)
    {
        try
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is how a limit on the size of files (EFBIG) arrives.
            throw new IOException($"{refusal}: {problem.Message}", problem);
        }
    }
}
