using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>Which fence devices of the configuration a node may use (spec/fencing.md section 3.1).</summary>
internal static class DeviceCatalog
{
    public static IReadOnlyList<DeviceConfiguration> For(CibDocument configuration, string node, long epochSeconds)
    {
        if (configuration.Configuration is not { } root) return [];
        var ids = new IdIndex(root);
        var rules = new RuleEvaluator(ids);
        var sets = new NvSets(ids, rules);
        var now = new CibDateTime(epochSeconds);
        var devices = new SortedDictionary<string, DeviceConfiguration>(StringComparer.Ordinal);
        foreach (var primitive in configuration.Section("resources")?.Descendants("primitive") ?? [])
        {
            if (primitive.Value("class") != "stonith") continue;
            if (primitive.Id() is not { Length: > 0 } id || primitive.Value("type") is not { } agent) continue;
            var input = new RuleInput { Now = now, ResourceClass = "stonith", ResourceType = agent };
            if (IsDisabled(primitive, sets, input) || !IsAllowed(configuration, primitive, node, rules, now)) continue;
            var values = sets.Evaluate(primitive, "instance_attributes", new RuleInput { Now = now });
            var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var value in values.Values) parameters[value.Name] = value.Value;
            devices[id] = new DeviceConfiguration(id, agent, parameters);
        }

        return [.. devices.Values];
    }

    private static bool IsDisabled(XElement primitive, NvSets sets, RuleInput input)
    {
        foreach (var element in primitive.AncestorsAndSelf().TakeWhile(element => element.Name.LocalName != "resources"))
        {
            if (sets.Evaluate(element, "meta_attributes", input)["target-role"] is { } role)
            {
                return role.Equals("Stopped", StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }

    /// <summary>No location constraint on the device (or what it is in) has a negative score for the node.</summary>
    private static bool IsAllowed(CibDocument configuration, XElement primitive, string node, RuleEvaluator rules, CibDateTime now)
    {
        var names = primitive.AncestorsAndSelf()
            .TakeWhile(element => element.Name.LocalName != "resources")
            .Select(element => element.Id())
            .ToHashSet(StringComparer.Ordinal);
        var attributes = NodeAttributes(configuration, node);
        var input = new RuleInput { Now = now, NodeAttribute = name => attributes.GetValueOrDefault(name) };
        var total = Score.Zero;
        foreach (var constraint in configuration.Section("constraints")?.Elements("rsc_location") ?? [])
        {
            if (!names.Contains(constraint.Value("rsc"))) continue;
            if (constraint.Value("node") is { } named)
            {
                if (named.Equals(node, StringComparison.OrdinalIgnoreCase)) total += Score.Parse(constraint.Value("score"));
            }
            else if (rules.TryGetRule(constraint, out var rule) && rule is not null && rules.Passes(rule, input))
            {
                total += Score.Parse(rule.Value("score"));
            }
        }

        return total >= Score.Zero;
    }

    private static SortedDictionary<string, string> NodeAttributes(CibDocument configuration, string node)
    {
        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["#uname"] = node, ["#kind"] = "cluster" };
        var element = configuration.Section("nodes")?.Elements("node")
            .FirstOrDefault(candidate => string.Equals(candidate.Value("uname"), node, StringComparison.OrdinalIgnoreCase));
        if (element?.Id() is { } id) attributes["#id"] = id;
        foreach (var pair in element?.Elements("instance_attributes").Elements("nvpair") ?? [])
        {
            if (pair.Value("name") is { } name && pair.Value("value") is { } value) attributes.TryAdd(name, value);
        }

        return attributes;
    }
}
