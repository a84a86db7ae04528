using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainstay.Ring;

/// <summary>
/// A file that lines are appended to, wherever its end is by then: others may write to it too, and <c>logrotate</c> with
/// <c>copytruncate</c> cuts it while it is open. The runtime's own streams remember a position instead.
/// </summary>
internal sealed partial class AppendedFile : IDisposable
{
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int NoControllingTerminal = 0x100;
    private const int Append = 0x400;
    private const int CloseOnExec = 0x80000;

    // Less what the umask takes away.
    private const int ModeOfNew = 0x1b6;

    private readonly SafeFileHandle _file;

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="IOException">It cannot be opened; the message says why.</exception>
    public AppendedFile(string path)
    {
        var descriptor = OpenFile(path, WriteOnly | Create | NoControllingTerminal | Append | CloseOnExec, ModeOfNew);
        if (descriptor < 0) throw new IOException(Native.LastErrorText);
        _file = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Appends a line, in one piece.</summary>
    /// <exception cref="IOException">It is not written, or not all of it; the message says why.</exception>
    public void WriteLine(string line)
    {
        try
        {
            // Where a file is open for appending Linux heeds no position.
            RandomAccess.Write(_file, Encoding.UTF8.GetBytes(line + "\n"), 0);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is how a limit on the size of files (EFBIG) arrives.
            throw new IOException(problem.Message, problem);
        }
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);
}
