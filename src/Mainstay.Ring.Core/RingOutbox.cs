using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <summary>What a <see cref="RingNode"/> tells its shell beside network outputs.</summary>
public enum RingOutputKind : byte
{
    /// <summary>The client's own join was delivered.</summary>
    Joined,

    /// <summary>The client's own leave was delivered.</summary>
    Left,

    /// <summary>A message to the client's group: <see cref="RingOutput.Process"/>, <see cref="RingOutput.Bytes"/>.</summary>
    Message,

    /// <summary>The client's group changed: <see cref="RingOutput.Change"/>.</summary>
    GroupChanged,

    /// <summary>Membership, votes or quorum changed: <see cref="RingNode.Quorum"/> as it is now, for all clients.</summary>
    QuorumChanged,

    /// <summary>A line for the log: <see cref="RingOutput.Priority"/>, <see cref="RingOutput.Text"/>.</summary>
    Log,

    /// <summary>Store the tracked expected votes <see cref="RingOutput.Number"/> durably (<c>ev_tracking</c>).</summary>
    StoreExpectedVotes,

    /// <summary>Node <see cref="RingOutput.Number"/> asked all to read their configuration files again.</summary>
    ReloadRequested,

    /// <summary>The client, which watches for it, is asked whether this node may go down; <see cref="RingOutput.Number"/> is the
    /// <see cref="ShutdownKind"/>.</summary>
    ShutdownAsked,

    /// <summary>The client's shutdown request is decided: <see cref="RingOutput.Number"/> is the <see cref="ShutdownOutcome"/>.</summary>
    ShutdownDecided,

    /// <summary>The client's registration of a quorum device is known everywhere: <see cref="RingOutput.Number"/> is the
    /// <see cref="VoteResult"/>.</summary>
    DeviceRegistered,

    /// <summary>The client's quorum device must poll for the membership of <see cref="RingOutput.Quorum"/> before quorum is decided;
    /// its votes are those of before.</summary>
    DevicePollWanted,

    /// <summary>Ask node <see cref="RingOutput.Number"/>, over all links, for a sign of life.</summary>
    ProbePeer,

    /// <summary>
    /// This node's own message about phase <see cref="RingOutput.Number"/> of a change of crypto was delivered: 1 begins to send with the
    /// new settings, 2 ends the old ones.
    /// </summary>
    CryptoPhase,

    /// <summary>The process must end: <see cref="RingOutput.Text"/> says why.</summary>
    Terminate,
}

/// <summary>One output to the clients or the process. Which properties count depends on <see cref="Kind"/>.</summary>
public readonly struct RingOutput
{
    /// <summary>What happened.</summary>
    public RingOutputKind Kind { get; init; }

    /// <summary>The client concerned, as the shell numbers them.</summary>
    public int Client { get; init; }

    /// <summary>Sender of a message.</summary>
    public GroupProcess Process { get; init; }

    /// <summary>Payload of a message; valid until the outbox is cleared.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The group's change.</summary>
    public GroupChange? Change { get; init; }

    /// <summary>The quorum to report, frozen at this point of the order.</summary>
    public QuorumView? Quorum { get; init; }

    /// <summary>Priority of a log line.</summary>
    public LogPriority Priority { get; init; }

    /// <summary>A log line or a reason.</summary>
    public string? Text { get; init; }

    /// <summary>A number to store; for <see cref="RingOutputKind.Terminate"/> 0 where the end was asked for here, else 1.</summary>
    public uint Number { get; init; }
}

/// <summary>Membership and votes at one point of the agreed order.</summary>
/// <param name="Ring">The ring id of the last finished synchronisation.</param>
/// <param name="IsQuorate">Whether this partition may act.</param>
/// <param name="Members">Node ids, ascending.</param>
/// <param name="Votes">Votes present.</param>
/// <param name="ExpectedVotes">Votes expected.</param>
/// <param name="Needed">Votes needed.</param>
public sealed record QuorumView(
    RingId Ring, bool IsQuorate, IReadOnlyList<uint> Members, uint Votes, uint ExpectedVotes, uint Needed);

/// <summary>
/// Outputs of a <see cref="RingNode"/>: <see cref="Network"/> in its own order, then the <see cref="Outputs"/> for clients and process in
/// theirs. Owned, drained and cleared by the caller; memory is reused.
/// </summary>
public sealed class RingOutbox
{
    private const int ChunkSize = 256 * 1024;

    private readonly List<byte[]> _chunks = [];
    private RingOutput[] _outputs = new RingOutput[64];
    private int _count;
    private int _chunk;
    private int _chunkUsed;

    /// <summary>
    /// What goes to the network and the disk. Of its kinds only SendToken, Multicast, StoreRingSequence, DiscardReceived and Trace are for
    /// the shell; Deliver and ConfigurationChange were used up by the node.
    /// </summary>
    public Outbox Network { get; } = new();

    /// <summary>What goes to clients and process.</summary>
    public ReadOnlySpan<RingOutput> Outputs => _outputs.AsSpan(0, _count);

    /// <summary>Whether the process must end after these outputs.</summary>
    public bool IsTerminating { get; private set; }

    /// <summary>Network outputs the node has looked at already.</summary>
    internal int NetworkRead { get; set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Network.Clear();
        NetworkRead = 0;
        Array.Clear(_outputs, 0, _count);
        _count = 0;
        _chunk = 0;
        _chunkUsed = 0;
    }

    internal void Add(in RingOutput output)
    {
        if (_count == _outputs.Length) Array.Resize(ref _outputs, _count * 2);
        _outputs[_count++] = output;
        if (output.Kind == RingOutputKind.Terminate) IsTerminating = true;
    }

    internal void Log(LogPriority priority, string text) =>
        Add(new RingOutput { Kind = RingOutputKind.Log, Priority = priority, Text = text });

    /// <summary>Copies bytes into memory that lives until <see cref="Clear"/>.</summary>
    internal ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            if (_chunk == _chunks.Count) _chunks.Add(new byte[Math.Max(ChunkSize, bytes.Length)]);
            var chunk = _chunks[_chunk];
            if (chunk.Length - _chunkUsed >= bytes.Length)
            {
                var memory = new Memory<byte>(chunk, _chunkUsed, bytes.Length);
                bytes.CopyTo(memory.Span);
                _chunkUsed += bytes.Length;
                return memory;
            }

            _chunk++;
            _chunkUsed = 0;
        }
    }
}
