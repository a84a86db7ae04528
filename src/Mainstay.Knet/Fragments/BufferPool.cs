namespace Mainstay.Knet.Fragments;

/// <summary>
/// Memory for packets that are put together, all of the largest size; grows to the highest need, which the number of hosts bounds, and is
/// then reused.
/// </summary>
internal sealed class BufferPool
{
    private readonly Stack<byte[]> _free = new();

    public byte[] Rent() => _free.TryPop(out var buffer) ? buffer : GC.AllocateArray<byte>(KnetLimits.PacketSizeMax, pinned: true);

    public void Return(byte[] buffer) => _free.Push(buffer);
}
