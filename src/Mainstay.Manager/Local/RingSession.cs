using System.Threading.Channels;
using Mainstay.Manager.Core;
using Mainstay.Ring.Client;
using Microsoft.Extensions.Logging;

namespace Mainstay.Manager.Local;

/// <summary>
/// Keeps the connection to the ring: events in their order to the loop, multicasts in their order to the ring; connects again.
/// </summary>
internal sealed class RingSession(Func<CancellationToken, Task<IRing>> connect, string place, ManagerLoop loop, ILogger logger)
{
    /// <summary>Name of the managers' process group.</summary>
    public const string Group = "mainstay-manager";

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(200);

    private Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private volatile IRing? _ring;
    private volatile bool _isLeaving;

    /// <summary>Queues a multicast; dropped while there is no connection (the core knows).</summary>
    public void Multicast(ReadOnlyMemory<byte> payload) => _outgoing.Writer.TryWrite(payload);

    /// <summary>Leaves the group, so that the others know at once and in order.</summary>
    public async Task LeaveAsync()
    {
        if (_ring is not { } ring) return;
        _isLeaving = true;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await ring.LeaveAsync(limit.Token).ConfigureAwait(false);
        }
        catch (
            Exception exception) when (exception is OperationCanceledException or RingException or IOException or ObjectDisposedException)
        {
            logger.RingUnreachable(exception.Message);
        }
    }

    /// <summary>Runs until stopped, on the first connection made by the caller.</summary>
    public async Task RunAsync(IRing first, CancellationToken stopping)
    {
        IRing? ring = first;
        while (!stopping.IsCancellationRequested)
        {
            ring ??= await ConnectAsync(stopping).ConfigureAwait(false);
            await using (ring.ConfigureAwait(false))
            {
                var reason = await ServeAsync(ring, stopping).ConfigureAwait(false);
                _ring = null;
                loop.Post((core, now, outbox) => core.HandleDisconnected(now, reason, outbox));
            }

            ring = null;
        }
    }

    /// <summary>Connects, trying again until it works.</summary>
    public async Task<IRing> ConnectAsync(CancellationToken stopping)
    {
        var last = "";
        while (true)
        {
            try
            {
                return await connect(stopping).ConfigureAwait(false);
            }
            catch (RingException problem)
            {
                if (problem.Message != last) logger.RingUnreachable(problem.Message);
                last = problem.Message;
            }

            await Task.Delay(RetryPeriod, stopping).ConfigureAwait(false);
        }
    }

    private async Task<string> ServeAsync(IRing ring, CancellationToken stopping)
    {
        _outgoing = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
        _ring = ring;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var sending = SendAsync(ring, _outgoing.Reader, ending.Token);
        var joining = JoinAsync(ring, ending.Token);
        var reason = "the ring daemon closed the connection";
        try
        {
            await foreach (var item in ring.Events.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                if (item is RingDisconnected gone) reason = gone.Reason;
                else Deliver(item);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, joining).ConfigureAwait(false);
        }

        return reason;
    }

    private async Task JoinAsync(IRing ring, CancellationToken ending)
    {
        try
        {
            await ring.JoinAsync(Group, ending).ConfigureAwait(false);
            logger.RingJoined(place);
        }
        catch (
            Exception exception) when (exception is OperationCanceledException or RingException or IOException or ObjectDisposedException)
        {
            if (!ending.IsCancellationRequested) logger.RingUnreachable(exception.Message);
        }
    }

    private async Task SendAsync(IRing ring, ChannelReader<ReadOnlyMemory<byte>> outgoing, CancellationToken ending)
    {
        try
        {
            await foreach (var payload in outgoing.ReadAllAsync(ending).ConfigureAwait(false))
            {
                await ring.MulticastAsync(payload, ending).ConfigureAwait(false);
            }
        }
        catch (
            Exception exception) when (exception is OperationCanceledException or RingException or IOException or ObjectDisposedException)
        {
            // The event stream ends too, and says why; what the core still had to say after leaving concerns nobody.
            if (!ending.IsCancellationRequested && !_isLeaving) logger.RingUnreachable(exception.Message);
        }
    }

    private void Deliver(RingEvent item)
    {
        switch (item)
        {
            case RingMessage message:
                loop.Post((core, now, outbox) => core.HandleMessage(now, message.Sender.NodeId, message.Payload.Span, outbox));
                break;
            case RingGroupChange change:
                var members = change.Members.Select(member => member.NodeId).Distinct().ToList();
                var joined = change.Joined.Select(arrival => arrival.Member.NodeId).Distinct().ToList();
                var left = change.Left.Select(departure => new Departure(departure.Member.NodeId, Reason(departure.Reason))).ToList();
                loop.Post((core, now, outbox) => core.HandleMembership(now, members, joined, left, outbox));
                break;
            case RingQuorumChange quorum:
                var view = new QuorumView(quorum.IsQuorate, quorum.Members, quorum.Votes, quorum.ExpectedVotes, quorum.Quorum);
                loop.Post((core, now, outbox) => core.HandleQuorum(now, view, outbox));
                break;
            default:
                break;
        }
    }

    private static DepartureReason Reason(GroupChangeReason reason) => reason switch
    {
        GroupChangeReason.Leave => DepartureReason.Leave,
        GroupChangeReason.NodeDown => DepartureReason.NodeDown,
        _ => DepartureReason.ProcessDown,
    };
}
