namespace Mainstay.Ring.Core.Configuration;

/// <summary>Priority of a log line, as syslog numbers it.</summary>
public enum LogPriority
{
    /// <summary>Unusable.</summary>
    Emergency = 0,

    /// <summary>Act at once.</summary>
    Alert = 1,

    /// <summary>Critical.</summary>
    Critical = 2,

    /// <summary>An operator must act.</summary>
    Error = 3,

    /// <summary>Degraded.</summary>
    Warning = 4,

    /// <summary>A cluster-visible event.</summary>
    Notice = 5,

    /// <summary>Normal.</summary>
    Info = 6,

    /// <summary>Decisions.</summary>
    Debug = 7,
}

/// <summary>Section <c>logging</c> (spec/corosync-conf.md section 5).</summary>
/// <param name="ToStderr"><c>to_stderr</c>, default yes.</param>
/// <param name="ToSyslog"><c>to_syslog</c>, default yes.</param>
/// <param name="LogFile"><c>logfile</c> where <c>to_logfile</c> is yes, else <see langword="null"/>.</param>
/// <param name="Facility"><c>syslog_facility</c>, default daemon; the syslog facility number.</param>
/// <param name="SyslogPriority"><c>syslog_priority</c>, default info.</param>
/// <param name="FilePriority"><c>logfile_priority</c>, default info.</param>
/// <param name="Debug"><c>debug</c>: on or trace.</param>
/// <param name="Timestamp"><c>timestamp</c>: off, on or hires (default).</param>
public sealed record LoggingSettings(
    bool ToStderr,
    bool ToSyslog,
    string? LogFile,
    int Facility,
    LogPriority SyslogPriority,
    LogPriority FilePriority,
    bool Debug,
    string Timestamp)
{
    /// <summary>What holds before a configuration was read.</summary>
    public static LoggingSettings Default { get; } = new(true, false, null, 3, LogPriority.Info, LogPriority.Info, false, "hires");

    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private static readonly string[] Priorities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

    internal static LoggingSettings Read(CorosyncConfDocument document, Action<string, CmapValue> refuse)
    {
        var keys = document.Keys;
        foreach (var (key, value) in keys)
        {
            if (!key.StartsWith("logging.", StringComparison.Ordinal)) continue;
            if (Check(key[(key.LastIndexOf('.') + 1)..], value.Text) is { } problem) refuse(problem, value);
        }

        string Of(string key, string fallback) => keys.TryGetValue($"logging.{key}", out var value) ? value.Text : fallback;
        bool IsOn(string key, string fallback) => Of(key, fallback) is "yes" or "on";
        return new LoggingSettings(
            IsOn("to_stderr", "yes"),
            IsOn("to_syslog", "yes"),
            IsOn("to_logfile", "no") && Of("logfile", "").Length > 0 ? Of("logfile", "") : null,
            Math.Max(0, Array.IndexOf(Facilities, Of("syslog_facility", "daemon"))),
            PriorityOf(Of("syslog_priority", "info")),
            PriorityOf(Of("logfile_priority", Of("syslog_priority", "info"))),
            Of("debug", "off") != "off",
            Of("timestamp", "hires"));
    }

    private static string? Check(string key, string text) => key switch
    {
        "debug" when text is not ("on" or "off" or "trace") => "unknown value for debug: on, off or trace is expected",
        "timestamp" when text is not ("on" or "off" or "hires") => "unknown value for timestamp: on, off or hires is expected",
        "to_stderr" or "to_syslog" or "to_logfile" when text is not ("yes" or "no" or "on" or "off")
            => $"unknown value for {key}: yes or no is expected",
        "fileline" or "function_name" or "blackbox" when text is not ("on" or "off")
            => $"unknown value for {key}: on or off is expected",
        "logfile" when text.Length == 0 => "logfile has no name",
        "syslog_facility" when text.Length == 0 || !Facilities.Contains(text) => $"unknown syslog facility specified: {text}",
        "syslog_priority" when Priority(text) < 0 => $"unknown syslog priority specified: {text}",
        "logfile_priority" when Priority(text) < 0 => $"unknown logfile priority specified: {text}",
        _ => null,
    };

    private static int Priority(string text) => text switch
    {
        "panic" => 0,
        "error" => 3,
        "warn" => 4,
        _ => Array.IndexOf(Priorities, text),
    };

    private static LogPriority PriorityOf(string text) => (LogPriority)Math.Max(0, Priority(text));
}
