using System.Globalization;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <summary>
/// How many clients there is room for, and what is said of those who are turned away: whoever may open the socket must be able neither to
/// use up the process's descriptors (the runtime ends a process that has none left), nor to fill the log, nor to keep the loop busy.
/// </summary>
internal sealed class ClientAdmission
{
    /// <summary>Clients at most, where the limit of open files is no obstacle.</summary>
    public const int PlacesMax = 256;

    /// <summary>Clients that have a place whatever the limit: tools and the manager.</summary>
    public const int PlacesMin = 8;

    /// <summary>Descriptors that are not for clients: the ring's sockets, files, and those of the runtime (about seventy).</summary>
    public const int Reserved = 160;

    /// <summary>Time that a client has to say hello: then its place is another's, whether anybody waits or not.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly Action<string> _warn;
    private Instant _closedUntil;
    private Instant _silentUntil;
    private long _untold;

    /// <param name="descriptorsMax">The process's limit of open files.</param>
    /// <param name="warn">Takes lines for the log.</param>
    public ClientAdmission(ulong descriptorsMax, Action<string> warn)
    {
        _warn = warn;
        Places = descriptorsMax >= PlacesMax + Reserved ? PlacesMax : Math.Max(PlacesMin, (int)descriptorsMax - Reserved);
        if (Places == PlacesMax) return;
        warn(string.Create(
            CultureInfo.InvariantCulture,
            $"{Places} clients may connect, not {PlacesMax}: the limit of open files is {descriptorsMax} (LimitNOFILE, ulimit -n)"));
    }

    /// <summary>Clients that may be connected at once.</summary>
    public int Places { get; }

    /// <summary>Whether clients are taken now.</summary>
    public bool IsOpen(Instant now) => now >= _closedUntil;

    /// <summary>The system has no room for a client: it is not asked again at once, or the loop would do nothing else.</summary>
    public void Close(Instant now, string reason)
    {
        _closedUntil = now + Pause;
        TurnAway(now, $"a client waits: {reason}");
    }

    /// <summary>Says it of the first, and of others once a minute at most.</summary>
    public void TurnAway(Instant now, string text)
    {
        if (now < _silentUntil)
        {
            _untold++;
            return;
        }

        _warn(_untold == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}; and {_untold} times before"));
        _silentUntil = now + Silence;
        _untold = 0;
    }
}
