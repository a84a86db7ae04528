using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>What a reload may change (spec/corosync-conf.md sections 2, 3 and 7).</summary>
internal static class ConfigurationChanges
{
    /// <summary>A change that refuses the new file as a whole, in words.</summary>
    public static string? FindIllegal(RingConfiguration running, RingConfiguration loaded)
    {
        if (loaded.LocalNode.NodeId != running.LocalNode.NodeId)
        {
            return $"the local node's id changed from {running.LocalNode.NodeId} to {loaded.LocalNode.NodeId}";
        }

        foreach (var node in loaded.Nodes)
        {
            var before = running.Nodes.FirstOrDefault(n => n.NodeId == node.NodeId);
            if (before is not null && !before.ResolvedAddress.Equals(node.ResolvedAddress))
            {
                return $"the address of node {node.NodeId} changed from {before.ResolvedAddress} to {node.ResolvedAddress}:"
                    + " it must be deleted and recreated (two reloads)";
            }
        }

        return null;
    }

    /// <summary>The new configuration with the running values of what cannot change at run-time; each is told.</summary>
    public static RingConfiguration KeepFixed(RingConfiguration running, RingConfiguration loaded, RingLog log)
    {
        var old = running.Totem;
        var next = loaded.Totem;
        Tell("transport", old.Transport, next.Transport);
        Tell("cluster_name", old.ClusterName, next.ClusterName);
        Tell("netmtu", old.NetMtu, next.NetMtu);
        Tell("interface.0.mcastport", old.Port, next.Port);
        return loaded with
        {
            Totem = next with { Transport = old.Transport, ClusterName = old.ClusterName, NetMtu = old.NetMtu, Port = old.Port },
        };

        void Tell<T>(string key, T before, T after)
        {
            if (!Equals(before, after)) log.Warning($"totem.{key} cannot be changed at run-time; {before} stays until a restart");
        }
    }
}
