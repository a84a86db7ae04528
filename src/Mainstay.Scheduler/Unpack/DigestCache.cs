namespace Mainstay.Scheduler;

/// <summary>
/// The digests calculated for one node, by resource and operation. The few of one resource are a chain: a dictionary of pairs would have
/// its comparer compiled at every start.
/// </summary>
internal sealed class DigestCache
{
    private readonly Dictionary<string, OperationDigests> _first = new(StringComparer.Ordinal);

    /// <summary>The digests of an operation, or null.</summary>
    public OperationDigests? Find(string resource, ActionKey key)
    {
        _first.TryGetValue(resource, out var digests);
        while (digests is not null && digests.Key != key) digests = digests.Next;
        return digests;
    }

    /// <summary>Keeps digests that are not there yet.</summary>
    public void Add(string resource, OperationDigests digests)
    {
        _first.TryGetValue(resource, out var others);
        digests.Next = others;
        _first[resource] = digests;
    }
}
