using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mainstay.Agents.BuiltIn;

/// <summary>How the server of <c>ocf:mainstay:HttpServer</c> is to run.</summary>
/// <param name="Address">Where to listen.</param>
/// <param name="StateFile">File that gets <c>PID START</c> once the server listens; removed at its end.</param>
/// <param name="Node">Node name to answer with.</param>
/// <param name="Resource">Resource id, answered in a header.</param>
public sealed record HttpServiceOptions(IPEndPoint Address, string StateFile, string Node, string Resource);

/// <summary>
/// The server process itself: answers every request with its node's name. Deliberately small, so that it starts in a few milliseconds; one
/// request per connection, bounded in size and time.
/// </summary>
public static class HttpService
{
    private const int RequestSizeMax = 16 * 1024;
    private const int ConnectionsMax = 256;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Serves until cancelled. Exit code 0, or 1 when the address cannot be had (the reason is in <c>STATEFILE.error</c>).
    /// </summary>
    public static async Task<int> RunAsync(HttpServiceOptions options, CancellationToken cancellationToken)
    {
        using var listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(options.Address);
            listener.Listen(ConnectionsMax);
        }
        catch (SocketException e)
        {
            await File.WriteAllTextAsync(
                options.StateFile + ".error", $"cannot listen on {options.Address}: {e.Message}\n", cancellationToken);
            return 1;
        }

        var self = ProcessTable.Identify(Environment.ProcessId)?.ToString() ?? string.Empty;
        var temporary = $"{options.StateFile}.{Environment.ProcessId}";
        await File.WriteAllTextAsync(temporary, self + "\n", cancellationToken);
        File.Move(temporary, options.StateFile, overwrite: true);
        try
        {
            await AcceptAsync(listener, options, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Expected end.
        }

        if (File.Exists(options.StateFile) && (await File.ReadAllTextAsync(options.StateFile, CancellationToken.None)).Trim() == self)
        {
            File.Delete(options.StateFile);
        }

        return 0;
    }

    /// <summary>Asks a server which node it runs on. Empty where it gives no proper answer.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    public static async Task<string> AskAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, cancellationToken);
        await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancellationToken);
        var text = await ReadAsync(socket, static _ => false, cancellationToken);
        var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return body >= 0 && text.Split(' ', 3) is ["HTTP/1.1" or "HTTP/1.0", "200", _] ? text[(body + 4)..].Trim() : string.Empty;
    }

    private static async Task AcceptAsync(Socket listener, HttpServiceOptions options, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(ConnectionsMax);
        while (true)
        {
            await slots.WaitAsync(cancellationToken);
            Socket connection;
            try
            {
                connection = await listener.AcceptAsync(cancellationToken);
            }
            catch (SocketException)
            {
                // The peer was gone before it was accepted.
                slots.Release();
                continue;
            }

            _ = AnswerAsync(connection, options, slots, cancellationToken);
        }
    }

    private static async Task AnswerAsync(
        Socket connection, HttpServiceOptions options, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RequestTimeout);
        try
        {
            using (connection)
            {
                var request = await ReadAsync(connection, static text => text.Contains("\r\n\r\n", StringComparison.Ordinal), limit.Token);
                var body = options.Node + "\n";
                var status = request.StartsWith("GET ", StringComparison.Ordinal) || request.StartsWith("HEAD ", StringComparison.Ordinal)
                    ? "200 OK"
                    : "405 Method Not Allowed";
                var head = $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
                           + $"X-Mainstay-Node: {options.Node}\r\nX-Mainstay-Resource: {options.Resource}\r\n"
                           + $"X-Mainstay-Pid: {Environment.ProcessId}\r\nConnection: close\r\n\r\n";
                await connection.SendAsync(Encoding.UTF8.GetBytes(head + body), limit.Token);
                connection.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // This client is gone or too slow; others are not affected.
        }
        finally
        {
            try
            {
                slots.Release();
            }
            catch (ObjectDisposedException)
            {
                // The server has ended.
            }
        }
    }

    private static async Task<string> ReadAsync(Socket socket, Func<string, bool> isEnough, CancellationToken cancellationToken)
    {
        var buffer = new byte[RequestSizeMax];
        var size = 0;
        while (size < buffer.Length)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(size), cancellationToken);
            if (got == 0) break;
            size += got;
            if (isEnough(Encoding.UTF8.GetString(buffer, 0, size))) break;
        }

        return Encoding.UTF8.GetString(buffer, 0, size);
    }
}
