using System.Buffers;
using System.Text;

namespace Mainstay.Agents.Processes;

/// <summary>
/// A started program. Its fields belong to the host's thread; other threads use <see cref="Exited"/> and <see cref="Signal"/>.
/// </summary>
internal sealed class ChildProcess(ProcessHost host, ProcessSpec spec)
{
    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the program has been reaped (or could not be started). Never faults.</summary>
    public Task<ProcessExit> Exited => _exited.Task;

    public ProcessSpec Spec { get; } = spec;

    internal int Pid { get; set; }

    internal int PidFd { get; set; } = -1;

    internal int OutFd { get; set; } = -1;

    internal int ErrFd { get; set; } = -1;

    internal int InFd { get; set; } = -1;

    internal int InputOffset { get; set; }

    internal OutputCapture Output { get; } = new(spec.OutputLimit);

    internal OutputCapture Error { get; } = new(spec.OutputLimit);

    /// <summary>Sends a signal, to the whole process group or to the program alone. Nothing happens once it was reaped.</summary>
    public void Signal(int signal, bool isAgentOnly) => host.Post(new HostCommand(this, signal, isAgentOnly));

    internal void SetSpawnError(int errno) => _exited.TrySetResult(new ProcessExit(errno, null, 0, string.Empty, string.Empty, 0));

    internal void SetEnded(int? exitStatus, int signal) => _exited.TrySetResult(
        new ProcessExit(0, exitStatus, signal, Output.ToString(), Error.ToString(), Output.DroppedBytes + Error.DroppedBytes));
}

/// <summary>Keeps the first bytes of a stream and counts the rest.</summary>
internal sealed class OutputCapture(int limit)
{
    private readonly ArrayBufferWriter<byte> _kept = new();

    public long DroppedBytes { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var room = limit - _kept.WrittenCount;
        var kept = Math.Min(room, bytes.Length);
        _kept.Write(bytes[..kept]);
        DroppedBytes += bytes.Length - kept;
    }

    /// <summary>The text, invalid UTF-8 replaced.</summary>
    public override string ToString() => Encoding.UTF8.GetString(_kept.WrittenSpan);
}

/// <summary>Something for the host's thread: start (signal 0) or signal a child.</summary>
internal readonly record struct HostCommand(ChildProcess Child, int Signal, bool IsAgentOnly);
