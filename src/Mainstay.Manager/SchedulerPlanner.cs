using System.Runtime.ExceptionServices;
using Mainstay.Cib;
using Mainstay.Manager.Core;
using Mainstay.Scheduler;

namespace Mainstay.Manager;

/// <summary>The real scheduler behind the engine's interface; older documents are brought into the newest form in memory.</summary>
internal sealed class SchedulerPlanner : ITransitionPlanner
{
    // Colocations are followed from resource to resource: a chain of thousands needs more than a thread's usual stack. The pages are
    // taken only where they are used.
    private const int StackBytes = 256 << 20;

    public TransitionGraph Plan(CibDocument cib, long epochSeconds)
    {
        TransitionGraph? graph = null;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    graph = PlanHere(cib, epochSeconds);
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "scheduler",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return graph!;
    }

    private static TransitionGraph PlanHere(CibDocument cib, long epochSeconds)
    {
        var upgraded = CibUpgrade.Upgrade(cib);
        var offset = (int)TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(epochSeconds)).TotalSeconds;
        return Planner.Plan(upgraded.Document, new PlannerOptions { Now = epochSeconds, LocalOffsetSeconds = offset }).Graph;
    }
}
