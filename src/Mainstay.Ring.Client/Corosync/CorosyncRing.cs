using System.Text;
using System.Threading.Channels;

namespace Mainstay.Ring.Client.Corosync;

/// <summary>
/// The backend of <see cref="IRing"/> on a running Corosync, through its libraries (packages libcpg4, libquorum5, libvotequorum8, libcmap4
/// or
/// what the distribution calls them). Thread-safe. Quorum changes have their place in the order of messages that they have on
/// <c>mainstay-ring</c>: what a group delivers after a change of membership comes after the quorum of that membership.
/// </summary>
public sealed partial class CorosyncRing : IRing
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(5);

    private readonly SizedQueue<RingEvent> _events = RingEventQueue.Create();
    private readonly Lock _calls = new();
    private readonly Thread _dispatcher;
    private readonly ulong _groups;
    private readonly ulong _quorum;
    private readonly ulong _votes;
    private readonly bool _hasVotes;
    private readonly int _ending;
    private TaskCompletionSource? _joining;
    private TaskCompletionSource? _leaving;
    private byte[]? _group;
    private RingQuorumChange _lastQuorum = new(default, false, [], 0, 0, 0);
    private string? _endReason;
    private bool _isDisposed;

    /// <inheritdoc/>
    public RingIdentity Identity { get; }

    /// <inheritdoc/>
    public ChannelReader<RingEvent> Events => _events.Reader;

    /// <summary>Connects to the Corosync of this host.</summary>
    /// <exception cref="RingException">It does not run, does not admit this user, or its libraries are not installed.</exception>
    public static Task<CorosyncRing> ConnectAsync(CancellationToken cancellationToken) => Task.Run(
        static () =>
        {
            try
            {
                var ring = new CorosyncRing();
                ring._dispatcher.Start();
                return ring;
            }
            catch (Exception problem) when (problem is DllNotFoundException or EntryPointNotFoundException)
            {
                throw new RingException(
                    $"the libraries of Corosync cannot be loaded ({problem.Message}): install libcpg4, libquorum5, libvotequorum8 and "
                        + $"libcmap4",
                    problem);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task JoinAsync(string group, CancellationToken cancellationToken)
    {
        var name = Encoding.UTF8.GetBytes(group);
        if (name.Length is 0 or > 128) throw new ArgumentException($"a group name has 1 to 128 bytes, not {name.Length}", nameof(group));
        if (_group is not null) throw new RingException(RingError.BadOperation, "this process is in a group already");
        var joining = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _group = name;
        _joining = joining;
        try
        {
            await CallAsync("join the group", () => WithName(name, isJoin: true), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Refused, or given up before the library took it: another group, or the same later, may be joined.
            _group = null;
            throw;
        }

        await joining.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_group is not { } name) throw new RingException(RingError.BadOperation, "the process is in no group");
        var leaving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _leaving = leaving;
        await CallAsync("leave the group", () => WithName(name, isJoin: false), cancellationToken).ConfigureAwait(false);
        await leaving.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        _group = null;
    }

    /// <inheritdoc/>
    public async ValueTask MulticastAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (payload.Length > RingProtocol.LongMessageSizeMax)
        {
            throw new ArgumentException(
                $"a message has at most {RingProtocol.LongMessageSizeMax} bytes, not {payload.Length}", nameof(payload));
        }

        if (_group is null) throw new RingException(RingError.BadOperation, "the process is in no group");
        await CallAsync("send", () => Send(payload.Span), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_calls)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        WakeDispatcher();
        await Task.Run(_dispatcher.Join).ConfigureAwait(false);
        lock (_calls)
        {
            Finish();
        }
    }

    /// <summary>Calls the library, again and again while it is busy: the ring forms, or its queue is full.</summary>
    private async Task CallAsync(string what, Func<CorosyncResult> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            CorosyncResult result;
            lock (_calls)
            {
                ThrowIfEnded();
                result = call();
            }

            if (result == CorosyncResult.Ok) return;
            if (result != CorosyncResult.TryAgain)
            {
                throw new RingException((RingError)(byte)result, $"Corosync refused to {what} (error {(int)result})");
            }

            await Task.Delay(RetryPeriod, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ThrowIfEnded()
    {
        if (Volatile.Read(ref _endReason) is { } reason) throw new RingException(reason);
        if (_isDisposed) throw new RingException("the connection was closed here");
    }

    private static void Check(CorosyncResult result, string what)
    {
        if (result == CorosyncResult.Ok) return;
        throw new RingException($"Corosync does not answer ({what}, error {(int)result}): is corosync running, and is this user admitted?");
    }

    private static List<string> Words(RingVoteFlags flags)
    {
        (RingVoteFlags Flag, string Word)[] words =
        [
            (RingVoteFlags.TwoNode, "2Node"), (RingVoteFlags.Quorate, "Quorate"), (RingVoteFlags.WaitForAll, "WaitForAll"),
            (RingVoteFlags.LastManStanding, "LastManStanding"), (RingVoteFlags.AutoTieBreaker, "AutoTieBreaker"),
            (RingVoteFlags.AllowDownscale, "AllowDownscale"), (RingVoteFlags.DeviceRegistered, "Qdevice"),
        ];
        return [.. words.Where(w => flags.HasFlag(w.Flag)).Select(w => w.Word)];
    }
}
