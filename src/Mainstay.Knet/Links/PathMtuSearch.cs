using Mainstay.Totem;

namespace Mainstay.Knet.Links;

/// <summary>
/// The search for the largest packet that one path carries (spec/knet-wire.md section 5): the kernel refuses what is larger than the
/// interface, a reply proves a size, silence is taken for "too large" and the space between is halved. Knows no packets.
/// </summary>
/// <remarks>
/// One departure from the reference: a size is tried twice before silence counts, so that a lost probe is not taken for a small path.
/// </remarks>
internal sealed class PathMtuSearch
{
    private const int TriesPerSize = 2;

    private readonly int _minimum;
    private int _good;
    private int _bad;
    private int _steps;
    private int _tries;
    private int _granularity;
    private TimeSpan _patience;

    public PathMtuSearch(int minimum) => _minimum = minimum;

    /// <summary>The size to probe now or being probed, in bytes on the wire; 0 while there is no search.</summary>
    public int Current { get; private set; }

    /// <summary>When a reply is overdue; never while there is no search.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>The least size that is known to be too large.</summary>
    public int Bad => _bad;

    public bool IsRunning => Current > 0;

    /// <summary>What a finished search found: 0 where not even the minimum gets through.</summary>
    public int Found => _good;

    /// <summary>Begins a search; the caller sends a probe of <see cref="Current"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="patience">How long a reply may take.</param>
    /// <param name="granularity">Sizes closer than this hold the same data: 16 with a cipher, else 1.</param>
    public void Begin(Instant now, TimeSpan patience, int granularity)
    {
        _good = 0;
        _bad = MtuRules.OnWireMax + 1;
        _steps = 0;
        _granularity = granularity;
        _patience = patience;
        Try(now, MtuRules.OnWireMax);
    }

    public void Stop()
    {
        Current = 0;
        Deadline = Instant.Never;
    }

    /// <summary>The kernel did not take a probe. Whether another size is to be probed; otherwise the search has ended.</summary>
    /// <param name="now">The time.</param>
    /// <param name="interfaceMtu">What the kernel would take, 0 where unknown.</param>
    public bool HandleRefused(Instant now, int interfaceMtu)
    {
        if (!IsRunning) return false;
        var isHint = interfaceMtu >= _minimum && interfaceMtu < Current && interfaceMtu > _good;
        _bad = isHint ? interfaceMtu + 1 : Current;
        return Next(now, isHint ? interfaceMtu : 0);
    }

    /// <summary>A reply came. Whether another size is to be probed; otherwise the search has ended or the reply was an old one.</summary>
    public bool HandleReply(Instant now, int size)
    {
        if (!IsRunning || size != Current) return false;
        _good = size;
        return Next(now, 0);
    }

    /// <summary>The deadline passed. Whether to probe <see cref="Current"/>; otherwise the search has ended.</summary>
    public bool HandleTimeout(Instant now)
    {
        if (!IsRunning) return false;
        if (_tries < TriesPerSize)
        {
            _tries++;
            Deadline = now + _patience;
            return true;
        }

        _bad = Current;
        return Next(now, 0);
    }

    private bool Next(Instant now, int hint)
    {
        _steps++;
        var low = Math.Max(_good, _minimum - 1);
        if (_steps < KnetLimits.PathMtuStepsMax)
        {
            if (hint > 0) return Try(now, hint);
            if (_bad - low > _granularity) return Try(now, low + ((_bad - low) / 2));
            if (_good == 0 && _bad > _minimum) return Try(now, _minimum);
        }

        Stop();
        return false;
    }

    private bool Try(Instant now, int size)
    {
        Current = size;
        _tries = 1;
        Deadline = now + _patience;
        return true;
    }
}
