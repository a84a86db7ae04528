using System.Net;
using System.Runtime.InteropServices;

namespace Mainstay.Ring;

/// <summary>
/// Host names by getaddrinfo(3), as every other program on the host sees them. <see cref="Dns"/> is no replacement: for the host's
/// own name it adds the addresses of all interfaces, so a node could bind another link, or a link-local address, than the one that
/// /etc/hosts gives it.
/// </summary>
internal static unsafe partial class NameResolution
{
    private const int Datagram = 2;

    /// <summary>The addresses of a name, in the resolver's order; empty where it has none.</summary>
    public static IReadOnlyList<IPAddress> Resolve(string name)
    {
        var hints = new AddressInfo { SocketType = Datagram };
        if (GetAddressInfo(name, null, &hints, out var first) != 0) return [];
        try
        {
            var found = new List<IPAddress>();
            for (var entry = first; entry is not null; entry = entry->Next)
            {
                if (KernelAddress.Read(entry->Address) is { } address && !found.Contains(address)) found.Add(address);
            }

            return found;
        }
        finally
        {
            FreeAddressInfo(first);
        }
    }

    [LibraryImport("libc", EntryPoint = "getaddrinfo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetAddressInfo(string node, string? service, AddressInfo* hints, out AddressInfo* result);

    [LibraryImport("libc", EntryPoint = "freeaddrinfo")]
    private static partial void FreeAddressInfo(AddressInfo* first);

    [StructLayout(LayoutKind.Sequential)]
    private struct AddressInfo
    {
        public int Flags;
        public int Family;
        public int SocketType;
        public int Protocol;
        public uint AddressSize;
        public byte* Address;
        public byte* CanonicalName;
        public AddressInfo* Next;
    }
}
