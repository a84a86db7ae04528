using System.Collections.Concurrent;
using static Mainstay.Agents.Processes.NativeMethods;

namespace Mainstay.Agents.Processes;

/// <summary>
/// Starts programs, reads their output, and reaps them, all on one thread of its own. The thread has a private umask and working
/// directory (<c>unshare(CLONE_FS)</c>), which the programs inherit (spec/agents.md section 4). The runtime's own
/// <c>Process</c> class cannot make
/// process groups and waits for end-of-file, which a daemon started by an agent never sends.
/// </summary>
/// <remarks>
/// Children are waited for by their pid only, so the runtime's and this class's children never reap each other's. Where SIGCHLD was
/// inherited as ignored, the kernel would reap by itself; the default action is restored first.
/// </remarks>
internal sealed unsafe class ProcessHost : IDisposable
{
    private const uint AgentUmask = 0b000_010_110;
    private const int ReadChunk = 65536;
    private const int DrainReadsMax = 256;
    private const int FallbackPollMs = 10;
    private const int BusyAttemptsMax = 20;
    private const int BusyPauseMs = 5;

    private readonly string _workingDirectory;
    private readonly Action<string> _warn;
    private readonly ConcurrentQueue<HostCommand> _commands = new();
    private readonly List<ChildProcess> _children = [];
    private readonly byte[] _buffer = new byte[ReadChunk];
    private readonly int _wakeFd;
    private readonly Lock _startGate = new();
    private Thread? _thread;
    private volatile bool _isDisposed;

    public ProcessHost(string workingDirectory, Action<string> warn)
    {
        _workingDirectory = workingDirectory;
        _warn = warn;
        _wakeFd = eventfd(0, EFD_FLAGS);
        if (_wakeFd < 0) throw new IOException($"cannot create an event descriptor: errno {LastError}");
    }

    private static int LastError => System.Runtime.InteropServices.Marshal.GetLastPInvokeError();

    /// <summary>Starts a program. Failures to start come out of <see cref="ChildProcess.Exited"/> too.</summary>
    public ChildProcess Start(ProcessSpec spec)
    {
        EnsureThread();
        var child = new ChildProcess(this, spec);
        Post(new HostCommand(child, 0, false));
        return child;
    }

    /// <summary>Ends the thread. Programs still running are left alone, unwatched.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Wake();
        if (_thread is null) _ = close(_wakeFd);
    }

    internal void Post(HostCommand command)
    {
        // The wake descriptor's number may belong to something else by then.
        if (_isDisposed) return;
        _commands.Enqueue(command);
        Wake();
    }

    private void Wake()
    {
        var one = 1L;
        _ = write(_wakeFd, (byte*)&one, sizeof(long));
    }

    private void EnsureThread()
    {
        lock (_startGate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_thread is not null) return;
            _thread = new Thread(Run) { IsBackground = true, Name = "agents" };
            _thread.Start();
        }
    }

    private void Run()
    {
        PrepareThread();
        while (!_isDisposed)
        {
            while (_commands.TryDequeue(out var command)) Execute(command);
            WaitForEvents();
        }

        foreach (var child in _children) CloseAll(child);
        _ = close(_wakeFd);
    }

    private void PrepareThread()
    {
        var old = stackalloc byte[OpaqueSize];
        if (sigaction(SIGCHLD, null, old) == 0 && *(nint*)old == 1) signal(SIGCHLD, 0);
        if (unshare(CLONE_FS) != 0)
        {
            _warn($"agents inherit this process's umask and working directory: unshare failed with errno {LastError}");
            return;
        }

        _ = umask(AgentUmask);
        MakeWorkingDirectory();
        if (chdir(_workingDirectory) != 0 && chdir("/") != 0) _warn($"cannot change into / for agents: errno {LastError}");
    }

    private void MakeWorkingDirectory()
    {
        try
        {
            Directory.CreateDirectory(_workingDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"{_workingDirectory} cannot be made, agents work in /: {e.Message}");
        }
    }

    private void Execute(HostCommand command)
    {
        var child = command.Child;
        if (command.Signal == 0)
        {
            var error = Spawner.Spawn(child);
            for (var attempt = 1; error == ETXTBSY && attempt < BusyAttemptsMax; attempt++)
            {
                // Somebody still has the agent open for writing: an upgrade, or a thread of ours between fork and exec.
                CloseAll(child);
                _ = poll(null, 0, BusyPauseMs);
                error = Spawner.Spawn(child);
            }

            if (error != 0)
            {
                CloseAll(child);
                child.SetSpawnError(error);
                return;
            }

            _children.Add(child);
            return;
        }

        // Not reaped, so the pid is still this program's; the group may have gone before its members' leader is reaped.
        if (child.Pid > 0) _ = kill(command.IsAgentOnly ? child.Pid : -child.Pid, command.Signal);
    }

    private void WaitForEvents()
    {
        var capacity = 1 + (_children.Count * 4);
        var fds = new PollFd[capacity];
        fds[0] = new PollFd { Fd = _wakeFd, Events = POLLIN };
        var count = 1;
        var isPidFdMissing = false;
        foreach (var child in _children)
        {
            isPidFdMissing |= child.PidFd < 0;
            if (child.PidFd >= 0) fds[count++] = new PollFd { Fd = child.PidFd, Events = POLLIN };
            if (child.OutFd >= 0) fds[count++] = new PollFd { Fd = child.OutFd, Events = POLLIN };
            if (child.ErrFd >= 0) fds[count++] = new PollFd { Fd = child.ErrFd, Events = POLLIN };
            if (child.InFd >= 0) fds[count++] = new PollFd { Fd = child.InFd, Events = POLLOUT };
        }

        int ready;
        fixed (PollFd* first = fds) ready = poll(first, (nuint)count, isPidFdMissing ? FallbackPollMs : -1);
        if (ready < 0) return;
        if (fds[0].Revents != 0) ReadWake();
        var next = 1;
        for (var index = 0; index < _children.Count; index++)
        {
            var child = _children[index];
            var hasPidFd = child.PidFd >= 0;
            var hasEnded = hasPidFd ? fds[next++].Revents != 0 : isPidFdMissing;
            if (child.OutFd >= 0 && fds[next++].Revents != 0 && !Pump(child.OutFd, child.Output, 1)) child.OutFd = CloseFd(child.OutFd);
            if (child.ErrFd >= 0 && fds[next++].Revents != 0 && !Pump(child.ErrFd, child.Error, 1)) child.ErrFd = CloseFd(child.ErrFd);
            if (child.InFd >= 0 && fds[next++].Revents != 0) Feed(child);
            if (hasEnded) TryReap(child);
        }

        _children.RemoveAll(static child => child.Pid <= 0);
    }

    private void ReadWake()
    {
        long value;
        _ = read(_wakeFd, (byte*)&value, sizeof(long));
    }

    /// <summary>Reads what is there, at most <paramref name="reads"/> times. False at the end of the stream.</summary>
    private bool Pump(int fd, OutputCapture capture, int reads)
    {
        fixed (byte* buffer = _buffer)
        {
            for (var i = 0; i < reads; i++)
            {
                var got = read(fd, buffer, ReadChunk);
                if (got == 0) return false;
                if (got < 0) return LastError is EAGAIN or EINTR;
                capture.Append(new ReadOnlySpan<byte>(buffer, (int)got));
            }
        }

        return true;
    }

    private static void Feed(ChildProcess child)
    {
        var input = child.Spec.StandardInput ?? [];
        fixed (byte* bytes = input)
        {
            while (child.InputOffset < input.Length)
            {
                var written = write(child.InFd, bytes + child.InputOffset, (nuint)(input.Length - child.InputOffset));
                if (written < 0)
                {
                    if (LastError is EAGAIN or EINTR) return;
                    break;
                }

                child.InputOffset += (int)written;
            }
        }

        child.InFd = CloseFd(child.InFd);
    }

    private void TryReap(ChildProcess child)
    {
        int status;
        var reaped = waitpid(child.Pid, &status, WNOHANG);
        if (reaped == 0 || (reaped < 0 && LastError == EINTR)) return;

        // The program has ended; a daemon it left behind may hold the pipes open, so end-of-file is not waited for.
        if (child.OutFd >= 0) Pump(child.OutFd, child.Output, DrainReadsMax);
        if (child.ErrFd >= 0) Pump(child.ErrFd, child.Error, DrainReadsMax);
        CloseAll(child);
        child.Pid = 0;
        if (reaped < 0)
        {
            _warn($"the exit status of {child.Spec.Path} was lost: waitpid failed with errno {LastError}");
            child.SetEnded(null, 0);
            return;
        }

        var signal = status & 0x7f;
        if (signal == 0) child.SetEnded((status >> 8) & 0xff, 0);
        else child.SetEnded(null, signal);
    }

    private static void CloseAll(ChildProcess child)
    {
        child.PidFd = CloseFd(child.PidFd);
        child.OutFd = CloseFd(child.OutFd);
        child.ErrFd = CloseFd(child.ErrFd);
        child.InFd = CloseFd(child.InFd);
    }

    private static int CloseFd(int fd)
    {
        if (fd >= 0) _ = close(fd);
        return -1;
    }
}
