using System.Collections;

namespace Mainstay.Scheduler;

/// <summary>
/// The synapses of a graph, made when somebody looks at them: a plan may have half a million, and who only wants to know what will run
/// looks at none. Nothing they are made of changes once the graph is built.
/// </summary>
/// <param name="actions">The actions of the graph in the order of the synapses.</param>
/// <param name="factory">Describes actions.</param>
internal sealed class PlannedSynapses(List<PlanAction> actions, GraphActionFactory factory) : IReadOnlyList<Synapse>
{
    private Synapse?[]? _made;

    public int Count => actions.Count;

    /// <summary>The same object at each call.</summary>
    public Synapse this[int index] => (_made ??= new Synapse?[Count])[index] ??= Describe(index);

    /// <summary>A synapse that is not kept, for those who look at each once.</summary>
    public Synapse Describe(int index)
    {
        var action = actions[index];
        return new Synapse
        {
            Id = index,
            Priority = Math.Max(action.Resource?.Priority ?? 0, action.Priority),
            Actions = [factory.Create(action)],
            Inputs = Inputs(action),
        };
    }

    /// <summary>An action that inputs refer to, by its number; not kept either.</summary>
    public GraphAction Action(int id) => factory.Create(id);

    public IEnumerator<Synapse> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int[] Inputs(PlanAction action)
    {
        int count = 0;
        foreach (ref readonly var input in action.Before.AsSpan())
        {
            if (input.IsGraphed) count++;
        }

        if (count == 0) return [];
        int[] inputs = new int[count];
        foreach (ref readonly var input in action.Before.AsSpan())
        {
            if (input.IsGraphed) inputs[--count] = input.Action.Id;
        }

        Array.Sort(inputs);
        return inputs;
    }
}
