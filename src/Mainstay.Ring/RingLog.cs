using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>
/// Log lines of the daemon to standard error, file and syslog as section <c>logging</c> says. Lines are queued (bounded) and written by a
/// thread of its own: a stalled terminal or disk must not hold up the ring.
/// </summary>
internal sealed class RingLog : IDisposable
{
    private const int QueueLengthMax = 4096;
    private const string SyslogSocket = "/dev/log";

    private readonly BlockingCollection<Line> _lines = new(QueueLengthMax);
    private readonly Thread _thread;
    private readonly string _program;
    private volatile LoggingSettings _settings = LoggingSettings.Default;
    private Socket? _syslog;
    private AppendedFile? _file;
    private string? _fileName;
    private string? _fileProblem;
    private long _dropped;
    private volatile bool _reopens;

    public RingLog(string program)
    {
        _program = program;
        _thread = new Thread(Write) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    private readonly record struct Line(LogPriority Priority, DateTimeOffset Time, string Text);

    /// <summary>Lines lost because the writer could not keep up.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes new settings, from the next line on.</summary>
    public void Apply(LoggingSettings settings) => _settings = settings;

    /// <summary>Opens the log file anew with the next line: it was moved away, or the disk is another one.</summary>
    public void Reopen() => _reopens = true;

    public void Error(string text) => Add(LogPriority.Error, text);

    public void Warning(string text) => Add(LogPriority.Warning, text);

    public void Notice(string text) => Add(LogPriority.Notice, text);

    public void Info(string text) => Add(LogPriority.Info, text);

    public void Debug(string text) => Add(LogPriority.Debug, text);

    public bool IsDebug => _settings.Debug;

    public void Add(LogPriority priority, string text)
    {
        if (priority == LogPriority.Debug && !_settings.Debug) return;
        if (_lines.IsAddingCompleted || !_lines.TryAdd(new Line(priority, DateTimeOffset.Now, text))) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what is queued, then ends; waits a second at most.</summary>
    public void Dispose()
    {
        _lines.CompleteAdding();
        if (!_thread.Join(1000)) return;
        _lines.Dispose();
        _file?.Dispose();
        _syslog?.Dispose();
    }

    private void Write()
    {
        foreach (var line in _lines.GetConsumingEnumerable())
        {
            var settings = _settings;

            // What one target does not take the others get all the same.
            WriteFile(line, settings);
            WriteOthers(line, settings);
        }
    }

    private void WriteOthers(in Line line, LoggingSettings settings)
    {
        try
        {
            if (settings.ToStderr) Console.Error.WriteLine(Format(line, settings));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Interlocked.Increment(ref _dropped);
        }

        if (!settings.ToSyslog || line.Priority > Limit(settings, settings.SyslogPriority)) return;
        try
        {
            WriteSyslog(line, settings);
        }
        catch (Exception problem) when (problem is IOException or SocketException or ObjectDisposedException)
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private static LogPriority Limit(LoggingSettings settings, LogPriority configured) => settings.Debug ? LogPriority.Debug : configured;

    private string Format(in Line line, LoggingSettings settings)
    {
        var time = settings.Timestamp switch
        {
            "off" => string.Empty,
            "on" => line.Time.ToString("MMM dd HH:mm:ss ", CultureInfo.InvariantCulture),
            _ => line.Time.ToString("MMM dd HH:mm:ss.fff ", CultureInfo.InvariantCulture),
        };
        return $"{time}{_program}[{Environment.ProcessId}] {Name(line.Priority)}: {line.Text}";
    }

    private static string Name(LogPriority priority) => priority switch
    {
        LogPriority.Error => "error",
        LogPriority.Warning => "warning",
        LogPriority.Notice => "notice",
        LogPriority.Debug => "debug",
        LogPriority.Info => "info",
        _ => "critical",
    };

    private void WriteFile(in Line line, LoggingSettings settings)
    {
        if (settings.LogFile is not { } path)
        {
            _file?.Dispose();
            _file = null;
            return;
        }

        if (line.Priority > Limit(settings, settings.FilePriority)) return;
        try
        {
            if (_file is null || _fileName != path || _reopens)
            {
                _reopens = false;
                _file?.Dispose();
                _file = null;
                _file = new AppendedFile(path);
                _fileName = path;
            }

            _file.WriteLine(Format(line, settings));
            _fileProblem = null;
        }
        catch (IOException problem)
        {
            Interlocked.Increment(ref _dropped);
            var text = $"the log file {path} cannot be written: {problem.Message}; what belongs there is lost until it can";
            if (text == _fileProblem) return;
            _fileProblem = text;
            WriteOthers(new Line(LogPriority.Error, line.Time, text), settings);
        }
    }

    private void WriteSyslog(in Line line, LoggingSettings settings)
    {
        if (_syslog is null)
        {
            if (!File.Exists(SyslogSocket)) return;
            var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 200 };
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(SyslogSocket));
                _syslog = socket;
            }
            finally
            {
                if (_syslog is null) socket.Dispose();
            }
        }

        try
        {
            var priority = (settings.Facility * 8) + (int)line.Priority;
            _syslog.Send(Encoding.UTF8.GetBytes($"<{priority}>{_program}[{Environment.ProcessId}]: {line.Text}"));
        }
        catch (SocketException)
        {
            // The system log restarted: connect anew with the next line.
            _syslog.Dispose();
            _syslog = null;
            throw;
        }
    }
}
