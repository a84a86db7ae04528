namespace Mainstay.Ring;

/// <summary>An eventfd: wakes the loop from another thread.</summary>
internal sealed unsafe class Wakeup : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x80800;

    public int Descriptor { get; private set; } = Native.EventDescriptor(0, NonBlockingCloseOnExec);

    public void Signal()
    {
        ulong one = 1;
        _ = Native.Write(Descriptor, &one, sizeof(ulong));
    }

    public void Reset()
    {
        ulong count;
        _ = Native.Read(Descriptor, &count, sizeof(ulong));
    }

    public void Dispose()
    {
        var descriptor = Descriptor;

        // A thread that is late, such as one that waits for a name server, must not write to what has the number next.
        Descriptor = -1;
        _ = Native.Close(descriptor);
    }
}
