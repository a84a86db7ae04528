using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainstay.Manager.Storage;

/// <summary>Replaces a file so that after a power cut either the old or the new content is there, whole.</summary>
internal static partial class DurableFile
{
    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000;

    /// <exception cref="IOException">The content may not be on disk; the old file is untouched.</exception>
    public static void Write(string path, byte[] content)
    {
        var temporary = path + ".tmp";
        using (var file = new FileStream(
            temporary,
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(path) ?? "/");
    }

    private static void FlushDirectory(string directory)
    {
        // The runtime opens no directories as files; the kernel does.
        var flags = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : OpenDirectory;
        var descriptor = Open(directory, OpenReadOnly | flags);
        if (descriptor < 0) throw new IOException($"cannot open the directory {directory} (errno {Marshal.GetLastPInvokeError()})");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Fsync(descriptor) == 0) return;
        throw new IOException($"cannot flush the directory {directory} (errno {Marshal.GetLastPInvokeError()})");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fsync(int descriptor);
}
