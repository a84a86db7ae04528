namespace Mainstay.Ring.Core.Configuration;

/// <summary>How serious a finding is.</summary>
public enum ProblemSeverity
{
    /// <summary>Worth knowing; the file is used.</summary>
    Warning,

    /// <summary>The file is refused.</summary>
    Error,
}

/// <summary>One finding in <c>corosync.conf</c>.</summary>
/// <param name="Severity">Whether it refuses the file.</param>
/// <param name="File">The file's path as given.</param>
/// <param name="Line">1-based line, 0 where the finding belongs to no line.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
/// <param name="ExitStatus">Exit status of a daemon that stops on it: 8 file, totem or node list; 7 logging; 20 a service
/// (cases/corosync-conf).</param>
public sealed record ConfigurationProblem(ProblemSeverity Severity, string File, int Line, string Message, int ExitStatus)
{
    /// <summary>Exit status for a refused file, ring settings or node list.</summary>
    public const int FileExitStatus = 8;

    /// <summary>Exit status for a refused logging section.</summary>
    public const int LoggingExitStatus = 7;

    /// <summary>Exit status for a service that refuses its settings (votequorum).</summary>
    public const int ServiceExitStatus = 20;

    /// <inheritdoc/>
    public override string ToString()
    {
        var kind = Severity == ProblemSeverity.Error ? "error" : "warning";
        return Line > 0 ? $"{File}:{Line}: {kind}: {Message}" : $"{File}: {kind}: {Message}";
    }
}
