using Mainstay.Knet.Wire;

namespace Mainstay.Knet.Fragments;

/// <summary>What a fragment led to.</summary>
internal enum ReassemblyResult
{
    /// <summary>More are missing.</summary>
    Incomplete = 0,

    /// <summary>The packet is whole.</summary>
    Complete = 1,

    /// <summary>It was there already.</summary>
    Repeated = 2,

    /// <summary>It contradicts the others.</summary>
    Inconsistent = 3,

    /// <summary>Its packet is too far behind to be put together.</summary>
    TooLate = 4,
}

/// <summary>One packet being put together from fragments in any order. Reused.</summary>
internal sealed class Reassembly
{
    private readonly ulong[] _present = new ulong[4];
    private byte[]? _buffer;
    private DataHeader _first;
    private int _presentCount;
    private int _fragmentSize;
    private int _lastSize;

    public bool IsInUse => _buffer is not null;

    public PacketSequence Sequence => _first.Sequence;

    /// <summary>The packet's bytes; the first <see cref="Size"/> once it is whole.</summary>
    public byte[] Buffer => _buffer!; // Only asked of a reassembly in use.

    /// <summary>Size of the whole packet.</summary>
    public int Size => ((_first.FragmentCount - 1) * _fragmentSize) + _lastSize;

    public void Begin(byte[] buffer, in DataHeader header)
    {
        _buffer = buffer;
        _first = header;
        _presentCount = 0;
        _fragmentSize = 0;
        _lastSize = 0;
        Array.Clear(_present);
    }

    /// <summary>Ends the use; the caller takes the buffer back.</summary>
    public byte[] End()
    {
        var buffer = Buffer;
        _buffer = null;
        return buffer;
    }

    public ReassemblyResult Add(in DataHeader header, ReadOnlySpan<byte> data)
    {
        var isOther = header.FragmentCount != _first.FragmentCount || header.Compression != _first.Compression
            || header.IsBroadcast != _first.IsBroadcast || header.Channel != _first.Channel;
        if (isOther) return ReassemblyResult.Inconsistent;
        if (IsPresent(header.FragmentNumber)) return ReassemblyResult.Repeated;
        if (!TryPlace(header, data)) return ReassemblyResult.Inconsistent;
        _present[header.FragmentNumber / 64] |= 1UL << (header.FragmentNumber % 64);
        _presentCount++;
        return _presentCount == _first.FragmentCount ? ReassemblyResult.Complete : ReassemblyResult.Incomplete;
    }

    private bool IsPresent(byte number) => (_present[number / 64] >> (number % 64) & 1) != 0;

    // All but the last have the same size. Until one of those has come, the last waits at the buffer's end, where it is in nobody's way.
    private bool TryPlace(in DataHeader header, ReadOnlySpan<byte> data)
    {
        var isLast = header.FragmentNumber == _first.FragmentCount;
        if (_fragmentSize > 0)
        {
            if (isLast ? data.Length > _fragmentSize : data.Length != _fragmentSize) return false;
        }
        else if (!isLast)
        {
            var wholeMin = ((_first.FragmentCount - 1) * data.Length) + Math.Max(1, _lastSize);
            if (data.Length < _lastSize || wholeMin > Buffer.Length) return false;
            _fragmentSize = data.Length;
            if (_lastSize > 0) Buffer.AsSpan(Buffer.Length - _lastSize).CopyTo(Buffer.AsSpan((_first.FragmentCount - 1) * _fragmentSize));
        }

        if (!isLast)
        {
            data.CopyTo(Buffer.AsSpan((header.FragmentNumber - 1) * _fragmentSize));
            return true;
        }

        var place = _fragmentSize > 0 ? (_first.FragmentCount - 1) * _fragmentSize : Buffer.Length - data.Length;
        if (place < 0 || place + data.Length > Buffer.Length) return false;
        data.CopyTo(Buffer.AsSpan(place));
        _lastSize = data.Length;
        return true;
    }
}
