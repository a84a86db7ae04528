using Mainstay.Totem;

namespace Mainstay.Simulator.Ring;

/// <content>Runs that are wrong on purpose.</content>
public sealed partial class RingSimulation
{
    private Output Mutate(SimulatedNode node, in Output output) => output;
}
