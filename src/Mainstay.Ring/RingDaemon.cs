using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Mainstay.Ring.Client;
using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Links;
using Mainstay.Totem;
using RingNode = Mainstay.Ring.Core.RingNode;

namespace Mainstay.Ring;

/// <summary>
/// The event loop of <c>mainstay-ring</c>: one thread that owns sockets, node, clients and files. Other threads talk to it through
/// <see cref="Post"/> alone.
/// </summary>
internal sealed partial class RingDaemon : IDaemonRequests, IDisposable
{
    private const int DatagramsPerTurnMax = 128;
    private const int LoopbacksPerTurnMax = 128;

    // A pause of a fifth of the token timeout is told: the reference's limit.
    private const int TokenShare = 5;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly RingArguments _arguments;
    private readonly RingLog _log;
    private readonly RingStore _store;
    private readonly RingNode _node;
    private readonly RingOutbox _outbox = new();
    private readonly ClientServer _clients;
    private readonly Loopback _loopback = new();
    private readonly Wakeup _wakeup = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Action _carryOut;
    private PollDescriptor[] _polled = new PollDescriptor[16];
    private RingConfiguration _configuration;
    private readonly IRingLink _link;
    private readonly LoopMeter _meter = new();
    private readonly InterfaceWatch _interfaces = new();
    private bool _hasDatagrams;
    private string? _endReason;
    private int _exitCode;
    private bool _saysGoodbye;

    public RingDaemon(RingArguments arguments, RingConfiguration configuration, RingNodeOptions options, RingStore store, RingLog log)
    {
        _arguments = arguments;
        _configuration = configuration;
        _store = store;
        _log = log;
        _carryOut = CarryOut;
        _statistics = new RingStatisticsMap(_meter);
        _link = OpenLink(configuration, log);

        // Multicast has no probes: nobody is given up for want of an answer to one.
        _node = new RingNode(WithProcess(options), _link is MulticastLink ? null : _link);
        _clients = new ClientServer(arguments.SocketPath, _node, _outbox, this, log);
        Identity = Describe(configuration);
        WatchInterfaces();
    }

    /// <inheritdoc/>
    public RingIdentity Identity { get; private set; }

    private ILinkReport LinkReport => _link.Report;

    /// <summary>Runs something on the loop, soon. Safe from any thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        _wakeup.Signal();
    }

    /// <summary>Ends the loop. On the loop only.</summary>
    /// <param name="reason">Why, for log and clients.</param>
    /// <param name="exitCode">Exit status of the process.</param>
    /// <param name="saysGoodbye">Whether the ring is left properly: not where what that would send must not be sent.</param>
    public void Stop(string reason, int exitCode = 0, bool saysGoodbye = true)
    {
        if (_endReason is not null) return;
        _endReason = reason;
        _exitCode = exitCode;
        _saysGoodbye = saysGoodbye;
    }

    /// <summary>Runs until <see cref="Stop"/>; returns the exit status.</summary>
    public int Run()
    {
        _link.Start(Now());
        _node.Start(Now(), _outbox);
        CarryOut();
        while (_endReason is null) Turn();
        _log.Notice($"ending: {_endReason}");
        if (_saysGoodbye)
        {
            _node.Leave(Now(), _outbox);
            CarryOut();
            while (!_node.HasLeft) Turn();
        }

        _clients.SayGoodbye(_endReason);
        return _exitCode;
    }

    /// <inheritdoc/>
    public bool Admits(uint userId, uint groupId) =>
        userId == 0
        || userId == Native.EffectiveUser()
        || _configuration.Keys.ContainsKey($"uidgid.config.uid.{userId}")
        || _configuration.Keys.ContainsKey($"uidgid.config.gid.{groupId}")
        || _node.Map.TryGet($"uidgid.uid.{userId}", out _)
        || _node.Map.TryGet($"uidgid.gid.{groupId}", out _);

    /// <inheritdoc/>
    public RingStatus Status()
    {
        var counters = RingViews.Counters(_node);
        RingViews.AddDetection(counters, _node, Now());
        _link.AddCounters(counters);
        counters["loop.loopback_dropped"] = _loopback.Dropped;
        _meter.AddCounters(counters);
        counters["ipc.clients"] = _clients.Count;
        counters["ipc.clients_dropped"] = _clients.Dropped;
        counters["log.lines_dropped"] = _log.Dropped;
        return new RingStatus(_node.State.ToString(), RingViews.Of(_node.Quorum), _node.QuorumFlags, counters)
        {
            HighestExpectedVotes = _node.HighestExpectedVotes,
            MemberVotes = new SortedDictionary<uint, uint>(_node.MemberVotes.ToDictionary(v => v.Key, v => v.Value)),
        };
    }

    public void Dispose()
    {
        _clients.Dispose();
        _link.Dispose();
        _interfaces.Dispose();
        _store.Dispose();
        _wakeup.Dispose();
    }

    private static Instant Now() => new(
        Stopwatch.Frequency == NanosecondsPerSecond
            ? Stopwatch.GetTimestamp()
            : (long)((Int128)Stopwatch.GetTimestamp() * NanosecondsPerSecond / Stopwatch.Frequency));

    private static RingNodeOptions WithProcess(RingNodeOptions options) => options with { ProcessId = (uint)Environment.ProcessId };

    private static IRingLink OpenLink(RingConfiguration configuration, RingLog log) => configuration switch
    {
        { Knet: { } knet } => KnetLinks.Open(configuration, knet, log),
        { Multicast: { } multicast } => MulticastLink.Open(configuration, multicast, log),
        _ => UnicastLink.Open(configuration, log),
    };

    private static RingIdentity Describe(RingConfiguration configuration) => new(
        configuration.LocalNode.NodeId,
        configuration.Totem.ClusterName,
        [
            .. configuration.Nodes.OrderBy(n => n.NodeId)
                .Select(n => new Mainstay.Ring.Client.RingNode(n.NodeId, n.Name, n.Addresses, n.Votes)),
        ]);

    private void Turn()
    {
        var deadline = NextDeadline();
        Wait(deadline);
        var now = Now();
        var woke = now;
        WarnIfLong(
            _meter.NoteWakeup(deadline, now), "not scheduled for {0} ms (token timeout {1} ms): the host is overloaded or was paused");
        while (_posted.TryDequeue(out var action)) action();
        if (_hasDatagrams || _link.HasRest) ReceiveDatagrams();
        LoopBack();
        now = Now();
        if (_link.NextDeadline <= now) _link.HandleTimeout(now);
        if (_node.NextDeadline <= now)
        {
            _node.HandleTimeout(now, _outbox);
            CarryOut();
        }

        _clients.Serve(now, _carryOut);
        ApplyChangedKeys();
        ServeTrackers(now);
        _clients.Flush(now);
        CarryOut();
        WarnIfLong(_meter.NoteTurn(woke, Now()), "busy for {0} ms (token timeout {1} ms): what came meanwhile had to wait");
    }

    private unsafe void Wait(Instant deadline)
    {
        var links = _link.Descriptors;
        var first = links.Length + 3;
        var count = first + _clients.Count;
        if (_polled.Length < count) Array.Resize(ref _polled, count * 2);
        _polled[0] = new PollDescriptor { Descriptor = _wakeup.Descriptor, Wanted = Native.PollIn };
        var isOpen = _clients.IsOpen(Now());
        _polled[1] = new PollDescriptor { Descriptor = _clients.ListenDescriptor, Wanted = isOpen ? Native.PollIn : (short)0 };
        for (var i = 0; i < links.Length; i++)
        {
            _polled[2 + i] = new PollDescriptor { Descriptor = links[i], Wanted = Native.PollIn };
        }

        _polled[first - 1] = new PollDescriptor { Descriptor = _interfaces.Descriptor, Wanted = Native.PollIn };
        for (var i = 0; i < _clients.Count; i++)
        {
            var client = _clients[i];
            var wanted = (client.WantsToRead ? Native.PollIn : 0) | (client.WantsToSend ? Native.PollOut : 0);
            _polled[first + i] = new PollDescriptor { Descriptor = client.Descriptor, Wanted = (short)wanted };
        }

        var timeout = Timeout(deadline);
        int ready;
        fixed (PollDescriptor* descriptors = _polled)
        {
            ready = Native.Poll(descriptors, (nuint)count, deadline.IsNever && !HasWork ? null : &timeout, null);
        }

        _hasDatagrams = false;
        if (ready <= 0) return;
        if (_polled[0].Happened != 0) _wakeup.Reset();
        for (var i = 0; i < count - first; i++)
        {
            if ((_polled[first + i].Happened & (Native.PollIn | Native.PollProblem)) != 0) _clients.Read(_clients[i]);
        }

        if (_polled[1].Happened != 0) _clients.Accept(Now());
        if (_polled[first - 1].Happened != 0) ReadInterfaces();
        var hasError = false;
        for (var i = 0; i < links.Length; i++)
        {
            hasError |= (_polled[2 + i].Happened & Native.PollError) != 0;
            _hasDatagrams |= _polled[2 + i].Happened != 0;
        }

        if (hasError) ReadLinkErrors();
    }

    private void ReadLinkErrors()
    {
        var now = Now();
        _link.ReadErrors(now);
        while (_link.TryTakeRefused(out var refused)) _node.HandlePeerRefused(now, refused.Node, refused.IsProbe, _outbox);
        CarryOut();
    }

    private bool HasWork => _loopback.Count > 0 || _clients.HasWork || _link.HasRest;

    private TimeSpecification Timeout(Instant deadline)
    {
        if (HasWork) return default;
        var left = Math.Max(0, deadline.Nanoseconds - Now().Nanoseconds);
        return new TimeSpecification { Seconds = left / 1_000_000_000, Nanoseconds = left % 1_000_000_000 };
    }

    private void WarnIfLong(TimeSpan pause, string text)
    {
        if (pause.TotalMilliseconds * TokenShare <= _configuration.Totem.Token) return;
        _statistics.AddScheduleMiss(DateTimeOffset.UtcNow, (float)pause.TotalMilliseconds);
        _log.Warning(string.Format(CultureInfo.InvariantCulture, text, (long)pause.TotalMilliseconds, _configuration.Totem.Token));
    }

    private void ReceiveDatagrams()
    {
        for (var i = 0; i < DatagramsPerTurnMax; i++)
        {
            var now = Now();
            var packet = _link.Receive(now);
            if (packet.IsEmpty) return;
            _node.HandleDatagram(now, packet, _outbox);
            CarryOut();
        }
    }

    private void LoopBack()
    {
        // What this causes waits for the next turn: the token of a ring of one goes round without end.
        for (var left = Math.Min(_loopback.Count, LoopbacksPerTurnMax); left > 0 && _loopback.TryTake(out var buffer, out var size); left--)
        {
            _node.HandleDatagram(Now(), buffer.AsSpan(0, size), _outbox);
            _loopback.Return(buffer);
            CarryOut();
        }
    }
}
