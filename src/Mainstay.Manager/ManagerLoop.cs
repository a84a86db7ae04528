using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Mainstay.Manager.Core;

namespace Mainstay.Manager;

/// <summary>An input for the core.</summary>
internal delegate void CoreInput(ManagerCore core, CoreTime now, Outbox outbox);

/// <summary>Carries out outputs, in order; must not block.</summary>
internal interface IOutputSink
{
    /// <summary>Carries out one output.</summary>
    void CarryOut(Output output);
}

/// <summary>
/// The one owner of the core: inputs are queued from anywhere and handled one after another; after each batch the core settles and its
/// outputs are carried out in order.
/// </summary>
internal sealed class ManagerLoop(ManagerCore core)
{
    private const int BatchMax = 256;

    private readonly Channel<CoreInput> _inputs = Channel.CreateUnbounded<CoreInput>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<long, TaskCompletionSource<RequestAnswer>> _waiting = new();
    private readonly Outbox _outbox = new();
    private Task<bool>? _arriving;
    private long _lastRequest;

    /// <summary>Queues an input.</summary>
    public void Post(CoreInput input) => _inputs.Writer.TryWrite(input);

    /// <summary>Reads from the core between inputs.</summary>
    public Task<T> QueryAsync<T>(Func<ManagerCore, T> query)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post((owned, _, _) => answer.SetResult(query(owned)));
        return answer.Task;
    }

    /// <summary>Makes a request and waits for its answer.</summary>
    public async Task<RequestAnswer> RequestAsync(Func<long, Request> make, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastRequest);
        var answer = new TaskCompletionSource<RequestAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            Post((owned, now, outbox) => owned.HandleRequest(now, make(id), outbox));
            return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Answers a request made through <see cref="RequestAsync"/>.</summary>
    public void Answer(Respond respond)
    {
        if (_waiting.TryGetValue(respond.RequestId, out var waiting)) waiting.TrySetResult(respond.Answer);
    }

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(IOutputSink sink, CancellationToken stopping)
    {
        var origin = Stopwatch.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            var now = Read(origin);
            if (core.NextDeadlineMs <= now.MonotonicMs) core.HandleTimeout(now, _outbox);
            for (var count = 0; count < BatchMax && _inputs.Reader.TryRead(out var input); count++) input(core, Read(origin), _outbox);
            core.Settle(Read(origin), _outbox);
            foreach (var output in _outbox.Items) sink.CarryOut(output);
            _outbox.Clear();
            await WaitAsync(origin, stopping).ConfigureAwait(false);
        }
    }

    private static CoreTime Read(long origin) =>
        new((long)Stopwatch.GetElapsedTime(origin).TotalMilliseconds, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private async Task WaitAsync(long origin, CancellationToken stopping)
    {
        if (_inputs.Reader.TryPeek(out _)) return;
        var wait = core.NextDeadlineMs == long.MaxValue ? Timeout.Infinite : Math.Max(0, core.NextDeadlineMs - Read(origin).MonotonicMs);
        if (wait == 0) return;

        // One wait for input at a time: what a deadline interrupts goes on waiting in the next round.
        _arriving ??= _inputs.Reader.WaitToReadAsync(stopping).AsTask();
        var limit = wait == Timeout.Infinite ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Min(wait, int.MaxValue - 1));
        try
        {
            _ = await _arriving.WaitAsync(limit, stopping).ConfigureAwait(false);
            _arriving = null;
        }
        catch (TimeoutException)
        {
            // A deadline of the core has come.
        }
    }
}
