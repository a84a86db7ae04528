using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>Where resources are, by the operation history in the status section.</summary>
internal static class ResourceLocations
{
    /// <summary>Names of the nodes where a primitive inside the resource is active, sorted.</summary>
    public static IReadOnlyList<string> ActiveNodes(XDocument cib, XElement resource)
    {
        var primitives = CibTree.Primitives(resource).Select(p => p.Id()).ToHashSet(StringComparer.Ordinal);
        var result = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var state in cib.Root?.Element("status")?.Elements("node_state") ?? [])
        {
            foreach (var history in state.Elements("lrm").Elements("lrm_resources").Elements("lrm_resource"))
            {
                if (primitives.Contains(history.Id().Split(':')[0]) && IsActive(history) && state.Text("uname") is { } node)
                {
                    result.Add(node);
                }
            }
        }

        return [.. result];
    }

    // The newest completed operation decides: a probe that found nothing and a stop that worked leave nothing behind.
    private static bool IsActive(XElement history)
    {
        var last = history.Elements("lrm_rsc_op")
            .Where(o => o.Text("operation") is "start" or "stop" or "monitor" or "promote" or "demote" or "migrate_to" or "migrate_from")
            .MaxBy(o => int.TryParse(o.Text("call-id"), out var call) ? call : -1);
        return last?.Text("operation") switch
        {
            null => false,
            "stop" or "migrate_to" => last.Text("rc-code") != "0",
            "monitor" => last.Text("rc-code") != "7",
            _ => true,
        };
    }
}
