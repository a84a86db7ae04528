namespace Mainstay.Ring.Client;

/// <summary>Kinds of frames between a client and <c>mainstay-ring</c>; those of the daemon have the high bit.</summary>
internal enum FrameKind : byte
{
    /// <summary>Magic and version; must be the first frame.</summary>
    Hello = 1,

    /// <summary>Group name.</summary>
    Join = 2,

    /// <summary>Nothing.</summary>
    Leave = 3,

    /// <summary>The payload.</summary>
    Multicast = 4,

    /// <summary>Nothing.</summary>
    Status = 5,

    /// <summary>Nothing: all nodes read their configuration files again.</summary>
    Reload = 6,

    /// <summary>New expected votes.</summary>
    SetExpectedVotes = 7,

    /// <summary>Identity of the node; answers <see cref="Hello"/>.</summary>
    Welcome = 0x81,

    /// <summary>Result and text; answers a request by its number.</summary>
    Reply = 0x82,

    /// <summary>A message to the group.</summary>
    Message = 0x83,

    /// <summary>A group change.</summary>
    GroupChange = 0x84,

    /// <summary>A membership or quorum change.</summary>
    QuorumChange = 0x85,

    /// <summary>Answers <see cref="Status"/>.</summary>
    StatusReply = 0x86,

    /// <summary>The daemon closes the connection: reason.</summary>
    Goodbye = 0x87,
}

/// <summary>
/// The framing on the daemon's unix socket: 4 bytes size of what follows, 1 byte <see cref="FrameKind"/>, 4 bytes request number, body.
/// All integers are little-endian; texts are UTF-8 with a 16-bit length.
/// </summary>
internal static class RingProtocol
{
    public const uint Magic = 0x474e5352;
    public const ushort Version = 1;
    public const int HeaderSize = 9;
    public const int SizeFieldSize = 4;

    /// <summary>The longest message of a client.</summary>
    public const int MessageSizeMax = 1024 * 1024;

    /// <summary>The longest frame a client may send.</summary>
    public const int RequestSizeMax = MessageSizeMax + 1024;

    /// <summary>The longest frame the daemon sends: a message put together of pieces (16 MiB) or a long membership list.</summary>
    public const int EventSizeMax = (16 * 1024 * 1024) + 4096;

    /// <summary>Result of a request in a <see cref="FrameKind.Reply"/>.</summary>
    public const byte Accepted = 0;

    /// <summary>The request was refused; the text says why.</summary>
    public const byte Refused = 1;
}
