using Mainstay.Totem;

namespace Mainstay.Ring.Core.Services;

/// <summary>How a shutdown is asked for (the values of the reference's interface).</summary>
public enum ShutdownKind : byte
{
    /// <summary>Clients that watch for shutdowns are asked; one that refuses, or does not answer in time, forbids it.</summary>
    Request = 0,

    /// <summary>They are told, and their answers waited for, but nothing can forbid it.</summary>
    Regardless = 1,

    /// <summary>At once; they are told only.</summary>
    Immediate = 2,
}

/// <summary>How it came out.</summary>
public enum ShutdownOutcome : byte
{
    /// <summary>Still waiting for answers.</summary>
    Pending,

    /// <summary>The node goes down.</summary>
    GoesDown,

    /// <summary>A client refused or did not answer in time.</summary>
    Refused,
}

/// <summary>One shutdown under consideration: who was asked and has not answered.</summary>
internal sealed class ShutdownRequest(int requester, ShutdownKind kind, IEnumerable<int> asked, Instant deadline)
{
    private readonly SortedSet<int> _waiting = [.. asked];
    private bool _isRefused;

    /// <summary>The client that asked for the shutdown; negative once it is gone.</summary>
    public int Requester { get; private set; } = requester;

    /// <summary>How it was asked for.</summary>
    public ShutdownKind Kind { get; } = kind;

    /// <summary>When those who have not answered count as having refused.</summary>
    public Instant Deadline { get; } = deadline;

    public ShutdownOutcome Outcome
    {
        get
        {
            if (_waiting.Count > 0 && !(_isRefused && Kind == ShutdownKind.Request)) return ShutdownOutcome.Pending;
            return _isRefused && Kind == ShutdownKind.Request ? ShutdownOutcome.Refused : ShutdownOutcome.GoesDown;
        }
    }

    public void Answer(int client, bool agrees)
    {
        if (_waiting.Remove(client) && !agrees) _isRefused = true;
    }

    /// <summary>A client that is gone has nothing against it.</summary>
    public void Forget(int client)
    {
        _waiting.Remove(client);
        if (client == Requester) Requester = -1;
    }

    public void HandleTimeout(Instant now)
    {
        if (now < Deadline || _waiting.Count == 0) return;
        _isRefused = true;
        _waiting.Clear();
    }
}
