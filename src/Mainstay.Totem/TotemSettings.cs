namespace Mainstay.Totem;

/// <summary>
/// The ring's options as an operator writes them in the <c>totem</c> section (spec/totem.md section 2). All times are milliseconds.
/// <see langword="null"/> means "not set"; 0 means "use the default" too, where 0 has no meaning of its own.
/// </summary>
public sealed record TotemSettings
{
    /// <summary><c>token</c>: token loss timeout before the coefficient; default 3000.</summary>
    public uint? Token { get; init; }

    /// <summary><c>token_coefficient</c>: added per node from the third on; default 650.</summary>
    public uint? TokenCoefficient { get; init; }

    /// <summary><c>token_warning</c>: percentage of the token timeout after which to warn; 0 = never; default 75.</summary>
    public uint? TokenWarning { get; init; }

    /// <summary><c>token_retransmit</c>; default derived.</summary>
    public uint? TokenRetransmit { get; init; }

    /// <summary><c>token_retransmits_before_loss_const</c>; default 4.</summary>
    public uint? TokenRetransmitsBeforeLoss { get; init; }

    /// <summary><c>hold</c>; default derived.</summary>
    public uint? Hold { get; init; }

    /// <summary><c>join</c>: resend period of join messages; default 50.</summary>
    public uint? Join { get; init; }

    /// <summary><c>send_join</c>: upper limit of a delay before each join message; default 0.</summary>
    public uint? SendJoin { get; init; }

    /// <summary><c>consensus</c>; default 1.2 times the token timeout.</summary>
    public uint? Consensus { get; init; }

    /// <summary><c>merge</c>: idle time before a merge-detect message; default 200.</summary>
    public uint? Merge { get; init; }

    /// <summary><c>downcheck</c>: period of the interface check (udp, udpu); default 1000.</summary>
    public uint? Downcheck { get; init; }

    /// <summary><c>fail_recv_const</c>; default 2500.</summary>
    public uint? FailReceiveLimit { get; init; }

    /// <summary><c>seqno_unchanged_const</c>; default 30.</summary>
    public uint? SequenceUnchangedLimit { get; init; }

    /// <summary><c>heartbeat_failures_allowed</c>; 0 = off, the default.</summary>
    public uint? HeartbeatFailuresAllowed { get; init; }

    /// <summary><c>max_network_delay</c>; default 50.</summary>
    public uint? MaxNetworkDelay { get; init; }

    /// <summary><c>window_size</c>; default 50.</summary>
    public uint? WindowSize { get; init; }

    /// <summary><c>max_messages</c>; default 17.</summary>
    public uint? MaxMessages { get; init; }

    /// <summary><c>accelerated_window</c>, an option of this implementation alone; default 0, off.</summary>
    public uint? AcceleratedWindow { get; init; }

    /// <summary><c>miss_count_const</c>; default 5.</summary>
    public uint? MissCountLimit { get; init; }

    /// <summary><c>cancel_token_hold_on_retransmit</c>; default no.</summary>
    public bool CancelTokenHoldOnRetransmit { get; init; }

    /// <summary><c>netmtu</c>: bytes; default 1500 (udp, udpu) or 65536 (knet).</summary>
    public uint? NetMtu { get; init; }
}

/// <summary>A complaint about one option.</summary>
/// <param name="Option">The option as operators know it, for example <c>totem.token</c>.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
public sealed record TotemProblem(string Option, string Message);
