using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Whether the fence devices that are left could fence every node that is left (spec/fencing.md section 2).</summary>
internal static class FenceCoverage
{
    public static List<FencingGap> Gaps(ClusterState state, IReadOnlyList<string> lost)
    {
        var gaps = new List<FencingGap>();
        if (!state.Options.FencingEnabled) return gaps;
        var devices = state.AllResources.FindAll(r => r is { IsPrimitive: true, IsFenceDevice: true, IsRemoved: false });
        var usable = new List<ClusterResource>();
        foreach (var instances in devices.GroupBy(d => d.BaseName, StringComparer.Ordinal))
        {
            if (Unusable(state, [.. instances], lost) is { } reason) gaps.Add(new FencingGap(instances.Key, null, reason));
            else usable.Add(instances.First());
        }

        if (devices.Count == 0 || state.Options.HasWatchdog) return gaps;
        foreach (var node in state.NodeList)
        {
            // A guest node is fenced by stopping what it runs in.
            if (node.IsGuest || !node.Online) continue;
            if (!usable.Exists(d => MayFence(d, node.Name)))
            {
                gaps.Add(new FencingGap(null, node.Name, "no fence device that is left covers it"));
            }
        }

        return gaps;
    }

    private static string? Unusable(ClusterState state, List<ClusterResource> device, IReadOnlyList<string> lost)
    {
        // Disabled devices are no consequence of the loss.
        if (device.Exists(d => d.AssignedNode is not null || !d.IsManaged || IsDisabled(d))) return null;
        if (!state.NodeList.Exists(n => n.IsAvailable)) return "no node is left to run it";
        return lost.Count == 0 ? "no node may run it" : $"no node that is left may run it (lost: {string.Join(' ', lost)})";
    }

    private static bool IsDisabled(ClusterResource device) => ConfigReader.ParseRole(device.Meta["target-role"]) == Role.Stopped;

    // A device without a static list says itself what it covers: taken as covering everything.
    private static bool MayFence(ClusterResource device, string node)
    {
        if (IsDisabled(device)) return false;
        string? list = Parameter(device, "pcmk_host_list");
        string? map = Parameter(device, "pcmk_host_map");
        if (list is null && map is null) return true;
        bool isListed = Words(list).Contains(node, StringComparer.OrdinalIgnoreCase);
        return isListed || Words(map).Any(w => w.StartsWith(node + ":", StringComparison.OrdinalIgnoreCase));
    }

    private static string[] Words(string? text) =>
        text?.Split([' ', ',', ';', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string? Parameter(ClusterResource device, string name) => device.Config.Elements("instance_attributes")
        .Elements("nvpair").FirstOrDefault(e => e.Value("name") == name)?.Value("value");
}
