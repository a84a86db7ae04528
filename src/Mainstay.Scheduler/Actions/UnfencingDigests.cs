using System.Text;

namespace Mainstay.Scheduler;

/// <summary>Whether a node was unfenced with the present parameters of the devices (spec/scheduler-actions.md section 13).</summary>
internal static class UnfencingDigests
{
    /// <summary>Records the digests in a fence action; true if they differ from what the node was unfenced with.</summary>
    public static bool Record(ClusterState state, ActionStore actions, ClusterNode node, PlanAction action)
    {
        var all = new StringBuilder();
        var secure = new StringBuilder();
        bool isMismatch = false;
        string? recorded = node.Attributes.GetValueOrDefault("#digests-all");
        string recordedSecure = node.Attributes.GetValueOrDefault("#digests-secure") ?? "";
        foreach (var device in state.Primitives().Where(IsUnfencingDevice).Reverse())
        {
            var digests = Digests.ForUnfencing(actions.Config, actions, device, node);
            string own = $"{device.Id}:{device.AgentType}:{digests.All}";
            string ownSecure = $"{device.Id}:{device.AgentType}:{digests.Secure}";
            all.Append(own).Append(',');
            secure.Append(ownSecure).Append(',');
            if (recorded is null || recorded.Contains(own, StringComparison.Ordinal)) continue;
            if (recordedSecure.Contains(ownSecure, StringComparison.Ordinal)) continue;
            isMismatch = true;
            state.Notices.Add($"notice: Unfencing node {node.Name} because the definition of {device.Id} changed");
        }

        action.Meta["digests-all"] = all.ToString();
        action.Meta["digests-secure"] = secure.ToString();
        return isMismatch;
    }

    private static bool IsUnfencingDevice(ClusterResource resource) =>
        resource.IsFenceDevice && string.Equals(resource.Meta["provides"], "unfencing", StringComparison.OrdinalIgnoreCase);
}
