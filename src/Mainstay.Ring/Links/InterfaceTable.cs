using System.Net;

namespace Mainstay.Ring.Links;

/// <summary>
/// Which local addresses have an interface that can carry packets, from the kernel's route messages (rtnetlink(7): <c>RTM_NEWLINK</c>,
/// <c>RTM_DELLINK</c>, <c>RTM_NEWADDR</c>, <c>RTM_DELADDR</c>). Takes any bytes; what it does not know it passes over.
/// </summary>
internal sealed class InterfaceTable
{
    private const int MessageHeaderSize = 16;
    private const int LinkSize = 16;
    private const int AddressSize = 8;
    private const int AttributeHeaderSize = 4;
    private const int Alignment = 4;

    private const ushort Done = 3;
    private const ushort NewLink = 16;
    private const ushort DeleteLink = 17;
    private const ushort NewAddress = 20;
    private const ushort DeleteAddress = 21;

    private const uint FlagUp = 0x1;
    private const uint FlagRunning = 0x40;

    // IFA_ADDRESS is the other end of a point-to-point interface; IFA_LOCAL, where it is there, is this one.
    private const ushort AttributeAddress = 1;
    private const ushort AttributeLocal = 2;

    private readonly Dictionary<int, bool> _isRunning = [];
    private readonly HashSet<(IPAddress Address, int Interface)> _addresses = [];

    /// <summary>Answers to questions that have come to their end.</summary>
    public int AnswersEnded { get; private set; }

    /// <summary>Takes what one read of the socket brought: messages one after the other.</summary>
    public void Read(ReadOnlySpan<byte> messages)
    {
        while (messages.Length >= MessageHeaderSize)
        {
            var length = BitConverter.ToUInt32(messages);
            if (length < MessageHeaderSize || length > messages.Length) return;
            Take(BitConverter.ToUInt16(messages[4..]), messages[MessageHeaderSize..(int)length]);
            messages = messages[Math.Min(messages.Length, Aligned((int)length))..];
        }
    }

    /// <summary>Whether an address is there, on an interface that is up and has a carrier.</summary>
    public bool CanCarry(IPAddress address) =>
        _addresses.Any(a => a.Address.Equals(address) && _isRunning.GetValueOrDefault(a.Interface));

    private void Take(ushort type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case Done:
                AnswersEnded++;
                break;
            case NewLink when body.Length >= LinkSize:
                var flags = BitConverter.ToUInt32(body[8..]);
                _isRunning[BitConverter.ToInt32(body[4..])] = (flags & (FlagUp | FlagRunning)) == (FlagUp | FlagRunning);
                break;
            case DeleteLink when body.Length >= LinkSize:
                _isRunning.Remove(BitConverter.ToInt32(body[4..]));
                break;
            case NewAddress when TryReadAddress(body, out var added):
                _addresses.Add(added);
                break;
            case DeleteAddress when TryReadAddress(body, out var removed):
                _addresses.Remove(removed);
                break;
            default:
                break;
        }
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> body, out (IPAddress Address, int Interface) found)
    {
        found = default;
        if (body.Length < AddressSize) return false;
        var index = BitConverter.ToInt32(body[4..]);
        var attributes = body[AddressSize..];
        while (attributes.Length >= AttributeHeaderSize)
        {
            var length = BitConverter.ToUInt16(attributes);
            if (length < AttributeHeaderSize || length > attributes.Length) break;
            var value = attributes[AttributeHeaderSize..length];
            var type = BitConverter.ToUInt16(attributes[2..]);
            var isWanted = type == AttributeLocal || (type == AttributeAddress && found.Address is null);
            if (isWanted && value.Length is 4 or 16) found = (AddressOf(value, index), index);
            attributes = attributes[Math.Min(attributes.Length, Aligned(length))..];
        }

        return found.Address is not null;
    }

    // A link-local address of IPv6 says little without its interface, and is written with it.
    private static IPAddress AddressOf(ReadOnlySpan<byte> bytes, int index)
    {
        var address = new IPAddress(bytes);
        return address.IsIPv6LinkLocal ? new IPAddress(bytes, index) : address;
    }

    private static int Aligned(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}
