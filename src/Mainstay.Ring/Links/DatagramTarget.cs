using System.Net;

namespace Mainstay.Ring.Links;

/// <summary>Where datagrams go, in the kernel's form, with those that wait in a <see cref="SendQueue"/> to go there.</summary>
internal sealed class DatagramTarget
{
    public DatagramTarget(IPAddress address, int port)
    {
        var serialized = new IPEndPoint(address, port).Serialize();
        SocketAddress = GC.AllocateArray<byte>(serialized.Size, pinned: true);
        serialized.Buffer[..serialized.Size].CopyTo(SocketAddress);
    }

    /// <summary>The <c>sockaddr</c>, in memory that does not move.</summary>
    public byte[] SocketAddress { get; }

    /// <summary>First of the queue's entries for this target, -1 for none.</summary>
    public int First { get; set; } = -1;

    /// <summary>Last of them.</summary>
    public int Last { get; set; } = -1;

    /// <summary>Datagrams that the kernel did not take; whoever counts them sets it back.</summary>
    public int Failures { get; set; }
}
