namespace Mainstay.Scheduler;

/// <summary>
/// The allowed nodes of a resource with their scores (spec/scheduler-placement.md section 0): arrays indexed by the dense
/// number of the node. A node that is not in the table is something else than a node with score 0.
/// </summary>
internal sealed class NodeTable
{
    private Entry[] _entries;

    public NodeTable(int capacity) => _entries = new Entry[capacity];

    private NodeTable(Entry[] entries) => _entries = entries;

    /// <summary>True if no node is in the table.</summary>
    public bool IsEmpty => Array.TrueForAll(_entries, entry => !entry.IsPresent);

    public bool Contains(ClusterNode node) => node.Index < _entries.Length && _entries[node.Index].IsPresent;

    public int Score(ClusterNode node) => _entries[node.Index].Score;

    public bool TryScore(ClusterNode node, out int score)
    {
        if (Contains(node))
        {
            score = _entries[node.Index].Score;
            return true;
        }

        score = 0;
        return false;
    }

    /// <summary>Inserts a node, or replaces its entry.</summary>
    public void Put(ClusterNode node, int score, DiscoveryMode discovery)
    {
        if (node.Index >= _entries.Length) Array.Resize(ref _entries, Math.Max(node.Index + 4, _entries.Length * 2));
        _entries[node.Index] = new Entry { IsPresent = true, Score = score, Discovery = discovery };
    }

    public void Remove(ClusterNode node)
    {
        if (Contains(node)) _entries[node.Index] = default;
    }

    public void SetScore(ClusterNode node, int score) => _entries[node.Index].Score = score;

    public void AddScore(ClusterNode node, int score) => _entries[node.Index].Score = Scores.Add(_entries[node.Index].Score, score);

    public DiscoveryMode Discovery(ClusterNode node) => _entries[node.Index].Discovery;

    public void SetDiscovery(ClusterNode node, DiscoveryMode mode) => _entries[node.Index].Discovery = mode;

    /// <summary>Number of instances assigned to the node (meaningful in the tables of collectives).</summary>
    public int Count(ClusterNode node) => _entries[node.Index].Count;

    public void AddCount(ClusterNode node, int delta)
    {
        if (Contains(node)) _entries[node.Index].Count += delta;
    }

    public void ClearCounts()
    {
        for (int i = 0; i < _entries.Length; i++) _entries[i].Count = 0;
    }

    public void Clear() => Array.Clear(_entries);

    public NodeTable Copy() => new((Entry[])_entries.Clone());

    private struct Entry
    {
        public int Score;
        public int Count;
        public DiscoveryMode Discovery;
        public bool IsPresent;
    }
}

/// <summary>Arithmetic of scores (spec/cib-model.md sections 1.1 and 1.2).</summary>
internal static class Scores
{
    public const int Infinity = 1_000_000;

    /// <summary>Saturating sum in which -INFINITY beats everything.</summary>
    public static int Add(int a, int b)
    {
        if (a <= -Infinity || b <= -Infinity) return -Infinity;
        if (a >= Infinity || b >= Infinity) return Infinity;
        return Math.Clamp(a + b, -Infinity, Infinity);
    }

    public static string Text(int score) => score switch
    {
        >= Infinity => "INFINITY",
        <= -Infinity => "-INFINITY",
        _ => score.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
