using System.Net;
using Mainstay.Ring.Links;
using Mainstay.Testing;

namespace Mainstay.Ring.Tests;

/// <summary>What the kernel says of interfaces and addresses (rtnetlink(7)).</summary>
public sealed class InterfaceTests
{
    private const ushort NewLink = 16;
    private const ushort DeleteLink = 17;
    private const ushort NewAddress = 20;
    private const ushort DeleteAddress = 21;
    private const uint Up = 0x1;
    private const uint UpAndRunning = 0x41;

    private static readonly IPAddress s_address = IPAddress.Parse("10.77.0.1");

    [Fact]
    public void An_address_carries_while_its_interface_is_up_and_has_a_carrier()
    {
        var table = new InterfaceTable();
        table.Read([.. Link(NewLink, 2, UpAndRunning), .. Link(NewLink, 3, UpAndRunning), .. Address(NewAddress, 2, s_address)]);
        Assert.True(table.CanCarry(s_address));
        Assert.False(table.CanCarry(IPAddress.Parse("10.77.0.2")));
        table.Read(Link(NewLink, 3, 0));
        Assert.True(table.CanCarry(s_address));
        table.Read(Link(NewLink, 2, Up));
        Assert.False(table.CanCarry(s_address));
        table.Read(Link(NewLink, 2, UpAndRunning));
        Assert.True(table.CanCarry(s_address));
        table.Read(Address(DeleteAddress, 2, s_address));
        Assert.False(table.CanCarry(s_address));
        table.Read([.. Link(NewLink, 3, UpAndRunning), .. Address(NewAddress, 3, s_address), .. Link(DeleteLink, 2, 0)]);
        Assert.True(table.CanCarry(s_address));
    }

    [Theory]
    [InlineData("fd00::7")]
    [InlineData("fe80::7%4")]
    public void Addresses_of_IPv6_are_understood(string text)
    {
        var table = new InterfaceTable();
        table.Read([.. Link(NewLink, 4, UpAndRunning), .. Address(NewAddress, 4, IPAddress.Parse(text))]);
        Assert.True(table.CanCarry(IPAddress.Parse(text)));
    }

    [Fact]
    public void The_near_end_of_a_point_to_point_interface_counts()
    {
        var table = new InterfaceTable();
        var far = IPAddress.Parse("10.9.9.9");
        byte[] attributes = [.. Attribute(1, far.GetAddressBytes()), .. Attribute(2, s_address.GetAddressBytes())];
        table.Read([.. Link(NewLink, 2, UpAndRunning), .. Message(NewAddress, [2, 32, 0, 0, 2, 0, 0, 0, .. attributes])]);
        Assert.True(table.CanCarry(s_address));
        Assert.False(table.CanCarry(far));
    }

    [Fact]
    public void Any_bytes_are_taken()
    {
        var random = new SplitMix(7);
        byte[] good = [.. Link(NewLink, 2, UpAndRunning), .. Address(NewAddress, 2, s_address)];
        for (var round = 0; round < 20_000; round++)
        {
            var table = new InterfaceTable();
            var bytes = good.ToArray();
            for (var change = 0; change < 4; change++) bytes[random.Below(bytes.Length)] = (byte)random.Below(256);
            table.Read(bytes.AsSpan(0, random.Below(bytes.Length + 1)));
        }
    }

    [Fact]
    public void The_kernel_tells_of_the_loopback_interface()
    {
        using var watch = new InterfaceWatch();
        Assert.SkipUnless(watch.Descriptor >= 0, "no netlink socket to be had here");
        watch.SetLinks([(0, IPAddress.Parse("192.0.2.1"))]);
        Assert.Empty(watch.Read());
        Assert.True(watch.IsIsolated);
        watch.SetLinks([(0, IPAddress.Parse("192.0.2.1")), (1, IPAddress.Loopback)]);
        Assert.False(watch.IsIsolated);
    }

    private static byte[] Link(ushort type, int index, uint flags)
    {
        var body = new byte[16];
        BitConverter.TryWriteBytes(body.AsSpan(4), index);
        BitConverter.TryWriteBytes(body.AsSpan(8), flags);
        return Message(type, body);
    }

    private static byte[] Address(ushort type, int index, IPAddress address)
    {
        var body = new byte[8];
        BitConverter.TryWriteBytes(body.AsSpan(4), index);
        return Message(type, [.. body, .. Attribute(1, address.GetAddressBytes())]);
    }

    private static byte[] Attribute(ushort type, byte[] value)
    {
        var bytes = new byte[4 + value.Length];
        BitConverter.TryWriteBytes(bytes, (ushort)bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(2), type);
        value.CopyTo(bytes, 4);
        return bytes;
    }

    private static byte[] Message(ushort type, byte[] body)
    {
        var bytes = new byte[16 + body.Length];
        BitConverter.TryWriteBytes(bytes, bytes.Length);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), type);
        body.CopyTo(bytes, 16);
        return bytes;
    }
}
