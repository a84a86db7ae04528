namespace Mainstay.Agents.Processes;

/// <summary>A program to run.</summary>
internal sealed record ProcessSpec
{
    /// <summary>Full path; also argument 0.</summary>
    public required string Path { get; init; }

    /// <summary>Arguments after the path.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The whole environment; names and values with NUL or names with <c>=</c> are left out.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Bytes for standard input, then end of file; null: <c>/dev/null</c>.</summary>
    public byte[]? StandardInput { get; init; }

    /// <summary>Bytes kept of each output stream; what is beyond is read and dropped.</summary>
    public int OutputLimit { get; init; } = 10 * 1024 * 1024;

    /// <summary>
    /// A service that outlives this process: own session, output to <c>/dev/null</c>. <see cref="ChildProcess.Exited"/> still
    /// tells its end while this
    /// process lives.
    /// </summary>
    public bool IsService { get; init; }
}

/// <summary>How a program ended.</summary>
/// <param name="SpawnError">errno when it could not be started; 0 otherwise.</param>
/// <param name="ExitStatus">0 to 255 when it ended by itself; null otherwise.</param>
/// <param name="Signal">Number of the signal that ended it; 0 if none.</param>
/// <param name="StandardOutput">Captured output.</param>
/// <param name="StandardError">Captured errors.</param>
/// <param name="DroppedBytes">Output beyond the limit.</param>
internal sealed record ProcessExit(
    int SpawnError, int? ExitStatus, int Signal, string StandardOutput, string StandardError, long DroppedBytes);
