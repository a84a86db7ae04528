using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainstay.Ring;

/// <summary>Kind and size of a file, by <c>statx</c>: its structure is the same on all machines.</summary>
internal readonly unsafe partial struct FileStatus
{
    private const int StructureSize = 256;
    private const int ModeOffset = 28;
    private const int SizeOffset = 40;
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint TypeAndSize = 0x201;

    private const int KindMask = 0xf000;
    private const int Regular = 0x8000;

    private readonly int _kind;

    private FileStatus(int kind, ulong size)
    {
        _kind = kind;
        Size = size;
    }

    /// <summary>Bytes.</summary>
    public ulong Size { get; }

    /// <summary>Whether it is neither a folder nor a pipe, socket or device.</summary>
    public bool IsRegular => _kind == Regular;

    /// <summary>What it is, in words.</summary>
    public string KindText => _kind switch
    {
        0x1000 => "a named pipe",
        0x2000 => "a character device",
        0x4000 => "a directory",
        0x6000 => "a block device",
        Regular => "a regular file",
        0xc000 => "a socket",
        _ => "something of another kind",
    };

    /// <summary>Of what is behind a name; symbolic links are followed.</summary>
    /// <exception cref="IOException">There is no such file, or it is out of reach; the message says which.</exception>
    public static FileStatus Of(string path) => Read(CurrentDirectory, path, 0);

    /// <summary>Of an open file.</summary>
    /// <exception cref="IOException">The system does not tell; the message says why.</exception>
    public static FileStatus Of(SafeFileHandle file) => Read((int)file.DangerousGetHandle(), string.Empty, EmptyPath);

    private static FileStatus Read(int directory, string path, int flags)
    {
        Span<byte> status = stackalloc byte[StructureSize];
        fixed (byte* target = status)
        {
            if (GetStatus(directory, path, flags, TypeAndSize, target) != 0) throw new IOException(Native.LastErrorText);
        }

        // In the machine's own order of bytes.
        var kind = MemoryMarshal.Read<ushort>(status[ModeOffset..]) & KindMask;
        return new FileStatus(kind, MemoryMarshal.Read<ulong>(status[SizeOffset..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int directory, string path, int flags, uint wanted, byte* status);
}
