using System.Net;
using System.Runtime.InteropServices;

namespace Mainstay.Ring;

/// <summary>
/// The addresses of this host's interfaces by getifaddrs(3). The runtime's own list reads half of /proc and /sys and the resolver's
/// configuration with them, and fails where any of it is odd.
/// </summary>
internal static unsafe partial class InterfaceAddresses
{
    /// <summary>All of them; none where the system does not tell.</summary>
    public static IReadOnlyList<IPAddress> List()
    {
        if (GetInterfaceAddresses(out var first) != 0) return [];
        try
        {
            var found = new List<IPAddress>();
            for (var entry = first; entry is not null; entry = entry->Next)
            {
                if (KernelAddress.Read(entry->Address) is { } address) found.Add(address);
            }

            return found;
        }
        finally
        {
            FreeInterfaceAddresses(first);
        }
    }

    [LibraryImport("libc", EntryPoint = "getifaddrs")]
    private static partial int GetInterfaceAddresses(out Entry* first);

    [LibraryImport("libc", EntryPoint = "freeifaddrs")]
    private static partial void FreeInterfaceAddresses(Entry* first);

    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public Entry* Next;
        public byte* Name;
        public uint Flags;
        public byte* Address;
        public byte* Mask;
        public byte* OtherEnd;
        public void* Data;
    }
}
