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
            foreach (var link in node.Links)
            {
                var known = before?.Links.FirstOrDefault(l => l.Link == link.Link);
                if (known is null || known.Address.Equals(link.Address)) continue;
                return $"the address of node {node.NodeId} on link {link.Link} changed from {known.Address} to {link.Address}:"
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
            Knet = KeepFixed(running.Knet, loaded.Knet, Tell),
            Totem = next with { Transport = old.Transport, ClusterName = old.ClusterName, NetMtu = old.NetMtu, Port = old.Port },
        };

        void Tell<T>(string key, T before, T after)
        {
            if (!Equals(before, after)) log.Warning($"totem.{key} cannot be changed at run-time; {before} stays until a restart");
        }
    }

    // Links that stay keep their ports; with another transport there is nothing to change to.
    private static KnetSection? KeepFixed(KnetSection? running, KnetSection? loaded, Action<string, int, int> tell)
    {
        if (running is null || loaded is null) return running;
        var ports = loaded.Ports;
        foreach (var (link, port) in running.Ports)
        {
            if (!ports.TryGetValue(link, out var wanted)) continue;
            if (link > 0) tell($"interface.{link}.mcastport", port, wanted);
            ports = ports.SetItem(link, port);
        }

        return loaded with { Ports = ports };
    }
}
