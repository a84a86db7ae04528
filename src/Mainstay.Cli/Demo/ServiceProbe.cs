using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mainstay.Cli.Demo;

/// <summary>
/// A user of the service: asks for a page every 10 ms, for as long as the demo runs, and keeps the record. A second loop counts the web
/// servers that
/// exist, twenty times a second.
/// </summary>
internal sealed class ServiceProbe : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan CountPeriod = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly byte[] Request = "GET / HTTP/1.0\r\nHost: demo\r\n\r\n"u8.ToArray();

    private readonly DemoLayout _layout;
    private readonly Timeline _timeline;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _asking;
    private readonly Task _counting;
    private readonly Dictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private bool _isRecording;
    private TimeSpan? _lastAnswer;
    private string? _lastNode;

    public ServiceProbe(DemoLayout layout, Timeline timeline)
    {
        _layout = layout;
        _timeline = timeline;
        _asking = Task.Run(AskAsync);
        _counting = Task.Run(CountServersAsync);
    }

    /// <summary>Requests sent since recording began.</summary>
    public int Sent { get; private set; }

    /// <summary>Requests answered.</summary>
    public int Answered { get; private set; }

    /// <summary>The longest time between two answers.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>How often the web servers were counted.</summary>
    public int Counts { get; private set; }

    /// <summary>The most web servers that existed at one moment.</summary>
    public int ServersMax { get; private set; }

    /// <summary>The node that gave the latest answer.</summary>
    public string? CurrentNode
    {
        get
        {
            lock (_gate)
            {
                return _lastNode;
            }
        }
    }

    /// <summary>From now on answers and losses count.</summary>
    public void StartRecording()
    {
        lock (_gate)
        {
            _isRecording = true;
            _lastAnswer = _timeline.Now;
        }
    }

    /// <summary>Completes when a node other than <paramref name="not"/> answers; the result is its name.</summary>
    public async Task<string> WaitForAnswerAsync(string? not, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource next;
            lock (_gate)
            {
                if (_lastNode is { } node && !string.Equals(node, not, StringComparison.Ordinal))
                {
                    return node;
                }

                next = _waiting.TryGetValue("answer", out var existing)
                    ? existing
                    : _waiting["answer"] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await next.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets who answered last, so that the next answer is news.</summary>
    public void ForgetLastAnswer()
    {
        lock (_gate)
        {
            _lastNode = null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_asking, _counting).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AskAsync()
    {
        using var timer = new PeriodicTimer(Period);
        var pending = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                pending.RemoveAll(task => task.IsCompleted);
                pending.Add(AskOnceAsync());
            }
        }
        catch (OperationCanceledException)
        {
            // The demo is over; requests under way end by their own time limit.
        }

        await Task.WhenAll(pending).ConfigureAwait(false);
    }

    private async Task AskOnceAsync()
    {
        bool counts;
        lock (_gate)
        {
            counts = _isRecording;
            Sent += counts ? 1 : 0;
        }

        var node = await FetchAsync().ConfigureAwait(false);
        if (node is null)
        {
            return;
        }

        TaskCompletionSource? news = null;
        lock (_gate)
        {
            var now = _timeline.Now;
            if (counts)
            {
                Answered++;
                LongestGap = _lastAnswer is { } last && now - last > LongestGap ? now - last : LongestGap;
                _lastAnswer = now;
            }

            if (!string.Equals(_lastNode, node, StringComparison.Ordinal))
            {
                _lastNode = node;
                _ = _waiting.Remove("answer", out news);
            }
        }

        news?.SetResult();
    }

    private async Task<string?> FetchAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _layout.ServicePort), limit.Token).ConfigureAwait(false);
            await socket.SendAsync(Request, SocketFlags.None, limit.Token).ConfigureAwait(false);
            var buffer = new byte[2048];
            var length = 0;
            while (length < buffer.Length)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, limit.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                length += count;
            }

            return NodeOf(Encoding.UTF8.GetString(buffer, 0, length));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The node that a complete answer names.</summary>
    private string? NodeOf(string answer) =>
        !answer.Contains(" 200 ", StringComparison.Ordinal)
            ? null
            : _layout.Nodes.Select(node => node.Name).FirstOrDefault(name => answer.Contains(name, StringComparison.Ordinal));

    private async Task CountServersAsync()
    {
        using var timer = new PeriodicTimer(CountPeriod);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                var servers = NodeProcesses.FindServers(_layout).Count;
                Counts++;
                ServersMax = Math.Max(ServersMax, servers);
            }
        }
        catch (OperationCanceledException)
        {
            // The demo is over.
        }
    }
}
