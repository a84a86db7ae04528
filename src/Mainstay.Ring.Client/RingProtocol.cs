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

    /// <summary>Which map, key: answered by <see cref="Answer"/> with the value.</summary>
    MapGet = 8,

    /// <summary>Which map, key, value.</summary>
    MapSet = 9,

    /// <summary>Which map, key.</summary>
    MapDelete = 10,

    /// <summary>Which map, prefix: answered by <see cref="Answer"/> with keys and values.</summary>
    MapList = 11,

    /// <summary>Which map, number of the track, kinds of changes, whether a prefix, key.</summary>
    MapTrack = 12,

    /// <summary>Which map, number of the track.</summary>
    MapUntrack = 13,

    /// <summary>Node, 0 for this one: answered by <see cref="Answer"/> with what votequorum knows of it.</summary>
    Votes = 14,

    /// <summary>Node, 0 for this one; votes.</summary>
    SetVotes = 15,

    /// <summary>Name of the quorum device; the reply comes when all nodes know it.</summary>
    DeviceRegister = 16,

    /// <summary>Name of the quorum device.</summary>
    DeviceUnregister = 17,

    /// <summary>Old and new name of the quorum device.</summary>
    DeviceRename = 18,

    /// <summary>Name of the quorum device, whether it casts its vote, ring.</summary>
    DevicePoll = 19,

    /// <summary>Name of the quorum device, whether its vote alone makes the node quorate.</summary>
    DeviceMasterWins = 20,

    /// <summary>Nothing: answered by <see cref="Answer"/> with the links.</summary>
    Links = 21,

    /// <summary>Node, reason.</summary>
    KillNode = 22,

    /// <summary>Nothing: the daemon opens its log files anew.</summary>
    ReopenLogs = 23,

    /// <summary>Kind of shutdown; the reply comes when it is decided.</summary>
    Shutdown = 24,

    /// <summary>Nothing: this client is asked before a shutdown.</summary>
    WatchShutdown = 25,

    /// <summary>Whether this client agrees.</summary>
    AnswerShutdown = 26,

    /// <summary>Nothing: answered by <see cref="Answer"/> with all groups and their members.</summary>
    Groups = 27,

    /// <summary>Which piece, length of the whole message, the piece.</summary>
    MulticastPart = 28,

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

    /// <summary>The daemon closes the connection: reason; the error for who was turned away.</summary>
    Goodbye = 0x87,

    /// <summary>What a request asked for, by its number.</summary>
    Answer = 0x88,

    /// <summary>A tracked key changed: track, kind, key, new value, old value.</summary>
    MapChange = 0x89,

    /// <summary>A shutdown is asked for: its kind.</summary>
    ShutdownAsked = 0x8a,

    /// <summary>Whether requests of this client wait: for the ring, or until it has read.</summary>
    FlowControl = 0x8b,

    /// <summary>The membership that the client's quorum device is to decide on.</summary>
    DevicePollWanted = 0x8c,
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

    /// <summary>
    /// The request number of who wants no word of success: refusals of messages, joins and leaves are told, their acceptance is not.
    /// </summary>
    public const uint Unanswered = 0;

    /// <summary>The longest message of a client.</summary>
    public const int MessageSizeMax = 1024 * 1024;

    /// <summary>The longest frame a client may send.</summary>
    public const int RequestSizeMax = MessageSizeMax + 1024;

    /// <summary>The longest frame the daemon sends: a message put together of pieces (16 MiB) or a long membership list.</summary>
    public const int EventSizeMax = (16 * 1024 * 1024) + 4096;

    /// <summary>Longest piece of a message that is sent in several.</summary>
    public const int PartSizeMax = 512 * 1024;

    public const byte FirstPart = 1;
    public const byte ContinuedPart = 2;
    public const byte LastPart = 3;

    /// <summary>Longest message of all: the receivers' limit.</summary>
    public const int LongMessageSizeMax = 16 * 1024 * 1024;
}
