namespace Mainstay.Ring.Links;

/// <summary>
/// The system calls by which datagrams leave and come. There is one set, the kernel's; tests put others in its place, to see what happens
/// on kernels and devices that this host does not have.
/// </summary>
internal unsafe class DatagramCalls
{
    private const int SendFlags = Native.MessageDontWait | Native.MessageNoSignal;

    /// <summary>Those of this kernel.</summary>
    public static DatagramCalls Kernel { get; } = new();

    /// <summary><c>sendmmsg</c>: how many of the messages were taken; -1 where the first was not, with the kernel's error number.</summary>
    public virtual int SendMany(int descriptor, MessageBatchEntry* messages, int count, out int error)
    {
        var sent = Native.SendMessages(descriptor, messages, (uint)count, SendFlags);
        error = sent > 0 ? 0 : Native.LastError;
        return sent;
    }

    /// <summary><c>sendto</c>: 0, or the kernel's error number.</summary>
    public virtual int SendOne(int descriptor, in IoVector bytes, byte* address, uint addressSize) =>
        Native.SendTo(descriptor, bytes.Base, bytes.Length, SendFlags, address, addressSize) < 0 ? Native.LastError : 0;

    /// <summary><c>recvmmsg</c>: how many messages were read; where none was, the kernel's error number.</summary>
    public virtual int ReceiveMany(int descriptor, MessageBatchEntry* messages, int count, out int error)
    {
        var received = Native.ReceiveMessages(descriptor, messages, (uint)count, Native.MessageDontWait, null);
        error = received > 0 ? 0 : Native.LastError;
        return received;
    }
}
