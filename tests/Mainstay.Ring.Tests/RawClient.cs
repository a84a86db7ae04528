using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>A client of the daemon's socket, frame by frame: one that may have another user, or never read.</summary>
internal sealed partial class RawClient : IDisposable
{
    private const int SetGroupCall = 119;
    private const int SetUserCall = 117;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly FrameWriter _frame = new();

    private RawClient()
    {
    }

    /// <summary>Whether this process may connect as somebody else.</summary>
    public static bool CanBeSomebodyElse => Environment.IsPrivilegedProcess && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public static RawClient Connect(string path)
    {
        var client = new RawClient();
        client._socket.Connect(new UnixDomainSocketEndPoint(path));
        return client;
    }

    /// <summary>Connects as another user: Linux keeps credentials per thread, and the socket remembers those of the one that connects.</summary>
    public static RawClient ConnectAs(string path, uint user, uint group)
    {
        RawClient? client = null;
        Exception? problem = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.Equal(0, Call(SetGroupCall, group, group, group));
                Assert.Equal(0, Call(SetUserCall, user, user, user));
                client = Connect(path);
            }
            catch (Exception failure)
            {
                problem = failure;
            }
        });
        thread.Start();
        thread.Join();
        return client ?? throw new InvalidOperationException($"cannot connect as user {user}", problem);
    }

    /// <summary>Says hello; returns whether the daemon answers it, or closes the connection instead.</summary>
    public async Task<bool> IsWelcomeAsync()
    {
        try
        {
            await SendAsync(FrameKind.Hello, 1, w => w.UInt32(RingProtocol.Magic).UInt16(RingProtocol.Version));
            return await ReadAsync() == FrameKind.Welcome;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task JoinAsync(string group)
    {
        await SendAsync(FrameKind.Join, 2, w => w.Bytes(Encoding.UTF8.GetBytes(group)));
        while (await ReadAsync() != FrameKind.Reply)
        {
            // Events that came before.
        }
    }

    /// <summary>Kind of the next frame, or <see langword="null"/> at the end.</summary>
    public async Task<FrameKind?> ReadAsync() => await ReadFrameAsync() is { } frame ? (FrameKind)frame[0] : null;

    /// <summary>The next frame from its kind on, or <see langword="null"/> at the end.</summary>
    public async Task<byte[]?> ReadFrameAsync()
    {
        var size = new byte[RingProtocol.SizeFieldSize];
        if (!await FillAsync(size)) return null;
        var frame = new byte[BinaryPrimitives.ReadUInt32LittleEndian(size)];
        return await FillAsync(frame) ? frame : null;
    }

    /// <summary>Sends a request; false where the daemon has closed the connection.</summary>
    public async Task<bool> TrySendAsync(FrameKind kind, byte[] body, uint request = 9)
    {
        try
        {
            await SendAsync(kind, request, w => w.Bytes(body));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAsync(FrameKind kind, uint request, Action<FrameWriter> write)
    {
        _frame.Begin(kind, request);
        write(_frame);
        await _socket.SendAsync(_frame.FinishMemory(), TestContext.Current.CancellationToken);
    }

    private async Task<bool> FillAsync(byte[] target)
    {
        for (var filled = 0; filled < target.Length;)
        {
            var count = await _socket.ReceiveAsync(target.AsMemory(filled), TestContext.Current.CancellationToken)
                .AsTask().WaitAsync(DaemonCluster.Patience, TestContext.Current.CancellationToken);
            if (count == 0) return false;
            filled += count;
        }

        return true;
    }

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Call(nint number, nuint first, nuint second, nuint third);
}
