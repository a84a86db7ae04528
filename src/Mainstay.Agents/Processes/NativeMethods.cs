using System.Runtime.InteropServices;

namespace Mainstay.Agents.Processes;

/// <summary>The libc calls that running agents takes. Linux only; glibc 2.34 or later (posix_spawn_file_actions_addclosefrom_np).</summary>
internal static unsafe partial class NativeMethods
{
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int ETXTBSY = 26;
    public const int ENOMEM = 12;

    public const int SIGKILL = 9;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;

    public const short POLLIN = 0x1;
    public const short POLLOUT = 0x4;

    public const int WNOHANG = 1;
    public const int O_CLOEXEC = 0x80000;
    public const int O_NONBLOCK = 0x800;
    public const int O_RDWR = 2;
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int CLONE_FS = 0x200;
    public const int EFD_FLAGS = O_CLOEXEC | O_NONBLOCK;

    public const short POSIX_SPAWN_SETPGROUP = 0x02;
    public const short POSIX_SPAWN_SETSIGDEF = 0x04;
    public const short POSIX_SPAWN_SETSIGMASK = 0x08;
    public const short POSIX_SPAWN_SETSCHEDULER = 0x20;
    public const short POSIX_SPAWN_SETSID = 0x80;

    public const long SYS_pidfd_open = 434;

    /// <summary>Room for glibc's opaque posix_spawn structures (336 and 80 bytes on 64-bit systems) and sigset_t (128).</summary>
    public const int OpaqueSize = 1024;

    private const string Libc = "libc";

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int poll(PollFd* fds, nuint count, int timeoutMs);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int pipe2(int* fds, int flags);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int kill(int pid, int signal);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial long syscall(long number, long first, long second, long third, long fourth);

    [LibraryImport(Libc, SetLastError = true)]
    internal static partial int unshare(int flags);

    [LibraryImport(Libc)]
    internal static partial uint umask(uint mask);

    [LibraryImport(Libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chdir(string path);

    [LibraryImport(Libc)]
    internal static partial nint signal(int number, nint handler);

    [LibraryImport(Libc)]
    internal static partial int sigaction(int number, void* action, void* old);

    [LibraryImport(Libc)]
    internal static partial int sigemptyset(void* set);

    [LibraryImport(Libc)]
    internal static partial int sigfillset(void* set);

    [LibraryImport(Libc)]
    internal static partial int posix_spawn(
        int* pid, byte* path, void* fileActions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_setpgroup(void* attributes, int group);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_setsigdefault(void* attributes, void* set);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_setsigmask(void* attributes, void* set);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_setschedpolicy(void* attributes, int policy);

    [LibraryImport(Libc)]
    internal static partial int posix_spawnattr_setschedparam(void* attributes, void* parameter);

    [LibraryImport(Libc)]
    internal static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport(Libc)]
    internal static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(Libc)]
    internal static partial int posix_spawn_file_actions_adddup2(void* actions, int fd, int newFd);

    [LibraryImport(Libc, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn_file_actions_addopen(void* actions, int fd, string path, int flags, uint mode);

    [LibraryImport(Libc)]
    internal static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int from);
}
