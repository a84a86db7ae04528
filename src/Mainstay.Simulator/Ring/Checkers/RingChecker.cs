using Mainstay.Totem;

namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>Identity of a ring as the checkers see it.</summary>
internal readonly record struct RingKey(uint Representative, ulong Sequence)
{
    public override string ToString() => $"{Representative}.{Sequence:x}";
}

/// <summary>A broken invariant.</summary>
/// <param name="Rule">Its id (spec/totem.md section 10).</param>
/// <param name="Text">Who saw what.</param>
public sealed record Violation(string Rule, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Rule}: {Text}";
}

/// <summary>
/// Observes the history of a run and collects violations. A checker keeps its own books and does its own arithmetic; it never asks an
/// engine anything.
/// </summary>
internal abstract class RingChecker
{
    /// <summary>Violations found, in order; only the first few are kept. Checkers of one run share the list.</summary>
    public List<Violation> Violations { get; init; } = [];

    /// <summary>Which ring ids can be told apart: nothing is promised for the others.</summary>
    public RingIdentities Identities { get; init; } = new();

    /// <summary>A process starts.</summary>
    public virtual void OnStart(uint node, bool storageKept)
    {
    }

    /// <summary>A process ends, by crash or by leaving.</summary>
    public virtual void OnStop(uint node)
    {
    }

    /// <summary>A configuration change is delivered.</summary>
    public virtual void OnConfiguration(uint node, bool isRegular, RingKey ring, IReadOnlyList<uint> members)
    {
    }

    /// <summary>A process gives a message to its engine.</summary>
    public virtual void OnSubmit(uint node, MessageId message, ulong digest)
    {
    }

    /// <summary>A packet is delivered.</summary>
    public virtual void OnPacket(uint node, uint origin, ulong digest)
    {
    }

    /// <summary>A message, reassembled, is delivered.</summary>
    public virtual void OnMessage(uint node, uint origin, MessageId message, ulong digest)
    {
    }

    /// <summary>A datagram leaves a node.</summary>
    public virtual void OnSend(uint node, in WirePacket packet, ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>A datagram reaches a running node.</summary>
    public virtual void OnReceive(uint node, in WirePacket packet)
    {
    }

    /// <summary>A ring sequence became durable.</summary>
    public virtual void OnStore(uint node, ulong ringSequence)
    {
    }

    /// <summary>An engine traces that its state has changed, and its ring then.</summary>
    public virtual void OnState(uint node, TotemState from, TotemState to, RingKey ring)
    {
    }

    /// <summary>An engine traces that it looks for members: because of which node, or 0, and its ring then.</summary>
    public virtual void OnGather(uint node, uint cause, RingKey ring)
    {
    }

    protected bool IsUnique(RingKey ring) => Identities.IsUnique(ring);

    protected void Fail(string rule, string text)
    {
        if (Violations.Count < 8)
        {
            Violations.Add(new Violation(rule, text));
        }
    }

    protected static string Show(IEnumerable<uint> nodes) => "{" + string.Join(' ', nodes) + "}";

    /// <summary>Signed distance between two sequences that wrap.</summary>
    protected static int Distance(uint from, uint to) => unchecked((int)(to - from));
}

/// <summary>Identity of a simulated message: which process, and its how-manieth.</summary>
/// <param name="Node">The origin.</param>
/// <param name="Incarnation">Its start count.</param>
/// <param name="Number">1, 2, ...; separately for the two kinds.</param>
/// <param name="IsSynchronisation">Belongs to the synchronisation after a configuration change.</param>
internal readonly record struct MessageId(uint Node, uint Incarnation, uint Number, bool IsSynchronisation)
{
    public override string ToString() => $"{Node}/{Incarnation}#{(IsSynchronisation ? "s" : "")}{Number}";
}
