using Mainstay.Totem;

namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>A ring is not given up for somebody from outside while a member has still to install it (docs/totem.md).</summary>
internal sealed class InstallationChecker : RingChecker
{
    private readonly Dictionary<uint, (TotemState State, RingKey Ring)> _states = [];
    private readonly Dictionary<uint, IReadOnlyList<uint>> _members = [];

    /// <summary>The node that has just left Operational for Gather, or 0: what it traces next says for whom.</summary>
    private uint _leaver;

    public override void OnStart(uint node, bool storageKept) => Forget(node);

    public override void OnStop(uint node) => Forget(node);

    public override void OnConfiguration(uint node, bool isRegular, RingKey ring, IReadOnlyList<uint> members)
    {
        if (isRegular)
        {
            _members[node] = members;
        }
    }

    public override void OnState(uint node, TotemState from, TotemState to, RingKey ring)
    {
        _states[node] = (to, ring);
        _leaver = from == TotemState.Operational && to == TotemState.Gather ? node : 0;
    }

    public override void OnGather(uint node, uint cause, RingKey ring)
    {
        var hasLeft = _leaver == node;
        _leaver = 0;
        if (!hasLeft || cause == 0 || !IsUnique(ring) || _members[node].Contains(cause))
        {
            return;
        }

        foreach (var member in _members[node])
        {
            if (_states.GetValueOrDefault(member) == (TotemState.Recovery, ring))
            {
                Fail("installation", $"node {node} gives up ring {ring} for node {cause} before node {member} has installed it");
            }
        }
    }

    private void Forget(uint node)
    {
        _states.Remove(node);
        _members.Remove(node);
    }
}
