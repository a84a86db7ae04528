using System.Text;
using static Mainstay.Agents.Processes.NativeMethods;

namespace Mainstay.Agents.Processes;

/// <summary>
/// Starts one program with <c>posix_spawn</c>: process group or session, signals at their defaults, only descriptors 0 to 2.
/// </summary>
internal static unsafe class Spawner
{
    /// <summary>Starts the child's program and opens its descriptors. Returns 0 or the errno of the failure.</summary>
    public static int Spawn(ChildProcess child)
    {
        var spec = child.Spec;
        int inFar = -1, outFar = -1, errFar = -1;
        try
        {
            var error = 0;
            if (!spec.IsService)
            {
                (child.OutFd, outFar, error) = OpenPipe();
                if (error == 0) (child.ErrFd, errFar, error) = OpenPipe();
            }

            if (error == 0 && spec.StandardInput is not null) (inFar, child.InFd, error) = OpenPipe();
            if (error != 0) return error;
            foreach (var near in (ReadOnlySpan<int>)[child.OutFd, child.ErrFd, child.InFd]) SetNonBlocking(near);
            error = Spawn(spec, inFar, outFar, errFar, out var pid);
            if (error != 0) return error;
            child.Pid = pid;
            child.PidFd = (int)syscall(SYS_pidfd_open, pid, 0, 0, 0);
            return 0;
        }
        finally
        {
            foreach (var far in (ReadOnlySpan<int>)[inFar, outFar, errFar])
            {
                if (far >= 0) _ = close(far);
            }
        }
    }

    private static (int ReadEnd, int WriteEnd, int Error) OpenPipe()
    {
        var fds = stackalloc int[2];
        return pipe2(fds, O_CLOEXEC) == 0
            ? (fds[0], fds[1], 0)
            : (-1, -1, System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
    }

    private static void SetNonBlocking(int fd)
    {
        if (fd < 0) return;
        var flags = fcntl(fd, F_GETFL, 0);
        _ = fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    }

    private static int Spawn(ProcessSpec spec, int stdin, int stdout, int stderr, out int pid)
    {
        var attributes = stackalloc byte[OpaqueSize];
        var actions = stackalloc byte[OpaqueSize];
        var set = stackalloc byte[OpaqueSize];
        pid = 0;
        if ((posix_spawnattr_init(attributes) | posix_spawn_file_actions_init(actions)) != 0) return ENOMEM;
        try
        {
            var error = Prepare(attributes, set) | Redirect(actions, stdin, 0) | Redirect(actions, stdout, 1) | Redirect(actions, stderr, 2)
                        | posix_spawnattr_setflags(attributes, Flags(spec))
                        | posix_spawn_file_actions_addclosefrom_np(actions, 3);
            return error != 0 ? ENOMEM : Exec(spec, actions, attributes, out pid);
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    private static short Flags(ProcessSpec spec) => (short)(
        (spec.IsService ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP)
        | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSCHEDULER);

    private static int Prepare(void* attributes, void* set)
    {
        // SCHED_OTHER, priority 0: agents of a real-time process must not be real-time.
        var priority = 0;
        return posix_spawnattr_setpgroup(attributes, 0)
               | sigfillset(set)
               | posix_spawnattr_setsigdefault(attributes, set)
               | sigemptyset(set)
               | posix_spawnattr_setsigmask(attributes, set)
               | posix_spawnattr_setschedpolicy(attributes, 0)
               | posix_spawnattr_setschedparam(attributes, &priority);
    }

    private static int Redirect(void* actions, int from, int to) => from >= 0
        ? posix_spawn_file_actions_adddup2(actions, from, to)
        : posix_spawn_file_actions_addopen(actions, to, "/dev/null", O_RDWR, 0);

    private static int Exec(ProcessSpec spec, void* actions, void* attributes, out int pid)
    {
        using var strings = new StringBlock();
        var path = strings.Add(spec.Path);
        var arguments = strings.AddVector([spec.Path, .. spec.Arguments]);
        var environment = strings.AddVector(spec.Environment
            .Where(static v => v.Key.Length > 0 && v.Key.AsSpan().IndexOfAny('=', '\0') < 0)
            .Where(static v => !v.Value.Contains('\0', StringComparison.Ordinal))
            .Select(static v => $"{v.Key}={v.Value}"));
        int started;
        var error = posix_spawn(&started, path, actions, attributes, arguments, environment);
        pid = error == 0 ? started : 0;
        return error;
    }

    /// <summary>Zero-terminated strings and vectors of them in native memory.</summary>
    private sealed class StringBlock : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public byte* Add(string text)
        {
            var size = Encoding.UTF8.GetByteCount(text);
            var block = Allocate(size + 1);
            Encoding.UTF8.GetBytes(text, new Span<byte>(block, size));
            ((byte*)block)[size] = 0;
            return (byte*)block;
        }

        public byte** AddVector(IEnumerable<string> texts)
        {
            var items = texts.ToList();
            var vector = (byte**)Allocate((items.Count + 1) * sizeof(nint));
            for (var i = 0; i < items.Count; i++) vector[i] = Add(items[i]);
            vector[items.Count] = null;
            return vector;
        }

        public void Dispose()
        {
            foreach (var block in _blocks) System.Runtime.InteropServices.NativeMemory.Free((void*)block);
        }

        private void* Allocate(int size)
        {
            var block = System.Runtime.InteropServices.NativeMemory.Alloc((nuint)size);
            _blocks.Add((nint)block);
            return block;
        }
    }
}
