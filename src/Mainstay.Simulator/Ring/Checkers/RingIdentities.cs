namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// Which ring ids can be told apart. A node that lost its stored sequence counts from the start and may name a new ring as an old one:
/// nothing can be promised for ids up to the highest that it had used (spec/totem.md section 9.1); those above it are unique again.
/// </summary>
internal sealed class RingIdentities
{
    private readonly Dictionary<uint, ulong> _highest = [];
    private readonly Dictionary<uint, ulong> _ambiguous = [];

    /// <summary>A packet names a ring.</summary>
    public void Note(in WirePacket packet)
    {
        if (packet.Type is WireType.CommitToken or WireType.MergeDetect
            && packet.RingSequence > _highest.GetValueOrDefault(packet.Representative))
        {
            _highest[packet.Representative] = packet.RingSequence;
        }
    }

    /// <summary>A node lost its storage.</summary>
    public void Forget(uint node) => _ambiguous[node] = _highest.GetValueOrDefault(node);

    /// <summary>Whether only one ring can have this id.</summary>
    public bool IsUnique(RingKey ring) => _ambiguous.Count == 0 || ring.Sequence > _ambiguous.GetValueOrDefault(ring.Representative);
}
