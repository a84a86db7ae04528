using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>The product's scheduler.</summary>
internal sealed class RealPlanner : ITransitionPlanner
{
    public TransitionGraph Plan(CibDocument cib, long epochSeconds) => Planner.Plan(cib, new PlannerOptions { Now = epochSeconds }).Graph;
}
