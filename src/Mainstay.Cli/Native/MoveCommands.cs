using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource --move</c>, <c>--ban</c> and <c>--clear</c> (spec/cli-crm.md section 5).</summary>
internal static class MoveCommands
{
    private const int Exists = 108;

    /// <summary>Makes the constraint.</summary>
    public static int Move(ResourceCall call, bool isBan)
    {
        var node = call.Node;
        var isPromoted = call.Options.Has("promoted");
        var places = call.Locations();
        var relevant = isPromoted || (node is null && places.Count(place => place.IsPromoted) == 1)
            ? places.Where(place => place.IsPromoted).ToList() : places;
        if (node is null && relevant.Count != 1)
        {
            return call.Output.Fail(
                NativeExit.Usage,
                $"crm_resource: Resource '{call.Id}' not moved: active in {relevant.Count} locations.\n"
                + $"To prevent '{call.Id}' from running on a specific location, specify a node.");
        }

        if (!isBan && node is not null && relevant.Count == 1 && relevant[0].Node == node && !call.Options.Has("force"))
        {
            return call.Output.Fail(
                Exists, $"crm_resource: Error performing operation: Requested item already exists ({call.Id} is already active on {node})");
        }

        var request = new MoveRequest(
            call.Resource, node, isBan, isPromoted, call.Options["lifetime"], node is null ? relevant[0].Node : null);
        var changed = call.Editor.Document.Clone();
        var made = MoveConstraints.Create(changed.Xml, request, call.Context.Now);

        // A ban leaves an older wish for the same node alone: it outweighs it, and clearing one must not lose the other.
        Apply(call, changed, isBan ? id => made.Contains(id, StringComparer.Ordinal) : null);
        Announce(call, request, changed);
        return call.Output.Finish(NativeExit.Ok);
    }

    /// <summary>Removes what move and ban made.</summary>
    public static int Clear(ResourceCall call)
    {
        var changed = call.Editor.Document.Clone();
        var removed = MoveConstraints.Clear(
            changed.Xml, call.Id.Length > 0 ? call.Id : null, call.Node, call.Options.Has("expired"), call.Context.Now);
        Apply(call, changed);
        foreach (var id in removed)
        {
            call.Output.Line($"Removing constraint: {id}");
        }

        return call.Output.Finish(NativeExit.Ok);
    }

    // What went or changed is deleted, then what is new is made: nothing else of the section is touched.
    private static void Apply(ResourceCall call, CibDocument changed, Func<string, bool>? mayDelete = null)
    {
        var before = Constraints(call.Editor.Document);
        var after = Constraints(changed);
        var gone = before.Where(pair => mayDelete?.Invoke(pair.Key) ?? true);
        foreach (var (id, element) in gone.Where(pair => !after.TryGetValue(pair.Key, out var kept) || !XNode.DeepEquals(kept, pair.Value)))
        {
            call.Editor.Delete("constraints", element.Name.LocalName, id);
        }

        foreach (var (id, element) in after.Where(pair => !before.TryGetValue(pair.Key, out var old) || !XNode.DeepEquals(old, pair.Value)))
        {
            call.Editor.Merge("constraints", new XElement(element));
        }
    }

    private static Dictionary<string, XElement> Constraints(CibDocument document) =>
        (document.Section("constraints")?.Elements("rsc_location") ?? []).ToDictionary(e => CibTree.Id(e), StringComparer.Ordinal);

    private static void Announce(ResourceCall call, MoveRequest request, CibDocument changed)
    {
        if (call.Options.Has("quiet"))
        {
            return;
        }

        var resource = CibTree.Id(request.Resource);
        var isBan = request.IsBan || request.Node is null;
        var node = request.Node ?? request.CurrentNode;
        var id = isBan ? $"cli-ban-{resource}-on-{node}" : $"cli-prefer-{resource}";
        if (request.Lifetime is not null)
        {
            var end = Constraints(changed)[id].Descendants("date_expression").First().Text("end");
            call.Output.Line($"Migration will take effect until: {end}");
        }

        if (!isBan)
        {
            return;
        }

        call.Output.Line($"WARNING: Creating rsc_location constraint '{id}' with a score of -INFINITY for resource {resource} on {node}.");
        call.Output.Line(
            $"\tThis will prevent {resource} from {(request.IsPromoted ? "being promoted" : "running")} on {node} "
            + "until the constraint is removed using the clear option or by editing the CIB with an appropriate tool.");
        call.Output.Line($"\tThis will be the case even if {node} is the last node in the cluster");
    }
}
