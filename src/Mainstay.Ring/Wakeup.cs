namespace Mainstay.Ring;

/// <summary>An eventfd: wakes the loop from another thread.</summary>
internal sealed unsafe class Wakeup : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x80800;

    public int Descriptor { get; } = Native.EventDescriptor(0, NonBlockingCloseOnExec);

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

    public void Dispose() => _ = Native.Close(Descriptor);
}
