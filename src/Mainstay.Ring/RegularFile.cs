using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainstay.Ring;

/// <summary>
/// Reads files whose names come from a configuration: regular ones only, of bounded size. A pipe would keep the reader until somebody
/// writes, and merely to open a device may do something (a watchdog is armed by it).
/// </summary>
internal static unsafe partial class RegularFile
{
    private const int ReadOnly = 0;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const ulong SizeMin = 4096;

    /// <summary>Reads a whole file. Never waits for another process.</summary>
    /// <param name="path">Its path; symbolic links are followed.</param>
    /// <param name="sizeMax">Bytes at most.</param>
    /// <exception cref="IOException">It cannot be read, is larger, or is no regular file; the message says which.</exception>
    public static byte[] Read(string path, int sizeMax)
    {
        var content = ReadStart(path, sizeMax + 1);
        return content.Length <= sizeMax ? content : throw new IOException($"it is larger than {sizeMax} bytes");
    }

    /// <summary>Reads the first bytes of a file. Never waits for another process.</summary>
    /// <param name="path">Its path; symbolic links are followed.</param>
    /// <param name="count">How many bytes; fewer where it is shorter.</param>
    /// <exception cref="IOException">It cannot be read, or is no regular file; the message says which.</exception>
    public static byte[] ReadStart(string path, int count)
    {
        Check(FileStatus.Of(path));

        // What lies behind the name may have changed since: what was opened counts, and opening it could not block.
        using var file = Open(path);
        var status = FileStatus.Of(file);
        Check(status);

        // The files of /proc tell no size.
        var content = new byte[(int)Math.Clamp(status.Size, Math.Min(SizeMin, (ulong)count), (ulong)count)];
        var size = 0;
        while (size < count)
        {
            if (size == content.Length) Array.Resize(ref content, (int)Math.Min(content.Length * 2L, count));
            var read = RandomAccess.Read(file, content.AsSpan(size), size);
            if (read == 0) break;
            size += read;
        }

        return content[..size];
    }

    private static void Check(in FileStatus status)
    {
        if (!status.IsRegular) throw new IOException($"it is {status.KindText}, not a regular file");
    }

    private static SafeFileHandle Open(string path)
    {
        var descriptor = OpenFile(path, ReadOnly | NoControllingTerminal | NonBlocking | CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException(Native.LastErrorText);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);
}
