using Mainstay.Cib;
using Mainstay.Manager.Core;
using Mainstay.Scheduler;

namespace Mainstay.Manager;

/// <summary>The real scheduler behind the engine's interface; older documents are brought into the newest form in memory.</summary>
internal sealed class SchedulerPlanner : ITransitionPlanner
{
    public TransitionGraph Plan(CibDocument cib, long epochSeconds)
    {
        var upgraded = CibUpgrade.Upgrade(cib);
        var offset = (int)TimeZoneInfo.Local.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(epochSeconds)).TotalSeconds;
        return Planner.Plan(upgraded.Document, new PlannerOptions { Now = epochSeconds, LocalOffsetSeconds = offset }).Graph;
    }
}
