namespace Mainstay.Scheduler.Tests.Properties;

/// <summary>A small generator of our own: the same numbers on every machine and version (xorshift).</summary>
internal sealed class Sequence(uint seed)
{
    private uint _state = unchecked((seed * 2654435761) | 1);

    public int Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)below);
    }

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Chance(int percent) => Next(100) < percent;

    public T Pick<T>(params IReadOnlyList<T> items) => items[Next(items.Count)];
}
