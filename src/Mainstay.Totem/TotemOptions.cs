namespace Mainstay.Totem;

/// <summary>
/// The validated options of a ring, with every derived timer computed (spec/totem.md section 2). Made by <see cref="TryCreate"/>.
/// </summary>
public sealed record TotemOptions
{
    private const uint TimerMinimumMs = 30;
    private const uint HoldMinimumMs = 14;

    /// <summary>Token loss timeout, coefficient included.</summary>
    public required TimeSpan Token { get; init; }

    /// <summary>Percentage of <see cref="Token"/> after which to warn; 0 = never.</summary>
    public required int TokenWarningPercent { get; init; }

    /// <summary>Time after which the last sent token is sent again.</summary>
    public required TimeSpan TokenRetransmit { get; init; }

    /// <summary>Time that the representative keeps the token of an idle ring.</summary>
    public required TimeSpan Hold { get; init; }

    /// <summary>Resend period of join messages.</summary>
    public required TimeSpan Join { get; init; }

    /// <summary>Upper limit of the delay before a join message; zero = none.</summary>
    public required TimeSpan SendJoin { get; init; }

    /// <summary>Time to reach agreement on the membership.</summary>
    public required TimeSpan Consensus { get; init; }

    /// <summary>
    /// How long a node that disturbed the ring three times is held out at first; zero = never. Derived: four times what losing
    /// a node costs (<see cref="Token"/> and <see cref="Consensus"/>).
    /// </summary>
    public TimeSpan HoldOut { get; init; }

    /// <summary>
    /// How long at most; derived: four times <see cref="HoldOut"/>, five minutes at most, but not less than it. After the last fault this
    /// is what agreement may have to wait for, besides the timeouts.
    /// </summary>
    public TimeSpan HoldOutMax { get; init; }

    /// <summary>Idle time before the representative looks for other rings.</summary>
    public required TimeSpan Merge { get; init; }

    /// <summary>Period of the interface check; for the shell.</summary>
    public required TimeSpan Downcheck { get; init; }

    /// <summary>Heartbeat timeout; zero = off.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>Rotations without progress before this node declares itself failed.</summary>
    public required uint FailReceiveLimit { get; init; }

    /// <summary>Idle rotations before the token is held.</summary>
    public required uint SequenceUnchangedLimit { get; init; }

    /// <summary>
    /// How long after the last message the token goes round at least before it is held, where all members run this implementation.
    /// </summary>
    public TimeSpan StayAwake { get; init; }

    /// <summary>Messages per rotation of the whole ring.</summary>
    public required uint WindowSize { get; init; }

    /// <summary>Messages per visit of the token.</summary>
    public required uint MaxMessages { get; init; }

    /// <summary>
    /// How many of a visit's messages may go out behind the token, where all members run this implementation; 0 = none. Local: members
    /// need not agree on it.
    /// </summary>
    public uint AcceleratedWindow { get; init; }

    /// <summary>Visits that must see a hole before it is asked for.</summary>
    public required uint MissCountLimit { get; init; }

    /// <summary>Whether pending retransmissions end the hold.</summary>
    public bool CancelTokenHoldOnRetransmit { get; init; }

    /// <summary>Largest packet of the group layer, in bytes: netmtu minus room for two message headers (1410 or 65446).</summary>
    public required int PacketSizeMax { get; init; }

    /// <summary>
    /// First message sequence of a ring. 0 on every real ring; tests begin near the wrap. All members must use the same value.
    /// </summary>
    public uint InitialSequence { get; init; }

    /// <summary>
    /// Derives and validates. Every problem is added to <paramref name="problems"/>; the result is <see langword="null"/> if there was one.
    /// </summary>
    /// <param name="settings">What the operator wrote.</param>
    /// <param name="nodeCount">Nodes in the node list of link 0 (the coefficient counts from the third on).</param>
    /// <param name="isKnet">Whether the transport is knet (decides the default of netmtu).</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static TotemOptions? TryCreate(TotemSettings settings, int nodeCount, bool isKnet, ICollection<TotemProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(problems);
        var check = new Checker(problems);
        var token = Effective(settings.Token, 3000) + ((ulong)Math.Max(0, nodeCount - 2) * (settings.TokenCoefficient ?? 650));
        check.AtLeast("totem.token", token, TimerMinimumMs);
        check.AtMost("totem.token", token, Limits.TimerMaxMs);
        token = Math.Clamp(token, 1, Limits.TimerMaxMs);
        var retransmit = settings.TokenRetransmit is > 0 and var set
            ? set
            : DeriveRetransmit(token, Effective(settings.TokenRetransmitsBeforeLoss, 4));
        check.AtLeast("totem.token_retransmit", retransmit, TimerMinimumMs);
        var hold = settings.Hold is > 0 and var holdSet ? holdSet : (ulong)Math.Max(0, ((long)retransmit * 8 / 10) - 10);
        check.AtLeast("totem.hold", hold, HoldMinimumMs);
        var consensus = settings.Consensus is > 0 and var consensusSet ? consensusSet : token * 12 / 10;
        var join = Effective(settings.Join, 50);
        var merge = Effective(settings.Merge, 200);
        var downcheck = Effective(settings.Downcheck, 1000);
        var networkDelay = Effective(settings.MaxNetworkDelay, 50);
        check.AtLeast("totem.join", join, TimerMinimumMs);
        check.AtLeast("totem.consensus", consensus, TimerMinimumMs);
        check.AtLeast("totem.merge", merge, TimerMinimumMs);
        check.AtLeast("totem.downcheck", downcheck, TimerMinimumMs);
        check.AtLeast("totem.max_network_delay", networkDelay, TimerMinimumMs);
        check.That(consensus >= join, "totem.consensus", $"is {consensus} ms, less than totem.join ({join} ms): raise it or lower join");
        var warning = settings.TokenWarning ?? 75;
        check.AtMost("totem.token_warning", warning, 100);
        var window = Effective(settings.WindowSize, 50);
        var messages = Effective(settings.MaxMessages, 17);
        check.AtMost("totem.window_size", window, Limits.WindowSizeMax);
        check.AtMost("totem.max_messages", messages, Limits.WindowSizeMax);
        check.AtMost("totem.accelerated_window", settings.AcceleratedWindow ?? 0, Limits.WindowSizeMax);
        var mtu = Effective(settings.NetMtu, isKnet ? 65536u : 1500u);
        check.AtLeast("totem.netmtu", mtu, Limits.NetMtuMin);
        check.AtMost("totem.netmtu", mtu, 65536);
        if (check.Failed)
        {
            return null;
        }

        var failures = settings.HeartbeatFailuresAllowed ?? 0;
        var heartbeat = ((ulong)failures * retransmit) + networkDelay;
        return new TotemOptions
        {
            Token = Ms(token),
            TokenWarningPercent = (int)warning,
            TokenRetransmit = Ms(retransmit),
            Hold = Ms(hold),
            Join = Ms(join),
            SendJoin = Ms(settings.SendJoin ?? 0),
            Consensus = Ms(consensus),
            HoldOut = Ms(4 * (token + consensus)),
            HoldOutMax = Ms(Math.Max(4 * (token + consensus), Math.Min(16 * (token + consensus), Limits.HoldOutMaxMs))),
            Merge = Ms(merge),
            Downcheck = Ms(downcheck),
            Heartbeat = failures > 0 && heartbeat < token ? Ms(heartbeat) : TimeSpan.Zero,
            AcceleratedWindow = settings.AcceleratedWindow ?? 0,
            FailReceiveLimit = Effective(settings.FailReceiveLimit, 2500),
            SequenceUnchangedLimit = Effective(settings.SequenceUnchangedLimit, 30),
            StayAwake = Ms(Limits.StayAwakeMs),
            WindowSize = window,
            MaxMessages = messages,
            MissCountLimit = Effective(settings.MissCountLimit, 5),
            CancelTokenHoldOnRetransmit = settings.CancelTokenHoldOnRetransmit,
            PacketSizeMax = (int)mtu - (2 * Limits.MessageHeaderSize),
        };
    }

    private static uint Effective(uint? value, uint @default) => value is > 0 ? value.Value : @default;

    /// <summary><c>int(token / (n + 0.2))</c> in integers.</summary>
    private static ulong DeriveRetransmit(ulong token, uint retransmits) => token * 5 / (((ulong)retransmits * 5) + 1);

    private static TimeSpan Ms(ulong milliseconds) => TimeSpan.FromMilliseconds((long)milliseconds);

    private sealed class Checker(ICollection<TotemProblem> problems)
    {
        public bool Failed { get; private set; }

        public void AtLeast(string option, ulong value, ulong minimum) =>
            That(value >= minimum, option, $"is {value}; the least accepted value is {minimum}");

        public void AtMost(string option, ulong value, ulong maximum) =>
            That(value <= maximum, option, $"is {value}; the greatest accepted value is {maximum}");

        public void That(bool condition, string option, string message)
        {
            if (condition)
            {
                return;
            }

            Failed = true;
            problems.Add(new TotemProblem(option, message));
        }
    }
}
