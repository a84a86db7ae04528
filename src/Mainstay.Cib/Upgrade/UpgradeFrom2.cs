using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The step from the 2.x to the 3.0 form: renamed and moved options (spec/cib-model.md section 12).</summary>
internal static partial class UpgradeFrom2
{
    private const string Prefix = "_2TO3_";

    private static readonly SortedDictionary<string, string> RenamedOptions = new(StringComparer.Ordinal)
    {
        ["cluster_recheck_interval"] = "cluster-recheck-interval",
        ["dc_deadtime"] = "dc-deadtime",
        ["election_timeout"] = "election-timeout",
        ["no_quorum_policy"] = "no-quorum-policy",
        ["remove_after_stop"] = "remove-after-stop",
        ["shutdown_escalation"] = "shutdown-escalation",
        ["startup_fencing"] = "startup-fencing",
        ["stonith_action"] = "stonith-action",
        ["stonith_enabled"] = "stonith-enabled",
        ["stop_orphan_actions"] = "stop-orphan-actions",
        ["stop_orphan_resources"] = "stop-orphan-resources",
        ["symmetric_cluster"] = "symmetric-cluster",
        ["transition_idle_timeout"] = "cluster-delay",
    };

    private static readonly SortedDictionary<string, string> MovedToOperationDefaults = new(StringComparer.Ordinal)
    {
        ["default-action-timeout"] = "timeout",
        ["default_action_timeout"] = "timeout",
    };

    private static readonly SortedDictionary<string, string> MovedToResourceDefaults = new(StringComparer.Ordinal)
    {
        ["default-resource-stickiness"] = "resource-stickiness",
        ["default_resource_stickiness"] = "resource-stickiness",
        ["is-managed-default"] = "is-managed",
        ["is_managed_default"] = "is-managed",
        ["default-resource-failure-stickiness"] = "migration-threshold",
        ["default_resource_failure_stickiness"] = "migration-threshold",
    };

    private static readonly string[] DroppedOptions =
    [
        "default-migration-threshold", "default_migration_threshold", "expected-quorum-votes", "notification-agent",
        "notification-recipient",
    ];

    private static readonly string[] OldInfrastructures =
        ["heartbeat", "openais", "classic openais", "classic openais (with plugin)", "cman"];

    private static readonly string[] IsolationOptions = ["isolation", "isolation-host", "isolation-instance", "isolation-wrapper"];

    private static readonly string[] RenamedFencingParameters = ["list", "monitor", "off", "on", "reboot", "status"];

    public static void Transform(XElement configuration)
    {
        NvsetReferences.Expand(configuration);
        TransformOptions(configuration);
        foreach (var node in configuration.Elements("nodes").Elements("node").Where(node => node.Value("type") == "normal"))
        {
            node.SetAttributeValue("type", "member");
        }

        foreach (var primitive in configuration.Elements("resources").Descendants().ToList())
        {
            if (primitive.Name.LocalName is "primitive" or "template")
            {
                TransformMetaAttributes(primitive);
                TransformFencingParameters(primitive);
                TransformOperations(primitive);
            }
        }

        foreach (var colocation in configuration.Elements("constraints").Elements("rsc_colocation"))
        {
            foreach (var attribute in colocation.Attributes().ToList())
            {
                if (attribute.Name.LocalName.StartsWith("score-attribute", StringComparison.Ordinal))
                {
                    attribute.Remove();
                }
            }
        }

        NvsetReferences.Restore(configuration);
    }

    internal static void RemoveIfEmptied(XElement set)
    {
        if (!set.Elements().Any())
        {
            set.Remove();
        }
    }

    private static void TransformOptions(XElement configuration)
    {
        var operationDefaults = new List<XElement>();
        var resourceDefaults = new List<XElement>();
        foreach (var set in configuration.Elements("crm_config").Elements("cluster_property_set").ToList())
        {
            // Defaults have no place for the rule of a block of options, so what it would move is dropped.
            var isConditional = set.Element("rule") is not null;
            var changed = false;
            foreach (var pair in set.Elements("nvpair").ToList())
            {
                changed |= TransformOption(
                    pair, isConditional ? [] : operationDefaults, isConditional ? [] : resourceDefaults);
            }

            if (changed && !set.Elements("nvpair").Any())
            {
                set.Remove();
            }
        }

        AddDefaults(configuration, "op_defaults", "-op-defaults", operationDefaults);
        AddDefaults(configuration, "rsc_defaults", "-rsc-defaults", resourceDefaults);
    }

    /// <summary>Renames, moves or drops one option.</summary>
    /// <returns>Whether it left its block.</returns>
    private static bool TransformOption(XElement pair, List<XElement> operationDefaults, List<XElement> resourceDefaults)
    {
        var name = pair.Value("name") ?? string.Empty;
        if (RenamedOptions.TryGetValue(name, out var renamed))
        {
            pair.SetAttributeValue("name", renamed);
            return false;
        }

        if (MovedToOperationDefaults.TryGetValue(name, out var moved))
        {
            Move(pair, moved, operationDefaults);
            return true;
        }

        if (MovedToResourceDefaults.TryGetValue(name, out moved))
        {
            var isStickiness = moved == "migration-threshold";
            if (isStickiness && pair.Value("value") != "-INFINITY")
            {
                pair.Remove();
                return true;
            }

            if (isStickiness)
            {
                pair.SetAttributeValue("value", "1");
            }

            Move(pair, moved, resourceDefaults);
            return true;
        }

        var isDropped = DroppedOptions.Contains(name, StringComparer.Ordinal)
            || (name == "cluster-infrastructure"
                && OldInfrastructures.Contains(pair.Value("value") ?? string.Empty, StringComparer.Ordinal));
        if (isDropped)
        {
            pair.Remove();
        }

        return isDropped;
    }

    private static void Move(XElement pair, string name, List<XElement> target)
    {
        pair.Remove();
        pair.SetAttributeValue("name", name);
        target.Add(pair);
    }

    private static void AddDefaults(XElement configuration, string section, string idSuffix, List<XElement> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        if (configuration.Element(section) is not { } defaults)
        {
            defaults = new XElement(section);
            configuration.Add(defaults);
        }

        if (defaults.Element("meta_attributes") is { } existing)
        {
            var known = existing.Elements("nvpair").Select(pair => pair.Value("name")).ToHashSet(StringComparer.Ordinal);
            existing.Add(pairs.Where(pair => !known.Contains(pair.Value("name"))));
            return;
        }

        defaults.Add(new XElement("meta_attributes", new XAttribute("id", Prefix + idSuffix), pairs));
    }

    private static void TransformMetaAttributes(XElement primitive)
    {
        foreach (var set in primitive.Elements("meta_attributes").ToList())
        {
            var isIsolated = false;
            var changed = false;
            foreach (var pair in set.Elements("nvpair").ToList())
            {
                var name = pair.Value("name") ?? string.Empty;
                var isIsolation = IsolationOptions.Contains(name, StringComparer.Ordinal);
                if (isIsolation && !isIsolated)
                {
                    pair.SetAttributeValue("name", "target-role");
                    pair.SetAttributeValue("value", "Stopped");
                    isIsolated = true;
                }
                else if (isIsolation || (name == "resource-failure-stickiness" && pair.Value("value") != "-INFINITY"))
                {
                    pair.Remove();
                    changed = true;
                }
                else if (name == "resource-failure-stickiness")
                {
                    pair.SetAttributeValue("name", "migration-threshold");
                    pair.SetAttributeValue("value", "1");
                }
            }

            if (changed)
            {
                RemoveIfEmptied(set);
            }
        }
    }

    private static void TransformFencingParameters(XElement primitive)
    {
        foreach (var pair in primitive.Elements("instance_attributes").Elements("nvpair").ToList())
        {
            var name = pair.Value("name") ?? string.Empty;
            if (name == "pcmk_arg_map")
            {
                TransformArgumentMap(pair);
                continue;
            }

            foreach (var action in RenamedFencingParameters)
            {
                if (name == $"pcmk_{action}_cmd")
                {
                    pair.SetAttributeValue("name", $"pcmk_{action}_action");
                }
            }
        }
    }

    /// <summary>A map of the port alone has a parameter of its own; any other map has no counterpart.</summary>
    private static void TransformArgumentMap(XElement pair)
    {
        const string PortPrefix = "port:";
        var value = pair.Value("value") ?? string.Empty;
        if (!value.StartsWith(PortPrefix, StringComparison.Ordinal) || value.Contains(',', StringComparison.Ordinal))
        {
            pair.Remove();
            return;
        }

        pair.SetAttributeValue("name", "pcmk_host_argument");
        pair.SetAttributeValue("value", value[PortPrefix.Length..]);
    }
}
