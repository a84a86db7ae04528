using System.Runtime.InteropServices;

namespace Mainstay.Ring.Client.Corosync;

/// <summary>Results of Corosync's libraries that are told apart here (<c>cs_error_t</c>).</summary>
internal enum CorosyncResult
{
    Ok = 1,
    Library = 2,
    TryAgain = 6,
    NotFound = 12,
}

/// <summary>Identity of a membership as the libraries pass it, by value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CorosyncRingId
{
    public uint NodeId;
    public ulong Sequence;
}

/// <summary>A group's name.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CpgName
{
    public uint Length;
    public fixed byte Value[128];
}

/// <summary>A process in a group, and why it came or went.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CpgAddress
{
    public uint NodeId;
    public uint ProcessId;
    public uint Reason;
}

/// <summary>A piece of memory to send.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    public void* Base;
    public nuint Length;
}

/// <summary>Callbacks of a connection to process groups, model 1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CpgModel
{
    public int Model;
    public delegate* unmanaged<ulong, CpgName*, uint, uint, void*, nuint, void> Deliver;
    public delegate* unmanaged<ulong, CpgName*, CpgAddress*, nuint, CpgAddress*, nuint, CpgAddress*, nuint, void> GroupChanged;
    public delegate* unmanaged<ulong, CorosyncRingId, uint, uint*, void> RingChanged;
    public uint Flags;
}

/// <summary>Callbacks of a connection to quorum, model 1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct QuorumModel
{
    public int Model;
    public delegate* unmanaged<ulong, uint, CorosyncRingId, uint, uint*, void> QuorumChanged;
    public void* NodeListChanged;
}

/// <summary>What votequorum knows of a node.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VoteInfo
{
    public uint NodeId;
    public uint NodeState;
    public uint NodeVotes;
    public uint NodeExpectedVotes;
    public uint HighestExpected;
    public uint TotalVotes;
    public uint Quorum;
    public uint Flags;
    public uint DeviceVotes;
    public fixed byte DeviceName[256];
}

/// <summary>A descriptor to wait on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int Descriptor;
    public short Wanted;
    public short Happened;
}

/// <summary>
/// The interface of Corosync's libraries, as its manual pages document it: cpg_overview(3), quorum_overview(3), votequorum_overview(3),
/// cmap_overview(3).
/// </summary>
internal static unsafe partial class CorosyncLibraries
{
    public const int DispatchAll = 2;
    public const int AgreedOrder = 2;
    public const int ModelOne = 1;
    public const uint TrackCurrentAndChanges = 1 | 2;
    public const int KeySizeMax = 255;

    private const string Cpg = "libcpg.so.4";
    private const string Quorum = "libquorum.so.5";
    private const string Votequorum = "libvotequorum.so.8";
    private const string Cmap = "libcmap.so.4";
    private const string C = "libc";

    [LibraryImport(Cpg, EntryPoint = "cpg_model_initialize")]
    public static partial CorosyncResult CpgInitialize(out ulong handle, int model, CpgModel* data, nint context);

    [LibraryImport(Cpg, EntryPoint = "cpg_finalize")]
    public static partial CorosyncResult CpgFinalize(ulong handle);

    [LibraryImport(Cpg, EntryPoint = "cpg_fd_get")]
    public static partial CorosyncResult CpgDescriptor(ulong handle, out int descriptor);

    [LibraryImport(Cpg, EntryPoint = "cpg_dispatch")]
    public static partial CorosyncResult CpgDispatch(ulong handle, int kind);

    [LibraryImport(Cpg, EntryPoint = "cpg_join")]
    public static partial CorosyncResult CpgJoin(ulong handle, CpgName* group);

    [LibraryImport(Cpg, EntryPoint = "cpg_leave")]
    public static partial CorosyncResult CpgLeave(ulong handle, CpgName* group);

    [LibraryImport(Cpg, EntryPoint = "cpg_mcast_joined")]
    public static partial CorosyncResult CpgMulticast(ulong handle, int guarantee, IoVector* vectors, uint count);

    [LibraryImport(Cpg, EntryPoint = "cpg_local_get")]
    public static partial CorosyncResult CpgLocalNode(ulong handle, out uint nodeId);

    [LibraryImport(Quorum, EntryPoint = "quorum_model_initialize")]
    public static partial CorosyncResult QuorumInitialize(out ulong handle, int model, QuorumModel* data, out uint type, nint context);

    [LibraryImport(Quorum, EntryPoint = "quorum_finalize")]
    public static partial CorosyncResult QuorumFinalize(ulong handle);

    [LibraryImport(Quorum, EntryPoint = "quorum_fd_get")]
    public static partial CorosyncResult QuorumDescriptor(ulong handle, out int descriptor);

    [LibraryImport(Quorum, EntryPoint = "quorum_dispatch")]
    public static partial CorosyncResult QuorumDispatch(ulong handle, int kind);

    [LibraryImport(Quorum, EntryPoint = "quorum_trackstart")]
    public static partial CorosyncResult QuorumTrack(ulong handle, uint flags);

    [LibraryImport(Votequorum, EntryPoint = "votequorum_initialize")]
    public static partial CorosyncResult VotesInitialize(out ulong handle, nint callbacks);

    [LibraryImport(Votequorum, EntryPoint = "votequorum_finalize")]
    public static partial CorosyncResult VotesFinalize(ulong handle);

    [LibraryImport(Votequorum, EntryPoint = "votequorum_getinfo")]
    public static partial CorosyncResult VotesGet(ulong handle, uint nodeId, VoteInfo* info);

    [LibraryImport(Cmap, EntryPoint = "cmap_initialize")]
    public static partial CorosyncResult CmapInitialize(out ulong handle);

    [LibraryImport(Cmap, EntryPoint = "cmap_finalize")]
    public static partial CorosyncResult CmapFinalize(ulong handle);

    [LibraryImport(Cmap, EntryPoint = "cmap_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial CorosyncResult CmapGet(ulong handle, string key, void* value, nuint* size, int* type);

    [LibraryImport(C, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, ulong count, int timeoutMilliseconds);

    [LibraryImport(C, EntryPoint = "eventfd")]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(C, EntryPoint = "write")]
    public static partial nint Write(int descriptor, void* bytes, nuint count);

    [LibraryImport(C, EntryPoint = "close")]
    public static partial int Close(int descriptor);
}
