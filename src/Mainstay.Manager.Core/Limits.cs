namespace Mainstay.Manager.Core;

/// <summary>Bounds of the core.</summary>
internal static class Limits
{
    /// <summary>Bytes of one multicast; the ring takes 1 MiB.</summary>
    public const int FragmentSizeMax = 512 * 1024;

    /// <summary>Bytes of a reassembled command.</summary>
    public const int CommandSizeMax = 512 * 1024 * 1024;

    /// <summary>Fencing entries kept (spec/fencing.md section 10).</summary>
    public const int FencingHistoryMax = 500;

    /// <summary>Fencing entries kept after trimming.</summary>
    public const int FencingHistoryTrimmed = 250;

    /// <summary>Configuration changes waiting for the disk.</summary>
    public const int ConfigurationQueueMax = 1000;

    /// <summary>Commands that wait for a state transfer.</summary>
    public const int BacklogMax = 100_000;
}
