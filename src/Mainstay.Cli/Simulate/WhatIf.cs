using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.Simulate;

/// <summary>
/// Changes of the configuration that a simulation is to try out: <c>--ban</c>, <c>--set</c>, and the short form of a failure,
/// <c>--fail</c>. The CIB that was read stays as it is, unless <c>--in-place</c> asks for the result.
/// </summary>
internal static class WhatIf
{
    private const long UsualIntervalMs = 10_000;

    /// <summary>Keeps a resource off a node.</summary>
    /// <param name="cib">Changed.</param>
    /// <param name="text"><c>RESOURCE@NODE</c>.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Ban(CibDocument cib, string text)
    {
        int at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1) return $"--ban '{text}': write RESOURCE@NODE";
        var (resource, node) = (text[..at], text[(at + 1)..]);
        if (UnknownResource(cib, resource) is { } unknownResource) return $"--ban '{text}': {unknownResource}";
        if (UnknownNode(cib, node) is { } unknownNode) return $"--ban '{text}': {unknownNode}";
        Section(cib, "constraints").Add(new XElement(
            "rsc_location",
            new XAttribute("id", $"what-if-ban-{resource}-{node}"),
            new XAttribute("rsc", resource),
            new XAttribute("node", node),
            new XAttribute("score", "-INFINITY")));
        return null;
    }

    /// <summary>Sets an option, a meta-attribute or a node attribute.</summary>
    /// <param name="cib">Changed.</param>
    /// <param name="text"><c>OPTION=VALUE</c>, <c>resource:ID:NAME=VALUE</c> or <c>node:NAME:ATTRIBUTE=VALUE</c>.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Set(CibDocument cib, string text)
    {
        const string Form = "write OPTION=VALUE, resource:ID:NAME=VALUE or node:NAME:ATTRIBUTE=VALUE";
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) return $"--set '{text}': {Form}";
        var (name, value) = (text[..equals], text[(equals + 1)..]);
        switch (name.Split(':'))
        {
            case [var option]:
                SetPair(Section(cib, "crm_config"), "cluster_property_set", option, value);
                return null;
            case ["resource", var id, var meta]:
                if (UnknownResource(cib, id) is { } unknownResource) return $"--set '{text}': {unknownResource}";
                SetPair(Resources(cib).First(r => r.Id() == id), "meta_attributes", meta, value);
                return null;
            case ["node", var node, var attribute]:
                if (UnknownNode(cib, node) is { } unknownNode) return $"--set '{text}': {unknownNode}";
                SetPair(Nodes(cib).First(n => n.Value("uname") == node), "instance_attributes", attribute, value);
                return null;
            default:
                return $"--set '{text}': {Form}";
        }
    }

    /// <summary>The failure of a resource's monitor in the form of <c>--op-inject</c>.</summary>
    /// <param name="cib">The configuration, for the monitor's interval.</param>
    /// <param name="text">
    /// <c>RESOURCE@NODE</c>, or a whole operation: <c>RESOURCE_TASK_INTERVALMS@NODE</c>, with <c>=RC</c> or without.
    /// </param>
    /// <param name="operation">The operation with its result.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Fail(CibDocument cib, string text, out string operation)
    {
        operation = text;
        int at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1) return $"--fail '{text}': write RESOURCE@NODE or RESOURCE_TASK_INTERVALMS@NODE=RC";
        string node = text[(at + 1)..].Split('=')[0];
        if (UnknownNode(cib, node) is { } unknown) return $"--fail '{text}': {unknown}";
        string result = text.Contains('=', StringComparison.Ordinal) ? "" : "=1";
        var resource = Resources(cib).FirstOrDefault(r => r.Name == "primitive" && r.Id() == text[..at]);
        operation = resource is null ? text + result : $"{text[..at]}_monitor_{MonitorInterval(resource)}{text[at..]}{result}";
        return null;
    }

    private static string MonitorInterval(XElement primitive)
    {
        long interval = primitive.Elements("operations").Elements("op").Where(o => o.Value("name") == "monitor")
            .Select(o => Interval.Parse(o.Value("interval"))).FirstOrDefault(i => i > 0, UsualIntervalMs);
        return interval.ToString(CultureInfo.InvariantCulture);
    }

    private static string? UnknownResource(CibDocument cib, string id)
    {
        var ids = Resources(cib).Select(r => r.Id() ?? "").ToList();
        return ids.Contains(id, StringComparer.Ordinal) ? null : $"there is no resource '{id}'{Suggestion.For(id, ids)}";
    }

    private static string? UnknownNode(CibDocument cib, string name)
    {
        var names = Nodes(cib).Select(n => n.Value("uname") ?? "").ToList();
        return names.Contains(name, StringComparer.Ordinal) ? null : $"there is no node '{name}'{Suggestion.For(name, names)}";
    }

    private static IEnumerable<XElement> Resources(CibDocument cib) => Section(cib, "resources").Descendants()
        .Where(e => e.Name.LocalName is "primitive" or "group" or "clone" or "master" or "bundle");

    private static IEnumerable<XElement> Nodes(CibDocument cib) => Section(cib, "nodes").Elements("node");

    private static XElement Section(CibDocument cib, string name)
    {
        var configuration = cib.PackedRoot.Element("configuration");
        if (configuration is null) cib.PackedRoot.AddFirst(configuration = new XElement("configuration"));
        if (configuration.Element(name) is { } found) return found;
        var section = new XElement(name);
        configuration.Add(section);
        return section;
    }

    // The new value takes the place of all others of the name, whatever rules they stand under.
    private static void SetPair(XElement parent, string set, string name, string value)
    {
        parent.Elements(set).Elements("nvpair").Where(p => p.Value("name") == name).ToList().ForEach(p => p.Remove());
        string id = $"what-if-{parent.Id() ?? "options"}-{name}";
        parent.Add(new XElement(
            set,
            new XAttribute("id", id + "-set"),
            new XElement("nvpair", new XAttribute("id", id), new XAttribute("name", name), new XAttribute("value", value))));
    }
}
