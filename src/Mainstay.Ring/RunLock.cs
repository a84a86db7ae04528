namespace Mainstay.Ring;

/// <summary>The lock on a run directory: one daemon each. The kernel drops it with the process, however that ends.</summary>
internal static class RunLock
{
    /// <summary>Takes the lock; <see langword="null"/> where another process has it (its id in words in <paramref
    /// name="holder"/>).</summary>
    /// <exception cref="IOException">The file cannot be made or written; the message names it.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static FileStream? TryTake(string directory, out string holder)
    {
        var path = Path.Combine(directory, "ring.pid");
        holder = string.Empty;
        FileStream file;
        try
        {
            // FileShare.None is an advisory flock of the file.
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException problem) when (problem.HResult == Native.ErrorWouldBlock)
        {
            holder = $" (see {path})";
            return null;
        }

        try
        {
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
            file.Flush();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
