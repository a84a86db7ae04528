using Mainstay.Knet.Wire;
using Mainstay.Totem;

namespace Mainstay.Knet.Links;

/// <summary>
/// One link to one host: whether it works, how long a round trip takes, what its path carries (spec/knet-wire.md sections 5 and 6).
/// Decides; sends nothing itself.
/// </summary>
internal sealed class KnetLink
{
    private const int BackoffMax = 10;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private Instant _backoffFrom;
    private Instant _lastPing;
    private bool _hasPong;
    private Instant _lastPong;
    private uint _pongsReceived;
    private long _latency;
    private long _pingsBefore;
    private long _pongsBefore;

    public KnetLink(NodeId node, KnetLinkSettings settings, LinkAddress address)
    {
        Node = node;
        Settings = settings;
        Address = address;
        Search = new PathMtuSearch(MtuRules.OnWireMin(address.IsIpv6));
    }

    public NodeId Node { get; }

    public int Id => Settings.Link;

    /// <summary>The other end.</summary>
    public LinkAddress Address { get; }

    public KnetLinkSettings Settings { get; set; }

    public KnetLinkStatistics Statistics { get; } = new();

    /// <summary>Whether pongs come.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Whether the path carries packets of the least size; taken for true until a search says otherwise.</summary>
    public bool HasValidMtu { get; private set; } = true;

    /// <summary>Whether another link to the same host carries data as well.</summary>
    public bool HasAlternative { get; set; }

    /// <summary>Begins to count answers anew.</summary>
    public void CountAnswers()
    {
        _pingsBefore = Statistics.SentPings.Packets;
        _pongsBefore = Statistics.ReceivedPongs.Packets;
    }

    /// <summary>How many pings were answered since then, in thousandths; -1 = too few to tell.</summary>
    public int AnsweredPermille
    {
        get
        {
            const int SampleMin = 10;
            var pings = Statistics.SentPings.Packets - _pingsBefore;
            return pings < SampleMin ? -1 : (int)Math.Min(1000, (Statistics.ReceivedPongs.Packets - _pongsBefore) * 1000 / pings);
        }
    }

    /// <summary>Whether data may take this link.</summary>
    public bool IsUsable => IsConnected && HasValidMtu;

    /// <summary>The path MTU found, 0 before that.</summary>
    public int OnWireMtu { get; private set; }

    public PathMtuSearch Search { get; }

    /// <summary>When the next ping is due.</summary>
    public Instant NextPing { get; private set; }

    /// <summary>When the path is to be searched again; never while the link is down.</summary>
    public Instant NextSearch { get; set; } = Instant.Never;

    /// <summary>Whether any pong came since the link was down last: then data proves as much as another pong.</summary>
    public bool HasPong => _hasPong;

    /// <summary>Begins to count: pings are due at once.</summary>
    public void Start(Instant now)
    {
        NextPing = now;
        _backoffFrom = now;
    }

    /// <summary>The ping that was due is sent. The next one waits for longer once it is answered.</summary>
    public void PingSent(Instant now)
    {
        _lastPing = now;
        NextPing = now + (IsConnected ? Settings.PingRepeatInterval : Settings.PingInterval);
    }

    /// <summary>When silence will bring the link down, as far as can be said now; the backoff shrinks each second.</summary>
    public Instant SilenceDeadline(Instant now)
    {
        if (!_hasPong) return Instant.Never;
        var due = _lastPong + Patience(now);
        if (Backoff(now) == 1) return due;
        var change = new Instant(_backoffFrom.Nanoseconds + ((SecondsSinceBackoff(now) + 1) * NanosecondsPerSecond));
        return change < due ? change : due;
    }

    /// <summary>Whether silence has lasted too long.</summary>
    public bool IsSilent(Instant now) => _hasPong && now - _lastPong >= Patience(now);

    /// <summary>Takes the echo of a ping. Whether it brings the link up.</summary>
    public bool HandlePong(Instant now, in PingPacket pong)
    {
        if (!TryGetRoundTrip(now, pong, out var roundTrip)) return false;
        _hasPong = true;
        _lastPong = now;
        Measure(roundTrip.Ticks * TimeSpan.NanosecondsPerTick);
        if (IsConnected && roundTrip <= now - _lastPing) NextPing = _lastPing + Settings.CalmPingInterval;
        if (IsConnected || roundTrip >= Patience(now)) return false;
        if (_pongsReceived < Settings.PongCount)
        {
            _pongsReceived++;
            return false;
        }

        return true;
    }

    public void GoUp(Instant now)
    {
        IsConnected = true;
        Statistics.UpCount++;
        NextSearch = now;
    }

    public void GoDown(Instant now)
    {
        if (IsConnected) Statistics.DownCount++;
        IsConnected = false;
        _hasPong = false;
        _pongsReceived = 0;
        _backoffFrom = now;

        // The path may be another one when the link comes back.
        OnWireMtu = 0;
        HasValidMtu = true;
        Search.Stop();
        NextSearch = Instant.Never;
    }

    /// <summary>A size that was found before does not get through any more. Whether that concerns the MTU in use.</summary>
    public bool ForgetOnWireMtu(int bad)
    {
        if (OnWireMtu < bad) return false;
        OnWireMtu = 0;
        return true;
    }

    /// <summary>A search ended, or the MTU is given. Whether that changes anything.</summary>
    public bool SetOnWireMtu(int onWire)
    {
        var isValid = onWire >= MtuRules.OnWireMin(Address.IsIpv6);
        if (onWire == OnWireMtu && isValid == HasValidMtu) return false;
        OnWireMtu = isValid ? onWire : 0;
        HasValidMtu = isValid;
        return true;
    }

    private bool TryGetRoundTrip(Instant now, in PingPacket pong, out TimeSpan roundTrip)
    {
        roundTrip = default;
        const ulong SecondsMax = long.MaxValue / NanosecondsPerSecond;
        if (pong.Seconds >= SecondsMax || pong.Nanoseconds >= NanosecondsPerSecond) return false;
        var sent = new Instant(((long)pong.Seconds * NanosecondsPerSecond) + (long)pong.Nanoseconds);

        // A pong of before a restart of this host's clock, or one that took longer than a link may be silent.
        if (sent > now) return false;
        roundTrip = now - sent;
        return roundTrip <= Settings.PingTimeout;
    }

    // Kept in nanoseconds: rounding down at every sample would otherwise pull the mean away.
    private void Measure(long nanoseconds)
    {
        const long PerMicrosecond = 1000;
        var statistics = Statistics;
        var known = Math.Min(statistics.LatencySamples, Math.Max(1, Settings.Precision) - 1);
        _latency = ((_latency * known) + nanoseconds) / (known + 1);
        var microseconds = nanoseconds / PerMicrosecond;
        statistics.LatencyAverage = _latency / PerMicrosecond;
        statistics.LatencyMin = statistics.LatencySamples == 0 ? microseconds : Math.Min(statistics.LatencyMin, microseconds);
        statistics.LatencyMax = Math.Max(statistics.LatencyMax, microseconds);
        statistics.LatencySamples = known + 1;
    }

    private TimeSpan Patience(Instant now) =>
        new((Settings.PingTimeout.Ticks * Backoff(now)) + (2 * Statistics.LatencyAverage * TimeSpan.TicksPerMicrosecond));

    /// <summary>
    /// Patience with a link that was down not long ago keeps the only link from flapping. Where another one is up it is out of place (a
    /// departure from the reference): a link that flaps would swallow data for up to ten timeouts, and tokens with it.
    /// </summary>
    private int Backoff(Instant now) => HasAlternative ? 1 : (int)Math.Max(1, BackoffMax - SecondsSinceBackoff(now));

    private long SecondsSinceBackoff(Instant now) => (now.Nanoseconds - _backoffFrom.Nanoseconds) / NanosecondsPerSecond;
}
