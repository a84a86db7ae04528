namespace Mainstay.Simulator.Ring;

/// <summary>Something that happens at a point in virtual time.</summary>
internal enum SimulatedEventKind
{
    Boot,
    Datagram,
    Timer,
    Submit,
    Partition,
    Heal,
    Crash,
    Pause,
    Resume,
}

internal readonly record struct SimulatedEvent(SimulatedEventKind Kind, uint Node, byte[]? Bytes)
{
    public static SimulatedEvent Boot(uint node) => new(SimulatedEventKind.Boot, node, null);

    public static SimulatedEvent Datagram(uint node, byte[] bytes) => new(SimulatedEventKind.Datagram, node, bytes);

    public static SimulatedEvent Timer(uint node) => new(SimulatedEventKind.Timer, node, null);

    public static SimulatedEvent Submit(uint node) => new(SimulatedEventKind.Submit, node, null);

    public static SimulatedEvent Partition() => new(SimulatedEventKind.Partition, 0, null);

    public static SimulatedEvent Heal() => new(SimulatedEventKind.Heal, 0, null);

    public static SimulatedEvent Crash() => new(SimulatedEventKind.Crash, 0, null);

    public static SimulatedEvent Pause() => new(SimulatedEventKind.Pause, 0, null);

    public static SimulatedEvent Resume(uint node) => new(SimulatedEventKind.Resume, node, null);
}
