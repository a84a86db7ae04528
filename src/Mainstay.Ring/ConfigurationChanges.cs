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

    /// <summary>The new configuration with the running ports of links that stay; each that was to change is told. What else cannot change
    /// at run-time kept its value when the file was read.</summary>
    public static RingConfiguration KeepFixed(RingConfiguration running, RingConfiguration loaded, RingLog log)
    {
        var old = running.Totem;
        var next = loaded.Totem;
        Tell("interface.0.mcastport", old.Port, next.Port);
        if (running.Multicast != loaded.Multicast)
        {
            log.Warning($"the multicast address and ttl cannot be changed at run-time; {running.Multicast?.Group} stays until a restart");
        }

        return loaded with
        {
            Multicast = running.Multicast,
            Knet = KeepFixed(running.Knet, loaded.Knet, Tell),
            Totem = next with { Port = old.Port },
        };

        void Tell(string key, int before, int after)
        {
            if (before != after) log.Warning($"totem.{key} cannot be changed at run-time; {before} stays until a restart");
        }
    }

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
