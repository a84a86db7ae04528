using System.Numerics;

namespace Mainstay.Scheduler;

/// <summary>A set of nodes by their dense numbers.</summary>
internal struct NodeSet
{
    private ulong[]? _words;

    public readonly bool IsEmpty
    {
        get
        {
            foreach (ulong word in _words ?? [])
            {
                if (word != 0) return false;
            }

            return true;
        }
    }

    public readonly int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in _words ?? []) count += BitOperations.PopCount(word);
            return count;
        }
    }

    public readonly bool Contains(ClusterNode node)
    {
        int word = node.Index >> 6;
        return _words is { } words && word < words.Length && (words[word] & (1UL << node.Index)) != 0;
    }

    /// <summary>Adds a node; false if it was in the set.</summary>
    public bool Add(ClusterNode node)
    {
        int word = node.Index >> 6;
        if (_words is null || word >= _words.Length) Array.Resize(ref _words, word + 1);
        ulong bit = 1UL << node.Index;
        if ((_words[word] & bit) != 0) return false;
        _words[word] |= bit;
        return true;
    }
}
