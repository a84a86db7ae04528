using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mainstay.Client;

/// <summary>
/// HTTP/1.1 over a unix socket, as much as the API needs: one request per connection, bodies with a length, in chunks or until the end.
/// Hand-written because agents call tools built on this in every monitor, and the framework's client alone costs their start-up budget.
/// </summary>
internal sealed class UnixHttp(string socketPath)
{
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await GetAsync(path, cancellationToken).ConfigureAwait(false));

    public Task<byte[]> GetAsync(string path, CancellationToken cancellationToken) => SendAsync("GET", path, [], cancellationToken);

    public Task<byte[]> PostAsync(string path, byte[] body, CancellationToken cancellationToken) =>
        SendAsync("POST", path, body, cancellationToken);

    public async IAsyncEnumerable<string> GetLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await SendRequestAsync(socket, "GET", path, [], cancellationToken).ConfigureAwait(false);
        var reader = new HttpBodyReader(socket);
        var status = await Guard(() => reader.ReadHeadAsync(cancellationToken)).ConfigureAwait(false);
        if (status != 200) throw Refused(status, await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false));
        while (await Guard(() => reader.ReadLineAsync(cancellationToken)).ConfigureAwait(false) is { } line) yield return line;
    }

    public static T Read<T>(byte[] body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw Malformed("empty", inner: null);
        }
        catch (JsonException exception)
        {
            throw Malformed(exception.Message, exception);
        }
    }

    private async Task<byte[]> SendAsync(string method, string path, byte[] body, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await SendRequestAsync(socket, method, path, body, cancellationToken).ConfigureAwait(false);
        var reader = new HttpBodyReader(socket);
        var status = await Guard(() => reader.ReadHeadAsync(cancellationToken)).ConfigureAwait(false);
        var answer = await Guard(() => reader.ReadToEndAsync(cancellationToken)).ConfigureAwait(false);
        return status is >= 200 and < 300 ? answer : throw Refused(status, answer);
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentOutOfRangeException)
        {
            socket.Dispose();
            var reason = exception is SocketException { SocketErrorCode: SocketError.AccessDenied }
                ? "permission denied (root or group haclient may connect)"
                : exception.Message;
            throw new ManagerException(
                new ManagerError(
                    ManagerExitCodes.Disconnected,
                    $"Cannot connect to the cluster manager at {socketPath}: {reason}. Is mainstay-manager running on this node?",
                    []),
                exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task SendRequestAsync(Socket socket, string method, string path, byte[] body, CancellationToken cancellationToken)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"{method} {path} HTTP/1.1\r\nHost: mainstay\r\nConnection: close\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        var request = new byte[head.Length + body.Length];
        Encoding.ASCII.GetBytes(head, request);
        body.CopyTo(request, head.Length);
        await Guard(async () =>
        {
            for (var sent = 0; sent < request.Length;)
            {
                sent += await socket.SendAsync(request.AsMemory(sent), SocketFlags.None, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }).ConfigureAwait(false);
    }

    private static async Task<T> Guard<T>(Func<Task<T>> exchange)
    {
        try
        {
            return await exchange().ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new ManagerException(
                new ManagerError(ManagerExitCodes.Disconnected, $"The connection to the cluster manager broke: {exception.Message}.", []),
                exception);
        }
        catch (InvalidDataException exception)
        {
            throw Malformed(exception.Message, exception);
        }
    }

    private static ManagerException Refused(int status, byte[] body)
    {
        try
        {
            if (body.Length > 0 && JsonSerializer.Deserialize(body, ApiJson.Default.ManagerError) is { Message: not null } error)
            {
                return new ManagerException(error with { Problems = error.Problems ?? [] });
            }
        }
        catch (JsonException)
        {
            // Not one of the manager's own answers; the status says all there is to say.
        }

        return new ManagerException(
            new ManagerError(
                ManagerExitCodes.Protocol,
                string.Create(CultureInfo.InvariantCulture, $"The cluster manager answered with HTTP status {status}."),
                []));
    }

    private static ManagerException Malformed(string detail, Exception? inner) =>
        new(
            new ManagerError(
                ManagerExitCodes.Protocol,
                $"The answer of the cluster manager is not understood ({detail}). Do the versions of tools and manager match?",
                []),
            inner);
}
