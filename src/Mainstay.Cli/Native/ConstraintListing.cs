using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource --constraints</c> and <c>--stack</c>: what a resource is placed by, and along with what.</summary>
internal sealed class ConstraintListing
{
    private readonly XDocument _cib;
    private readonly NativeOutput _output;
    private readonly bool _isRecursive;
    private readonly XElement _list = new("constraints");

    private ConstraintListing(XDocument cib, NativeOutput output, bool isRecursive)
    {
        _cib = cib;
        _output = output;
        _isRecursive = isRecursive;
    }

    /// <summary>Prints the constraints of the resource; with recursion those of everything it is colocated with.</summary>
    public static int Print(ResourceCall call, bool isRecursive)
    {
        var listing = new ConstraintListing(call.Cib, call.Output, isRecursive);
        var id = CibTree.Id(call.Resource);
        listing.Locations(id, "");
        listing.Colocations(id, "", ofDependents: true, [id]);
        listing.Colocations(id, "", ofDependents: false, [id]);
        call.Output.Element(listing._list);
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary>The resources that are placed with this one, and those placed with them, nearest first along each chain.</summary>
    public static IReadOnlyList<string> Dependents(XDocument cib, string id)
    {
        var found = new List<string>();
        Walk(id);
        return found;

        void Walk(string primary)
        {
            var direct = Related(cib, primary, ofDependents: true).Select(c => c.Text("rsc") ?? "");
            foreach (var dependent in direct.Where(d => d != id && !found.Contains(d)))
            {
                found.Add(dependent);
                Walk(dependent);
            }
        }
    }

    private static IEnumerable<XElement> Related(XDocument cib, string id, bool ofDependents) =>
        (CibTree.FindSection(cib, "constraints")?.Elements("rsc_colocation") ?? [])
            .Where(constraint => constraint.Text(ofDependents ? "with-rsc" : "rsc") == id)
            .OrderBy(constraint => constraint.Text(ofDependents ? "rsc" : "with-rsc"), StringComparer.Ordinal);

    private void Locations(string id, string indent)
    {
        var found = (CibTree.FindSection(_cib, "constraints")?.Elements("rsc_location") ?? [])
            .Where(constraint => constraint.Text("rsc") == id && MoveConstraints.NodeOf(constraint) is not null)
            .ToList();
        if (found.Count > 0)
        {
            _output.Line($"{Heading(indent)}Locations:");
        }

        foreach (var constraint in found)
        {
            var node = MoveConstraints.NodeOf(constraint)!;
            var score = constraint.Text("score") ?? constraint.Element("rule")?.Text("score") ?? "0";
            _output.Line($"{indent}  * Node {node} (score={score}, id={CibTree.Id(constraint)}, rsc={id})");
            _list.Add(new XElement(
                "rsc_location",
                new XAttribute("node", node),
                new XAttribute("rsc", id),
                new XAttribute("id", CibTree.Id(constraint)),
                new XAttribute("score", score)));
        }
    }

    private void Colocations(string id, string indent, bool ofDependents, IReadOnlyList<string> path)
    {
        var found = Related(_cib, id, ofDependents).ToList();
        if (found.Count > 0)
        {
            _output.Line(Heading(indent) + (ofDependents ? $"Resources colocated with {id}:" : $"Resources {id} is colocated with:"));
        }

        foreach (var constraint in found)
        {
            var other = constraint.Text(ofDependents ? "rsc" : "with-rsc") ?? "";
            var score = constraint.Text("score") ?? "INFINITY";
            _list.Add(new XElement(
                "rsc_colocation",
                new XAttribute("id", CibTree.Id(constraint)),
                new XAttribute("rsc", constraint.Text("rsc") ?? ""),
                new XAttribute("with-rsc", constraint.Text("with-rsc") ?? ""),
                new XAttribute("score", score),
                new XAttribute("node-attribute", constraint.Text("node-attribute") ?? "#uname")));
            if (path.Contains(other, StringComparer.Ordinal))
            {
                _output.Line($"{indent}  * {other} (id={CibTree.Id(constraint)} - loop)");
                continue;
            }

            _output.Line($"{indent}  * {other} (score={score}, id={CibTree.Id(constraint)})");
            var inner = indent + "    ";
            Locations(other, inner);
            if (_isRecursive)
            {
                Colocations(other, inner, ofDependents, [.. path, other]);
            }
        }
    }

    // Below the first level, headings are items of a list too.
    private static string Heading(string indent) => indent.Length > 0 ? $"{indent}* " : indent;
}
