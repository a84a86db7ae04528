using System.Globalization;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Messages;
using Mainstay.Totem;

namespace Mainstay.Ring.Core.Map;

/// <summary>The configuration map of a node: what its file says, and what the node itself publishes (spec/corosync-conf.md section
/// 8).</summary>
internal sealed class NodeMap
{
    private const string MembersPrefix = "runtime.members.";
    private const string HeldOutCause = "held_out_cause";

    /// <summary>Services of this implementation that the reference's map names, with their number of functions on the wire.</summary>
    private static readonly (ServiceId Id, string Name, int Functions)[] s_services =
    [
        (ServiceId.Cmap, "cmap", 1),
        (ServiceId.Cfg, "cfg", 5),
        (ServiceId.Cpg, "cpg", 7),
        (ServiceId.Quorum, "quorum", 0),
        (ServiceId.Votequorum, "votequorum", 4),
    ];

    private readonly SortedDictionary<uint, uint> _joinCounts = [];

    public NodeMap()
    {
        foreach (var (id, name, _) in s_services)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"internal_configuration.service.{(int)id}.");
            Keys.Publish(prefix + "name", MapValue.Of("corosync_" + name));
            Keys.Publish(prefix + "ver", MapValue.Of(0u));
            Keys.Publish($"runtime.services.{name}.service_id", MapValue.Of((ushort)id));
        }

        Keys.Publish("runtime.force_gather", MapValue.Of("no"));
        PublishTraffic(new ServiceTraffic());
    }

    public KeyMap Keys { get; } = new(ConfigurationMapRules.IsReadOnly);

    /// <summary>The file's keys; those of an earlier file that it has no longer go away.</summary>
    public void PublishConfiguration(IReadOnlyDictionary<string, CmapValue> configuration)
    {
        var current = new SortedDictionary<string, MapValue>(StringComparer.Ordinal);
        foreach (var (key, value) in configuration) current[key] = MapValue.Of(value);
        Keys.Replace(current, ConfigurationMapRules.IsReloaded);
    }

    /// <summary>A regular configuration: who came, who went.</summary>
    public void PublishMembers(IEnumerable<uint> joined, IEnumerable<uint> left, IReadOnlyDictionary<uint, IReadOnlyList<string>> addresses)
    {
        foreach (var node in left) Keys.Publish(MemberKey(node, "status"), MapValue.Of("left"));
        foreach (var node in joined)
        {
            var count = _joinCounts[node] = _joinCounts.GetValueOrDefault(node) + 1;
            var links = addresses.TryGetValue(node, out var known) ? known : [];
            Keys.Publish(MemberKey(node, "ip"), MapValue.Of(string.Concat(links.Select((address, link) => $"r({link}) ip({address}) "))));
            Keys.Publish(MemberKey(node, "join_count"), MapValue.Of(count));
            Keys.Publish(MemberKey(node, "status"), MapValue.Of("joined"));
            Keys.Withdraw(MemberKey(node, HeldOutCause));
        }
    }

    /// <summary>A node is held out from now on; the key stays until it is a member again.</summary>
    public void PublishHeldOut(uint node, HoldOutCause cause) =>
        Keys.Publish(MemberKey(node, HeldOutCause), MapValue.Of(cause.ToString().ToLowerInvariant()));

    /// <summary>A member told its <c>config_version</c>.</summary>
    public void PublishConfigVersion(uint node, ulong version) =>
        Keys.Publish(MemberKey(node, "config_version"), MapValue.Of(version));

    /// <summary>What votequorum has to say.</summary>
    public void PublishQuorum(IEnumerable<KeyValuePair<string, CmapValue>> keys)
    {
        foreach (var (key, value) in keys) Keys.Publish(key, MapValue.Of(value));
    }

    /// <summary>Messages of the services so far.</summary>
    public void PublishTraffic(ServiceTraffic traffic)
    {
        foreach (var (id, name, functions) in s_services)
        {
            for (var function = 0; function < functions; function++)
            {
                var prefix = string.Create(CultureInfo.InvariantCulture, $"runtime.services.{name}.{function}.");
                Keys.Publish(prefix + "rx", MapValue.Of(traffic.Received(id, function)));
                Keys.Publish(prefix + "tx", MapValue.Of(traffic.Sent(id, function)));
            }
        }
    }

    private static string MemberKey(uint node, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{MembersPrefix}{node}.{name}");
}
