using System.Buffers.Binary;
using System.Text.Json;

namespace Mainstay.Manager.Core;

/// <summary>
/// Commands as bytes: <c>'M' 'S'</c>, format version, reserved 0, message number (8 bytes), fragment index and count (4 bytes each, all
/// little-endian), then a part of the command's JSON. A command larger than a fragment is put together by its receivers.
/// </summary>
internal sealed class CommandCodec
{
    public const int HeaderSize = 20;
    private const byte Version = 1;

    private readonly SortedDictionary<uint, Partial> _partial = [];
    private ulong _nextNumber = 1;

    /// <summary>The command's multicasts, in order.</summary>
    public List<ReadOnlyMemory<byte>> Encode(Command command)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(command, CommandJson.Default.Command);
        Invariant.Check(json.Length <= Limits.CommandSizeMax, "a command is larger than its receivers take");
        var count = Math.Max(1, (json.Length + Limits.FragmentSizeMax - 1) / Limits.FragmentSizeMax);
        var number = _nextNumber++;
        var fragments = new List<ReadOnlyMemory<byte>>(count);
        for (var index = 0; index < count; index++)
        {
            var part = json.AsSpan(index * Limits.FragmentSizeMax);
            if (part.Length > Limits.FragmentSizeMax) part = part[..Limits.FragmentSizeMax];
            var bytes = new byte[HeaderSize + part.Length];
            bytes[0] = (byte)'M';
            bytes[1] = (byte)'S';
            bytes[2] = Version;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), number);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), index);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), count);
            part.CopyTo(bytes.AsSpan(HeaderSize));
            fragments.Add(bytes);
        }

        return fragments;
    }

    /// <summary>
    /// Takes a delivered message. True: it was understood; <paramref name="command"/> is the command it completes, or null where more
    /// fragments are to come.
    /// </summary>
    public bool TryDecode(uint sender, ReadOnlySpan<byte> message, out Command? command)
    {
        command = null;
        if (message.Length < HeaderSize || message[0] != 'M' || message[1] != 'S' || message[2] != Version) return false;
        var number = BinaryPrimitives.ReadUInt64LittleEndian(message[4..]);
        var index = BinaryPrimitives.ReadInt32LittleEndian(message[12..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(message[16..]);
        if (count < 1 || index < 0 || index >= count || count > Limits.CommandSizeMax / Limits.FragmentSizeMax) return false;
        var body = message[HeaderSize..];
        if (count == 1) return TryParse(body, out command);

        if (index == 0) _partial[sender] = new Partial(number, count);
        if (!_partial.TryGetValue(sender, out var partial) || partial.Number != number || partial.Next != index || partial.Count != count)
        {
            return false;
        }

        partial.Bytes.Write(body);
        partial.Next++;
        if (partial.Next < count) return true;
        _partial.Remove(sender);
        return TryParse(partial.Bytes.GetBuffer().AsSpan(0, (int)partial.Bytes.Length), out command);
    }

    /// <summary>A sender is gone: what it has not finished never will be.</summary>
    public void Forget(uint sender) => _partial.Remove(sender);

    private static bool TryParse(ReadOnlySpan<byte> json, out Command? command)
    {
        try
        {
            command = JsonSerializer.Deserialize(json, CommandJson.Default.Command);
            return command is not null;
        }
        catch (Exception exception) when (
            exception is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // Rubbish or a command of a later version: an operating condition, counted by the caller.
            command = null;
            return false;
        }
    }

    private sealed class Partial(ulong number, int count)
    {
        public ulong Number { get; } = number;

        public int Count { get; } = count;

        public int Next { get; set; }

        public MemoryStream Bytes { get; } = new();
    }
}
