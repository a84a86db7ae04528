namespace Mainstay.Totem;

/// <summary>The bounds of the protocol (spec/totem.md section 1.4), and the relations between them.</summary>
public static class Limits
{
    /// <summary>Members in any list.</summary>
    public const int NodeCountMax = 384;

    /// <summary>Messages kept for one ring; a power of two.</summary>
    public const int WindowSlots = 16384;

    /// <summary>Encapsulated messages queued in recovery.</summary>
    public const int RetransmitQueueMax = WindowSlots;

    /// <summary>Entries of a token's retransmit list.</summary>
    public const int RetransmitEntriesMax = 30;

    /// <summary>An incoming regular token longer than this is refused.</summary>
    public const int TokenSizeMax = 1500;

    /// <summary>The largest datagram taken; an encapsulated message still fits an IP packet.</summary>
    public const int DatagramSizeMax = 65536;

    /// <summary>Size of a message header on the wire.</summary>
    public const int MessageHeaderSize = 45;

    /// <summary>Memory that the queue of new messages may take, in bytes.</summary>
    public const int NewMessageQueueBytes = 4 * 1024 * 1024;

    /// <summary>The largest message that the group layer takes: an IPC request of 1 MiB and its headers.</summary>
    public const int GroupMessageSizeMax = (1024 * 1024) + (64 * 1024);

    /// <summary>Upper limit of window_size and max_messages: two rotations must fit the window with room to spare.</summary>
    public const uint WindowSizeMax = WindowSlots / 8;

    /// <summary>The longest timer, in milliseconds: one day.</summary>
    public const uint TimerMaxMs = 86_400_000;

    /// <summary>
    /// How long after the last message a ring of this implementation alone keeps its token moving, in milliseconds: who sends more often
    /// need not wake it.
    /// </summary>
    public const uint StayAwakeMs = 20;

    /// <summary>How long a node is held out at most, unless losing it once costs more than a quarter of that: five minutes.</summary>
    public const uint HoldOutMaxMs = 300_000;

    /// <summary>The smallest netmtu that leaves room for data after all headers.</summary>
    public const uint NetMtuMin = 256;
}
