using System.Net.Sockets;
using System.Text;

namespace Mainstay.Cli.Tests.ClusterTools;

/// <summary>Answers requests of the manager's API with prepared texts and remembers what was asked.</summary>
internal sealed class FakeManager : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-api-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly Task _serving;

    public FakeManager()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        _listener.Listen();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>The socket.</summary>
    public string SocketPath => Path.Combine(_folder, "m.sock");

    /// <summary>Method, path and body of each request, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Prepares the answer to a method and path, such as <c>GET /v1/status</c>.</summary>
    public FakeManager Answer(string request, string body)
    {
        _answers[request] = body;
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync()
    {
        while (await AcceptAsync() is { } connection)
        {
            using (connection)
            {
                await ServeAsync(connection);
            }
        }
    }

    private async Task<Socket?> AcceptAsync()
    {
        try
        {
            return await _listener.AcceptAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null; // disposed
        }
    }

    // Whatever goes wrong with one client, the next one is served: a test that waits for its answer would never end.
    private async Task ServeAsync(Socket connection)
    {
        try
        {
            await AnswerAsync(connection);
        }
        catch (IOException)
        {
            return; // the client has gone
        }
    }

    private async Task AnswerAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection);
        var buffer = new byte[64 * 1024];
        var length = 0;
        var head = -1;
        while (head < 0)
        {
            length += await stream.ReadAtLeastAsync(buffer.AsMemory(length), 1);
            head = Encoding.UTF8.GetString(buffer, 0, length).IndexOf("\r\n\r\n", StringComparison.Ordinal);
        }

        var lines = Encoding.UTF8.GetString(buffer, 0, head).Split("\r\n");
        var wanted = head + 4 + int.Parse(lines.Single(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal))[16..], null);
        while (length < wanted)
        {
            length += await stream.ReadAtLeastAsync(buffer.AsMemory(length), 1);
        }

        var request = lines[0][..lines[0].LastIndexOf(' ')];
        Requests.Add($"{request} {Encoding.UTF8.GetString(buffer, head + 4, wanted - head - 4)}".TrimEnd());
        var body = Encoding.UTF8.GetBytes(_answers.GetValueOrDefault(request, ""));
        var isKnown = _answers.ContainsKey(request);
        var answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {(isKnown ? "200 OK" : "404 Not Found")}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");

        // At once: who has read that no body follows is gone, and a write to it would fail.
        await stream.WriteAsync(answer.Concat(body).ToArray());
    }
}
