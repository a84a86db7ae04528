using System.Runtime.InteropServices;

namespace Mainstay.Ring;

/// <summary>One descriptor of a <c>ppoll</c> call.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public int Descriptor;
    public short Wanted;
    public short Happened;
}

/// <summary>A piece of memory for <c>recvmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public byte* Base;
    public nuint Length;
}

/// <summary><c>struct msghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public byte* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary><c>struct mmsghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageBatchEntry
{
    public MessageHeader Header;

    /// <summary>Bytes received or sent.</summary>
    public uint Length;
}

[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpecification
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>The system calls of the event loop; blittable, so a call allocates nothing.</summary>
internal static unsafe partial class Native
{
    public const short PollIn = 1;
    public const short PollOut = 4;
    public const short PollError = 8;
    public const short PollProblem = PollError | 16 | 32;

    public const int MessageDontWait = 0x40;
    public const int MessageNoSignal = 0x4000;
    public const int MessageErrorQueue = 0x2000;

    public const int SocketLevel = 1;
    public const int SocketPeerCredentials = 17;
    public const int SocketReceiveBuffer = 8;
    public const int SocketSendBuffer = 7;
    public const int SocketReceiveBufferForce = 33;
    public const int SocketSendBufferForce = 32;

    public const int SocketPriority = 12;
    public const int PriorityInteractive = 6;
    public const int Ipv4Level = 0;
    public const int Ipv4TypeOfService = 1;
    public const int Ipv4PathMtu = 10;
    public const int Ipv4ReceiveErrors = 11;
    public const int Ipv4Mtu = 14;
    public const int Ipv4FreeBind = 15;
    public const int Ipv6Level = 41;
    public const int Ipv6PathMtu = 23;
    public const int Ipv6Mtu = 24;
    public const int Ipv6ReceiveErrors = 25;
    public const int Ipv6TrafficClass = 67;
    public const int LowDelay = 0x10;

    public const int UdpLevel = 17;
    public const int UdpSegment = 103;
    public const int UdpReceiveOffload = 104;

    /// <summary>Sets "don't fragment" and does not heed what the kernel believes of the path: what knet searches itself.</summary>
    public const int PathMtuProbe = 3;

    public const int ErrorMessageSize = 90;
    public const int ErrorConnectionAborted = 103;
    public const int ErrorProtocolUnreachable = 92;
    public const int ErrorNetworkUnreachable = 101;
    public const int ErrorNoBuffers = 105;
    public const int ErrorConnectionRefused = 111;
    public const int ErrorHostDown = 112;
    public const int ErrorHostUnreachable = 113;
    public const int ErrorInterrupted = 4;
    public const int ErrorWouldBlock = 11;

    private const string LibC = "libc";

    [LibraryImport(LibC, EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, TimeSpecification* timeout, void* signalMask);

    [LibraryImport(LibC, EntryPoint = "recvfrom", SetLastError = true)]
    public static partial nint ReceiveFrom(int descriptor, byte* buffer, nuint size, int flags, byte* address, uint* addressSize);

    [LibraryImport(LibC, EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(LibC, EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(
        int descriptor, MessageBatchEntry* messages, uint count, int flags, TimeSpecification* timeout);

    [LibraryImport(LibC, EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMessages(int descriptor, MessageBatchEntry* messages, uint count, int flags);

    [LibraryImport(LibC, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport(LibC, EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int descriptor, byte* buffer, nuint size, int flags, byte* address, uint addressSize);

    [LibraryImport(LibC, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, byte* address, uint* addressSize, int flags);

    [LibraryImport(LibC, EntryPoint = "socket", SetLastError = true)]
    public static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport(LibC, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, byte* address, uint addressSize);

    [LibraryImport(LibC, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(LibC, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int name, void* value, uint* size);

    [LibraryImport(LibC, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int name, void* value, uint size);

    [LibraryImport(LibC, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(LibC, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint size);

    [LibraryImport(LibC, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint size);

    [LibraryImport(LibC, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(LibC, EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SetScheduler(int process, int policy, int* priority);

    [LibraryImport(LibC, EntryPoint = "sched_get_priority_max")]
    public static partial int PriorityMax(int policy);

    [LibraryImport(LibC, EntryPoint = "sched_get_priority_min")]
    public static partial int PriorityMin(int policy);

    [LibraryImport(LibC, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetNice(int which, uint who, int priority);

    [LibraryImport(LibC, EntryPoint = "mlockall", SetLastError = true)]
    public static partial int LockMemory(int flags);

    /// <summary>Lets hang-ups reach this process though its parent ignored them (<c>nohup</c>): the runtime would leave them
    /// ignored.</summary>
    public static void HeedHangUp()
    {
        const int HangUp = 1;
        const nint DefaultAction = 0;
        SetAction(HangUp, DefaultAction);
    }

    /// <summary>How many files and sockets this process may have open (<c>RLIMIT_NOFILE</c>).</summary>
    public static ulong OpenFilesMax()
    {
        const int OpenFiles = 7;
        var limits = stackalloc ulong[2];
        return GetLimit(OpenFiles, limits) == 0 ? limits[0] : ulong.MaxValue;
    }

    /// <summary>The error of the last call, as a number.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>The error of the last call, in words.</summary>
    public static string LastErrorText => Marshal.GetPInvokeErrorMessage(LastError);

    [LibraryImport(LibC, EntryPoint = "signal", SetLastError = true)]
    private static partial nint SetAction(int signal, nint action);

    [LibraryImport(LibC, EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* limits);
}
