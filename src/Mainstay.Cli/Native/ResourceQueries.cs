using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Scheduler;

namespace Mainstay.Cli.ClusterTools;

/// <summary>Where resources are and what they are made of.</summary>
internal static class ResourceQueries
{
    /// <summary><c>--locate</c>.</summary>
    public static int Locate(ResourceCall call)
    {
        _ = call.Node;
        var places = call.Locations();
        var isQuiet = call.Options.Has("quiet");
        foreach (var (node, isPromoted) in places)
        {
            call.Output.Line(isQuiet ? node : $"resource {call.Id} is running on: {node}{(isPromoted ? " Promoted" : "")}");
        }

        if (places.Count == 0 && !isQuiet)
        {
            call.Output.Line($"resource {call.Id} is NOT running");
        }

        call.Output.Element(new XElement(
            "nodes",
            new XAttribute("resource", call.Id),
            places.Select(place => new XElement("node", place.IsPromoted ? new XAttribute("state", "promoted") : null, place.Node))));
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary><c>--query-xml</c>.</summary>
    public static int Xml(ResourceCall call)
    {
        foreach (var primitive in call.Primitives())
        {
            call.Output.Line(Line(primitive));
        }

        var xml = CibWriter.Print(call.Resource);
        call.Output.Line("Resource XML:");
        call.Output.Raw("xml", xml);
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary><c>--list-raw</c>.</summary>
    public static int Raw(ResourceCall call)
    {
        var names = call.State.Resources.Where(resource => !resource.IsImplicit)
            .SelectMany(ResourceCall.Inside).Select(primitive => primitive.Id).ToList();
        foreach (var name in names)
        {
            call.Output.Line(name);
        }

        call.Output.Element(new XElement(
            "list",
            new XAttribute("name", "resource names"),
            new XAttribute("count", names.Count),
            names.Select(name => new XElement("item", new XAttribute("name", "resource"), name))));
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary><c>--list</c>: one line per primitive, under its group, clone or bundle.</summary>
    public static int List(ResourceCall call)
    {
        call.Output.Line("Full List of Resources:");
        foreach (var resource in call.State.Resources.Where(resource => !resource.IsImplicit))
        {
            List(call.Output, resource, "  ");
        }

        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary>A primitive with its agent and state.</summary>
    public static string Line(ClusterResource primitive)
    {
        var agent = string.Join(
            ':', new[] { primitive.AgentClass, primitive.Provider, primitive.AgentType }.Where(part => !string.IsNullOrEmpty(part)));
        var role = primitive.ActiveNodes.Count == 0 ? Role.Stopped : primitive.CurrentRole;
        var where = primitive.ActiveNodes.Count > 0 ? " " + string.Join(' ', primitive.ActiveNodes.Select(node => node.Name)) : "";
        var disabled = string.Equals(primitive.Meta["target-role"], "Stopped", StringComparison.OrdinalIgnoreCase) ? " (disabled)" : "";
        return $"{primitive.Id.Split(':')[0]}\t({agent}):\t {(primitive.IsFailed ? "FAILED" : role)}{where}{disabled}";
    }

    private static void List(NativeOutput output, ClusterResource resource, string indent)
    {
        if (resource.Variant == ResourceVariant.Primitive)
        {
            output.Line($"{indent}* {Line(resource)}");
            return;
        }

        var inner = resource.Children is [var first, ..] ? first.Id.Split(':')[0] : "";
        var heading = resource.Variant switch
        {
            ResourceVariant.Group => $"Resource Group: {resource.Id}:",
            ResourceVariant.Clone => $"Clone Set: {resource.Id} [{inner}]{(resource.IsPromotable ? " (promotable)" : "")}:",
            _ => $"Container bundle: {resource.Id}:",
        };
        output.Line($"{indent}* {heading}");
        foreach (var child in resource.Children)
        {
            List(output, child, indent + "  ");
        }
    }
}
