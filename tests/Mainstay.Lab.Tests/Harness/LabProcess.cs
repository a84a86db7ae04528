using System.Diagnostics;

namespace Mainstay.Lab.Tests.Harness;

/// <summary>A running command whose output lines are kept.</summary>
internal sealed class LabProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _title;
    private readonly Lock _gate = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private bool _isDisposed;

    public LabProcess(ProcessStartInfo info, string title)
    {
        _title = title;
        _process = new Process { StartInfo = info };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Lines printed so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate) return [.. _output];
        }
    }

    /// <summary>Waits until a printed line matches.</summary>
    public Task UntilLineAsync(string what, TimeSpan limit, Predicate<string> match) =>
        LabCluster.UntilAsync($"{_title}: {what}", limit, () => (Lines.Any(l => match(l)), string.Join('\n', Lines.TakeLast(20)) + Errors));

    /// <summary>Waits for the end.</summary>
    public CommandResult WaitForEnd(TimeSpan limit)
    {
        if (!_process.WaitForExit((int)limit.TotalMilliseconds))
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail(
                $"{_title}: did not end within {limit.TotalSeconds} s; last lines:\n{string.Join('\n', Lines.TakeLast(20))}{Errors}");
        }

        // The output is complete only after the parameterless wait; a child that keeps the pipe open must not hold it up for ever.
        _process.WaitForExitAsync(TestContext.Current.CancellationToken).Wait(
            TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        lock (_gate) return new CommandResult(_process.ExitCode, string.Concat(_output.Select(l => l + "\n")), string.Join('\n', _errors));
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private string Errors
    {
        get
        {
            lock (_gate) return _errors.Count > 0 ? "\nerrors:\n" + string.Join('\n', _errors.TakeLast(10)) : string.Empty;
        }
    }

    private void Keep(List<string> lines, string? line)
    {
        if (line is null) return;
        lock (_gate) lines.Add(line);
    }
}
