namespace Mainstay.Ring;

/// <summary>The lock on a run directory: one daemon each. The kernel drops it with the process, however that ends.</summary>
internal static class RunLock
{
    /// <summary>Takes the lock; <see langword="null"/> where another process has it (its id in words in <paramref
    /// name="holder"/>).</summary>
    public static FileStream? TryTake(string directory, out string holder)
    {
        var path = Path.Combine(directory, "ring.pid");
        holder = string.Empty;
        try
        {
            // FileShare.None is an advisory flock of the file.
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
            file.Flush();
            return file;
        }
        catch (IOException) when (File.Exists(path))
        {
            holder = $" (see {path})";
            return null;
        }
    }
}
