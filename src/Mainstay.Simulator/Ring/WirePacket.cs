using System.Buffers.Binary;

namespace Mainstay.Simulator.Ring;

/// <summary>
/// What the checkers read from packets on the simulated wire, with parsing of their own: the checkers must not trust the decoders that they
/// check. All simulated nodes send little-endian.
/// </summary>
/// <param name="Type">Packet type (spec/ring-wire.md section 2).</param>
/// <param name="IsEncapsulated">A message of recovery.</param>
/// <param name="Sender">Sender in the header.</param>
/// <param name="Representative">Ring id: representative.</param>
/// <param name="RingSequence">Ring id: sequence.</param>
/// <param name="Sequence">Message sequence (message, token).</param>
/// <param name="TokenSequence">Token sequence (token).</param>
/// <param name="Aru">Aru (token).</param>
internal readonly record struct WirePacket(
    WireType Type,
    bool IsEncapsulated,
    uint Sender,
    uint Representative,
    ulong RingSequence,
    uint Sequence,
    uint TokenSequence,
    uint Aru)
{
    public const int MessageHeaderSize = 45;

    public static WirePacket Read(ReadOnlySpan<byte> bytes)
    {
        var type = (WireType)bytes[3];
        var sender = U32(bytes, 5);
        return type switch
        {
            WireType.Token => new(type, false, sender, U32(bytes, 29), U64(bytes, 33), U32(bytes, 13), U32(bytes, 17), U32(bytes, 21)),
            WireType.Message => new(type, bytes[4] == 1, sender, U32(bytes, 25), U64(bytes, 29), U32(bytes, 17), 0, 0),
            WireType.MergeDetect => new(type, false, sender, U32(bytes, 17), U64(bytes, 21), 0, 0, 0),
            WireType.CommitToken => new(type, false, sender, U32(bytes, 17), U64(bytes, 21), 0, U32(bytes, 13), 0),
            WireType.HoldCancel => new(type, false, sender, U32(bytes, 13), U64(bytes, 17), 0, 0, 0),
            _ => new(type, false, sender, 0, U64(bytes, 25), 0, 0, 0),
        };
    }

    /// <summary>The members that a commit token names.</summary>
    public static uint[] CommitMembers(ReadOnlySpan<byte> bytes)
    {
        var members = new uint[U32(bytes, 37)];
        for (var index = 0; index < members.Length; index++)
        {
            members[index] = U32(bytes, 41 + (index * 4));
        }

        return members;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}

/// <summary>Packet types on the wire.</summary>
internal enum WireType : byte
{
    Token = 0,
    Message = 1,
    MergeDetect = 2,
    Join = 3,
    CommitToken = 4,
    HoldCancel = 5,
}
