namespace Mainstay.Simulator.Ring;

/// <summary>Ways in which a run is wrong on purpose, to prove that the checkers see it.</summary>
internal enum RingMutation
{
    /// <summary>A true run.</summary>
    None,
}
