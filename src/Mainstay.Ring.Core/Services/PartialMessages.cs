using System.Runtime.InteropServices;
using Mainstay.Ring.Core.Messages;

namespace Mainstay.Ring.Core.Services;

/// <summary>What a piece of a split message led to.</summary>
internal enum PartialResult
{
    /// <summary>More is to come, or the beginning was sent before this node could hear it.</summary>
    Incomplete,

    /// <summary>The message is whole.</summary>
    Complete,

    /// <summary>The pieces contradict their lengths: all of the message is dropped.</summary>
    Dropped,
}

/// <summary>
/// Puts together messages that a client library split (partial_mcast, spec/ring-wire.md section 4.1): one unfinished message for each
/// process and group.
/// </summary>
internal sealed class PartialMessages
{
    /// <summary>A longer message is dropped.</summary>
    public const int TotalSizeMax = 16 * 1024 * 1024;

    private readonly List<Unfinished> _unfinished = [];

    /// <summary>Messages begun and not ended.</summary>
    public int Count => _unfinished.Count;

    /// <summary>Takes a piece.</summary>
    /// <param name="sender">Who sent it.</param>
    /// <param name="part">The piece.</param>
    /// <param name="whole">The message once it is complete, valid until the next call.</param>
    public PartialResult Add(GroupProcess sender, in CpgPartialMulticast part, out ReadOnlySpan<byte> whole)
    {
        whole = default;
        var found = Find(sender, part.Group);
        if (part.Kind == CpgPartialKind.First)
        {
            // An unfinished one before it will not go on.
            if (found is not null) _unfinished.Remove(found);
            if (part.TotalLength > TotalSizeMax) return PartialResult.Dropped;
            found = new Unfinished(sender, part.Group.ToArray(), part.TotalLength);
            _unfinished.Add(found);
        }

        if (found is null) return PartialResult.Incomplete;
        var size = (uint)(found.Bytes.Count + part.Fragment.Length);
        var isLast = part.Kind == CpgPartialKind.Last;
        if (part.TotalLength != found.TotalLength || size > found.TotalLength || (isLast && size != found.TotalLength))
        {
            _unfinished.Remove(found);
            return PartialResult.Dropped;
        }

        found.Bytes.AddRange(part.Fragment);
        if (!isLast) return PartialResult.Incomplete;
        _unfinished.Remove(found);
        whole = CollectionsMarshal.AsSpan(found.Bytes);
        return PartialResult.Complete;
    }

    /// <summary>A process left a group: the rest of its message will not come.</summary>
    public void Forget(GroupProcess process, ReadOnlySpan<byte> group)
    {
        if (Find(process, group) is { } found) _unfinished.Remove(found);
    }

    private Unfinished? Find(GroupProcess process, ReadOnlySpan<byte> group)
    {
        foreach (var entry in _unfinished)
        {
            if (entry.Sender == process && group.SequenceEqual(entry.Group)) return entry;
        }

        return null;
    }

    private sealed record Unfinished(GroupProcess Sender, byte[] Group, uint TotalLength)
    {
        public List<byte> Bytes { get; } = [];
    }
}
