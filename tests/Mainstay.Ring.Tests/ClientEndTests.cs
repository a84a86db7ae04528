using System.Buffers.Binary;
using System.Net.Sockets;
using Mainstay.Ring.Client;

namespace Mainstay.Ring.Tests;

/// <summary>The client library against daemons that do not do what they should.</summary>
public sealed class ClientEndTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-client-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly FrameWriter _frame = new();

    public ClientEndTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen(4);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string SocketPath => Path.Combine(_folder, "ring.sock");

    [Theory]
    [InlineData("")]
    [InlineData("/123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public async Task A_path_that_no_socket_can_have_is_refused_in_words(string path)
    {
        var refusal = await Assert.ThrowsAsync<RingException>(() => RingClient.ConnectAsync(path, Cancellation));
        Assert.Contains($"\"{path}\" cannot be the path of a socket", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_turned_away_is_told_why()
    {
        var connecting = RingClient.ConnectAsync(SocketPath, Cancellation);
        using (var daemon = await _listener.AcceptAsync(Cancellation))
        {
            daemon.Send(_frame.Begin(FrameKind.Goodbye, 0).Text("strangers are not served here").Finish());
        }

        var refusal = await Assert.ThrowsAsync<RingException>(() => connecting.WaitAsync(DaemonCluster.Patience, Cancellation));
        Assert.EndsWith("strangers are not served here", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_who_wait_to_send_hear_that_the_connection_was_closed()
    {
        var (ring, daemon) = await ConnectAsync();
        using (daemon)
        {
            // The daemon does not read: one sender waits for the socket, the others for their turn.
            var sending = Enumerable.Range(0, 5)
                .Select(_ => ring.MulticastAsync(new byte[RingProtocol.MessageSizeMax], CancellationToken.None).AsTask()).ToList();
            await ring.DisposeAsync();
            foreach (var send in sending)
            {
                await Assert.ThrowsAsync<RingException>(() => send.WaitAsync(DaemonCluster.Patience, Cancellation));
            }

            await Assert.ThrowsAsync<RingException>(() =>
                ring.GetStatusAsync(Cancellation).WaitAsync(DaemonCluster.Patience, Cancellation));
        }
    }

    [Fact]
    public async Task Who_does_not_read_the_changes_of_tracked_keys_loses_the_connection_and_not_the_memory()
    {
        var (ring, daemon) = await ConnectAsync();
        await using (ring)
        using (daemon)
        {
            var tracking = ring.Map.TrackAsync("my.", isPrefix: true, RingMapChangeKinds.All, Cancellation);
            daemon.Send(_frame.Begin(FrameKind.Reply, await ReadRequestAsync(daemon)).Byte(0).Finish());
            var track = await tracking.WaitAsync(DaemonCluster.Patience, Cancellation);
            _frame.Begin(FrameKind.MapChange, 0).UInt32(1).Byte((byte)RingMapChangeKinds.Modify).Text("my.key");
            _frame.Byte((byte)RingMapType.Binary).Block(new byte[64 * 1024]).Byte((byte)RingMapType.None);
            var change = _frame.FinishMemory();
            var sent = 0;
            try
            {
                while (sent < 64L * 1024 * 1024) sent += await daemon.SendAsync(change, Cancellation);
            }
            catch (SocketException)
            {
                // The other side has closed.
            }

            var end = await DaemonCluster.UntilEndAsync(ring);
            Assert.Contains("does not read the changes of the keys that it tracks", end.Reason, StringComparison.Ordinal);
            var left = 0;
            await foreach (var _ in track.Changes.ReadAllAsync(Cancellation)) left++;
            Assert.InRange(left, 200, 256);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(RingClient Ring, Socket Daemon)> ConnectAsync()
    {
        var connecting = RingClient.ConnectAsync(SocketPath, Cancellation);
        var daemon = await _listener.AcceptAsync(Cancellation);
        _frame.Begin(FrameKind.Welcome, await ReadRequestAsync(daemon));
        RingFrames.Write(_frame, new RingIdentity(1, "test", []));
        daemon.Send(_frame.Finish());
        return (await connecting.WaitAsync(DaemonCluster.Patience, Cancellation), daemon);
    }

    /// <summary>Reads a request; returns its number.</summary>
    private static async Task<uint> ReadRequestAsync(Socket daemon)
    {
        var buffer = new byte[4096];
        var filled = 0;
        while (filled < RingProtocol.HeaderSize || filled < BinaryPrimitives.ReadInt32LittleEndian(buffer) + RingProtocol.SizeFieldSize)
        {
            filled += await daemon.ReceiveAsync(buffer.AsMemory(filled), Cancellation);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(RingProtocol.SizeFieldSize + 1));
    }
}
