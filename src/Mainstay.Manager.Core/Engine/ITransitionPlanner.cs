using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Manager.Core;

/// <summary>The scheduler as the transition engine uses it: a pure function.</summary>
public interface ITransitionPlanner
{
    /// <summary>Plans what takes the cluster from its present into its wanted state.</summary>
    /// <param name="cib">Configuration and status.</param>
    /// <param name="epochSeconds">Effective time, seconds since 1970.</param>
    TransitionGraph Plan(CibDocument cib, long epochSeconds);
}
