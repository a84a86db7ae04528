using System.Collections.Immutable;

namespace Mainstay.Totem;

/// <summary>A set of nodes, kept sorted, of bounded size and without allocation after construction.</summary>
internal sealed class NodeSet
{
    private readonly NodeId[] _nodes = new NodeId[Limits.NodeCountMax];

    public int Count { get; private set; }

    public bool IsFull => Count == _nodes.Length;

    /// <summary>Ascending.</summary>
    public ReadOnlySpan<NodeId> Nodes => _nodes.AsSpan(0, Count);

    public NodeId Lowest => Count == 0 ? NodeId.None : _nodes[0];

    public bool Contains(NodeId node) => Nodes.BinarySearch(node) >= 0;

    public void Clear() => Count = 0;

    /// <summary>Adds a node.</summary>
    /// <returns>Whether it was new and there was room.</returns>
    public bool Add(NodeId node)
    {
        var index = Nodes.BinarySearch(node);
        if (index >= 0 || IsFull)
        {
            return false;
        }

        index = ~index;
        _nodes.AsSpan(index, Count - index).CopyTo(_nodes.AsSpan(index + 1));
        _nodes[index] = node;
        Count++;
        return true;
    }

    public void SetTo(NodeSet other)
    {
        other.Nodes.CopyTo(_nodes);
        Count = other.Count;
    }

    public void SetTo(ReadOnlySpan<NodeId> nodes)
    {
        Clear();
        foreach (var node in nodes)
        {
            Add(node);
        }
    }

    public void SetTo(NodeId only)
    {
        _nodes[0] = only;
        Count = 1;
    }

    /// <summary>Becomes <paramref name="left"/> without <paramref name="right"/>.</summary>
    public void SetToDifference(NodeSet left, NodeSet right)
    {
        var count = 0;
        foreach (var node in left.Nodes)
        {
            if (!right.Contains(node))
            {
                _nodes[count++] = node;
            }
        }

        Count = count;
    }

    public void AddAll(NodeSet other)
    {
        foreach (var node in other.Nodes)
        {
            Add(node);
        }
    }

    public bool IsSubsetOf(NodeSet other)
    {
        foreach (var node in Nodes)
        {
            if (!other.Contains(node))
            {
                return false;
            }
        }

        return true;
    }

    public bool SetEquals(NodeSet other) => Nodes.SequenceEqual(other.Nodes);

    public ImmutableArray<NodeId> ToImmutableArray() => [.. Nodes];
}
