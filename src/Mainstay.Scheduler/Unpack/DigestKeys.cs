namespace Mainstay.Scheduler;

/// <summary>
/// Compares the keys of calculated digests: a resource's id and an operation. By hand, because the framework's comparer of pairs has to be
/// compiled at every start.
/// </summary>
internal sealed class DigestKeys : IEqualityComparer<(string Resource, ActionKey Key)>
{
    public static DigestKeys Comparer { get; } = new();

    public bool Equals((string Resource, ActionKey Key) x, (string Resource, ActionKey Key) y) =>
        x.Key == y.Key && x.Resource == y.Resource;

    // Nothing depends on the order of the entries, so that it may differ from process to process.
    public int GetHashCode((string Resource, ActionKey Key) key) =>
        StringComparer.Ordinal.GetHashCode(key.Resource) ^ ((int)key.Key.Task * 31) ^ (int)key.Key.IntervalMs;
}
