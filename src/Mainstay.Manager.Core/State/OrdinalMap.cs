namespace Mainstay.Manager.Core;

/// <summary>A map by name in byte order: its iteration order is the same on every node.</summary>
internal sealed class OrdinalMap<T> : SortedDictionary<string, T>
{
    public OrdinalMap()
        : base(StringComparer.Ordinal)
    {
    }
}
