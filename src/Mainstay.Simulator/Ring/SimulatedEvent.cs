namespace Mainstay.Simulator.Ring;

/// <summary>Something that happens at a point in virtual time.</summary>
internal enum SimulatedEventKind : byte
{
    Boot,
    Datagram,
    Timer,
    Submit,

    /// <summary>A slow node takes the next datagram that waits.</summary>
    Serve,
    Partition,
    Heal,
    Crash,
    Pause,
    Resume,
    FlapBegin,
    FlapToggle,
    MtuChange,

    /// <summary>The half-dead node does the next of what it does.</summary>
    HalfDead,
    SlowBegin,
    SlowEnd,
    ClockStep,

    /// <summary>Some nodes learn that one is gone, which may be wrong.</summary>
    Evidence,

    /// <summary>Some nodes learn that the ring had to wait for one, which may be wrong.</summary>
    Stall,
    Force,
}

/// <param name="Kind">What happens.</param>
/// <param name="Node">To whom; 0 where the simulation picks.</param>
/// <param name="Packet">The datagram that arrives.</param>
internal readonly record struct SimulatedEvent(SimulatedEventKind Kind, uint Node = 0, SimulatedPacket? Packet = null);
