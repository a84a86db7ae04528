using System.Globalization;
using System.Text;

namespace Mainstay.Manager;

/// <summary>The lock on a run directory: one manager each. The kernel drops it with the process, however that ends.</summary>
internal static class RunLock
{
    /// <summary>Takes the lock; null where another process has it.</summary>
    public static FileStream? TryTake(string directory)
    {
        try
        {
            // FileShare.None is an advisory lock of the file.
            var file = new FileStream(Path.Combine(directory, "manager.pid"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            file.Flush();
            return file;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
