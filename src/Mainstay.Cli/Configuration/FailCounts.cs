using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>A fail count of the status section.</summary>
/// <param name="Node">Node name.</param>
/// <param name="Resource">Resource; a clone instance where it is unique.</param>
/// <param name="Operation">Operation that failed.</param>
/// <param name="IntervalMs">Its interval.</param>
/// <param name="Value">A number or INFINITY.</param>
internal sealed record FailCount(string Node, string Resource, string Operation, long IntervalMs, string Value);

/// <summary>Reads fail counts: transient attributes <c>fail-count-RSC#OP_INTERVAL</c>.</summary>
internal static class FailCounts
{
    private const string Prefix = "fail-count-";

    /// <summary>All fail counts, by node in document order.</summary>
    public static IEnumerable<FailCount> Read(XDocument cib)
    {
        foreach (var state in cib.Root?.Element("status")?.Elements("node_state") ?? [])
        {
            foreach (var pair in state.Elements("transient_attributes").Elements("instance_attributes").Elements("nvpair"))
            {
                if (pair.Text("name") is { } name && name.StartsWith(Prefix, StringComparison.Ordinal) && pair.Text("value") is { } value)
                {
                    var rest = name[Prefix.Length..];
                    var hash = rest.LastIndexOf('#');
                    var underscore = rest.LastIndexOf('_');
                    yield return hash > 0 && underscore > hash
                        ? new FailCount(state.Text("uname")
                            ?? "", rest[..hash], rest[(hash + 1)..underscore], long.TryParse(rest[(underscore + 1)..], out var ms) ? ms
                            : 0, value)
                        : new FailCount(state.Text("uname") ?? "", rest, "", 0, value);
                }
            }
        }
    }
}
