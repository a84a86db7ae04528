namespace Mainstay.Manager;

/// <summary>How the daemon ends.</summary>
internal static class ExitCodes
{
    /// <summary>On request.</summary>
    public const int Done = 0;

    /// <summary>Bad command line.</summary>
    public const int Usage = 1;

    /// <summary>Failed later; a restart may help.</summary>
    public const int Failed = 15;

    /// <summary>Another manager uses the run directory.</summary>
    public const int AlreadyRunning = 18;
}
