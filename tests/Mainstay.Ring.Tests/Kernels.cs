using System.Buffers.Binary;
using System.Net;
using Mainstay.Ring.Links;

namespace Mainstay.Ring.Tests;

/// <summary>A kernel for sends that takes what it is told to take, and keeps it.</summary>
internal sealed unsafe class SendingKernel : DatagramCalls
{
    private const int InvalidArgument = 22;

    /// <summary>Every datagram taken: the last byte of its target's address, and its bytes as they lay together.</summary>
    public List<(byte Target, byte[] Bytes)> Taken { get; } = [];

    /// <summary>Datagrams of each message offered, in order of the offers.</summary>
    public List<int> Offers { get; } = [];

    /// <summary>Errors of the next calls for many, before anything is taken; 0 for none.</summary>
    public Queue<int> Errors { get; } = new();

    /// <summary>Whether it can cut a large packet.</summary>
    public bool Segments { get; init; } = true;

    /// <summary>Messages taken per call.</summary>
    public int Most { get; init; } = int.MaxValue;

    /// <summary>Longest datagram taken.</summary>
    public int SizeMax { get; init; } = int.MaxValue;

    public override int SendMany(int descriptor, MessageBatchEntry* messages, int count, out int error)
    {
        error = Errors.TryDequeue(out var next) ? next : 0;
        if (error != 0) return -1;
        var taken = 0;
        for (; taken < Math.Min(count, Most); taken++)
        {
            ref var header = ref messages[taken].Header;
            var vectors = (int)header.VectorCount;
            Offers.Add(vectors);
            error = vectors > 1 && !Segments ? InvalidArgument : (int)header.Vectors->Length > SizeMax ? Native.ErrorMessageSize : 0;
            if (error != 0) break;
            if (vectors > 1) CheckSegments(header);
            for (var i = 0; i < vectors; i++) Take(header.Vectors[i], header.Name);
        }

        if (taken > 0) error = 0;
        return taken > 0 ? taken : -1;
    }

    public override int SendOne(int descriptor, in IoVector bytes, byte* address, uint addressSize)
    {
        if ((int)bytes.Length > SizeMax) return Native.ErrorMessageSize;
        Take(bytes, address);
        return 0;
    }

    private void Take(in IoVector bytes, byte* address) =>
        Taken.Add((address[7], new ReadOnlySpan<byte>(bytes.Base, (int)bytes.Length).ToArray()));

    /// <summary>What the kernel would cut is what was queued: all of one size but the last, which is not longer.</summary>
    private static void CheckSegments(in MessageHeader header)
    {
        Assert.Equal((Native.UdpLevel, Native.UdpSegment), (*(int*)(header.Control + 8), *(int*)(header.Control + 12)));
        var segment = *(ushort*)(header.Control + 16);
        var last = (int)header.VectorCount - 1;
        for (var i = 0; i < last; i++) Assert.Equal(segment, (ushort)header.Vectors[i].Length);
        Assert.InRange((int)header.Vectors[last].Length, 1, segment);
    }
}

/// <summary>A kernel for receives that has exactly these messages.</summary>
internal sealed unsafe class ReceivingKernel : DatagramCalls
{
    private const int ControlLength = 18;

    private readonly Queue<(IPAddress Source, byte[] Bytes, int Segment, int Flags)> _messages = new();

    /// <summary>Lets a message wait.</summary>
    /// <param name="source">Whose it is.</param>
    /// <param name="bytes">One datagram, or several in one.</param>
    /// <param name="segment">Size of each of several; 0 where the kernel says nothing of any.</param>
    /// <param name="flags">What the kernel says of the message.</param>
    public void Add(IPAddress source, byte[] bytes, int segment = 0, int flags = 0) => _messages.Enqueue((source, bytes, segment, flags));

    public override int ReceiveMany(int descriptor, MessageBatchEntry* messages, int count, out int error)
    {
        var received = 0;
        while (received < count && _messages.TryDequeue(out var message))
        {
            ref var entry = ref messages[received++];
            entry.Length = (uint)message.Bytes.Length;
            message.Bytes.CopyTo(new Span<byte>(entry.Header.Vectors->Base, (int)entry.Header.Vectors->Length));
            var name = new IPEndPoint(message.Source, 5405).Serialize();
            name.Buffer.Span[..name.Size].CopyTo(new Span<byte>(entry.Header.Name, (int)entry.Header.NameLength));
            entry.Header.NameLength = (uint)name.Size;
            entry.Header.Flags = message.Flags;
            entry.Header.ControlLength = 0;
            if (message.Segment > 0) WriteSegment(ref entry.Header, message.Segment);
        }

        error = received > 0 ? 0 : Native.ErrorWouldBlock;
        return received;
    }

    private static void WriteSegment(ref MessageHeader header, int segment)
    {
        // As the kernel does: after a message of another kind, whose length is not a multiple of eight.
        var control = new Span<byte>(header.Control, 48);
        control.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(control, 17);
        BinaryPrimitives.WriteInt64LittleEndian(control[24..], ControlLength + 2);
        BinaryPrimitives.WriteInt32LittleEndian(control[32..], Native.UdpLevel);
        BinaryPrimitives.WriteInt32LittleEndian(control[36..], Native.UdpReceiveOffload);
        BinaryPrimitives.WriteInt32LittleEndian(control[40..], segment);
        header.ControlLength = 48;
    }
}
