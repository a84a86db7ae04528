using Mainstay.Cib;
using Mainstay.Manager.Core.Tests.Harness;
using Mainstay.Scheduler;

namespace Mainstay.Manager.Core.Tests;

/// <summary>How the coordinator carries a graph out (spec/manager.md section 9).</summary>
public sealed class TransitionTests
{
    [Fact]
    public void What_waits_for_an_action_that_is_not_in_the_graph_is_not_carried_out_and_the_coordinator_comes_to_rest()
    {
        var planner = new FixedPlanner(Start("ip", id: 1), Start("web", id: 2, inputs: 99));
        var cluster = new SimCluster(1, Configurations.Standard(1), planner: planner);
        cluster.StartAll();
        cluster.RunUntilIdle();

        Assert.Equal(["node1"], cluster.Where("ip"));
        Assert.Empty(cluster.Where("web"));
        int plans = planner.Plans;
        cluster.RunFor(60_000);
        Assert.Equal(plans, planner.Plans);
    }

    private static Synapse Start(string resource, int id, params int[] inputs) => new()
    {
        Id = id - 1,
        Inputs = inputs,
        Actions =
        [
            new GraphAction
            {
                Id = id,
                Kind = GraphActionKind.ResourceOperation,
                Task = "start",
                Key = $"{resource}_start_0",
                NodeName = "node1",
                NodeId = "1",
                Resource = new GraphResource(resource, null, "ocf", "heartbeat", "Dummy"),
                Attributes = [],
            },
        ],
    };

    // Wants the same work, whatever the state.
    private sealed class FixedPlanner(params Synapse[] synapses) : ITransitionPlanner
    {
        public int Plans { get; private set; }

        public TransitionGraph Plan(CibDocument cib, long epochSeconds)
        {
            Plans++;
            return new TransitionGraph { Synapses = synapses };
        }
    }
}
