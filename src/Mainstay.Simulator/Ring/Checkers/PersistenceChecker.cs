namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>I19: the sequence of every ring a process acts in is on its disk before a packet says so.</summary>
internal sealed class PersistenceChecker : RingChecker
{
    private readonly Dictionary<uint, ulong> _stored = [];

    public override void OnStart(uint node, bool storageKept)
    {
        if (!storageKept)
        {
            _stored.Remove(node);
        }
    }

    public override void OnStore(uint node, ulong ringSequence)
    {
        if (ringSequence <= _stored.GetValueOrDefault(node))
        {
            Fail("I19", $"node {node} stores {ringSequence:x} over {_stored[node]:x}");
        }

        _stored[node] = ringSequence;
    }

    public override void OnSend(uint node, in WirePacket packet, ReadOnlySpan<byte> bytes)
    {
        if (packet.Type != WireType.Join && packet.RingSequence > _stored.GetValueOrDefault(node))
        {
            var stored = _stored.GetValueOrDefault(node);
            Fail("I19", $"node {node} sends a {packet.Type} of ring sequence {packet.RingSequence:x}, on disk is {stored:x}");
        }
    }
}
