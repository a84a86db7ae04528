namespace Mainstay.Cli;

/// <summary>The garbage collector of this process.</summary>
internal static class GarbageCollection
{
    // Enough to plan for two thousand resources on 64 nodes. Pages are taken only where they are used, but reserving has its price too.
    private const long RoomMax = 256L << 20;

    // What is left to others of the memory that this process may use.
    private const int ShareOfMemory = 8;

    /// <summary>
    /// Puts off collections until the process has allocated 256 MiB, or an eighth of the memory it may use. They then begin as usual: this
    /// is for speed, and nothing depends on it.
    /// </summary>
    public static void Defer()
    {
        try
        {
            _ = GC.TryStartNoGCRegion(Math.Min(RoomMax, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory));
        }
        catch (ArgumentOutOfRangeException)
        {
            // The heap was configured to be smaller than that.
        }
    }
}
