namespace Mainstay.Scheduler;

/// <summary>The list of changes shown to people (spec/scheduler-output.md section 6).</summary>
public static partial class TransitionSummary
{
    /// <summary>A resource that is active but whose role says otherwise counts as started, from before the graph on.</summary>
    internal static void CorrectRoles(ClusterState state)
    {
        foreach (var resource in state.ResourceList.SelectMany(r => r.Primitives()))
        {
            if (resource.IsActiveAnywhere && resource.CurrentRole == Role.Stopped) resource.CurrentRole = Role.Started;
        }
    }
}
