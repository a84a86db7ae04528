using System.Buffers.Binary;
using System.Net;

namespace Mainstay.Knet;

/// <summary>An address of a link's end, comparable without allocation. An IPv4 address mapped to IPv6 is the IPv4 address.</summary>
/// <param name="Bits">The address as a number, its first octet highest.</param>
/// <param name="IsIpv6">Family.</param>
public readonly record struct LinkAddress(UInt128 Bits, bool IsIpv6)
{
    private const int Ipv4Size = 4;
    private const int Ipv6Size = 16;

    /// <summary>The address of an <see cref="IPAddress"/>; scopes do not count.</summary>
    public static LinkAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Ipv6Size];
        address.TryWriteBytes(bytes, out var size);
        _ = TryRead(bytes[..size], out var link);
        return link;
    }

    /// <summary>Reads 4 or 16 bytes in network order.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out LinkAddress address)
    {
        address = default;
        if (bytes.Length == Ipv4Size)
        {
            address = new LinkAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), false);
            return true;
        }

        if (bytes.Length != Ipv6Size) return false;
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        address = bits >> 32 == 0xffff ? new LinkAddress((uint)bits, false) : new LinkAddress(bits, true);
        return true;
    }

    /// <summary>The same address as the framework's type.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[Ipv6Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPAddress(IsIpv6 ? bytes : bytes[(Ipv6Size - Ipv4Size)..]);
    }

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();
}
