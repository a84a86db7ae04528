using System.Net;
using System.Runtime.InteropServices;

namespace Mainstay.Ring;

/// <summary>The kernel's <c>struct sockaddr</c>.</summary>
internal static unsafe class KernelAddress
{
    private const ushort InternetFamily = 2;
    private const ushort Internet6Family = 10;
    private const int Size4 = 16;
    private const int Size6 = 28;

    /// <summary>The address in it, with its scope; <see langword="null"/> where there is none or it is of another family.</summary>
    public static IPAddress? Read(byte* address) => address is null ? null : *(ushort*)address switch
    {
        InternetFamily => new IPAddress(new ReadOnlySpan<byte>(address, Size4).Slice(4, 4)),
        Internet6Family => Read6(new ReadOnlySpan<byte>(address, Size6)),
        _ => null,
    };

    private static IPAddress Read6(ReadOnlySpan<byte> bytes) => new(bytes.Slice(8, 16), MemoryMarshal.Read<uint>(bytes[24..]));
}
