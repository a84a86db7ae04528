using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Applies the changes of a patchset to a tree.</summary>
internal static class PatchsetApplication
{
    /// <summary>Applies all changes; the tree is of no use if this fails.</summary>
    /// <returns>What does not fit, or <see langword="null"/>.</returns>
    public static string? Run(XElement root, XElement patchset)
    {
        var placements = new List<Placement>();
        foreach (var change in patchset.Elements("change"))
        {
            var path = change.Value("path");
            if (!PatchPath.TryParse(path, out var steps))
            {
                return $"'{path}' is no path";
            }

            var problem = change.Value("operation") switch
            {
                "modify" => Modify(root, change, steps),
                "delete" => Delete(root, change, steps),
                "create" => Create(root, change, steps, placements),
                "move" => Move(root, change, steps, placements),
                _ => $"'{change.Value("operation")}' is no operation",
            };
            if (problem is not null)
            {
                return problem;
            }
        }

        // Elements that move leave their places first; then everything is put in its place, from the front.
        foreach (var placement in placements.Where(placement => placement.Node.Parent is not null))
        {
            placement.Node.Remove();
        }

        foreach (var placement in placements.OrderBy(placement => placement.Position))
        {
            Insert(placement);
        }

        return null;
    }

    private static string? Modify(XElement root, XElement change, List<PatchStep> steps)
    {
        if (PatchPath.Find(root, steps) is not { } target)
        {
            return $"there is no {change.Value("path")} to modify";
        }

        if (change.Element("change-result")?.Elements().FirstOrDefault() is not { } result)
        {
            return $"the modification of {change.Value("path")} has no result";
        }

        target.ReplaceAttributes(result.Attributes());
        return null;
    }

    private static string? Delete(XElement root, XElement change, List<PatchStep> steps)
    {
        if (steps[^1] is { Name: PatchPath.CommentName, Id: null } && IntegerText.TryReadWhole(change.Value("position"), out var position))
        {
            var parent = PatchPath.Find(root, steps[..^1]);
            if (parent?.Nodes().ElementAtOrDefault((int)Math.Clamp(position, 0, int.MaxValue)) is XComment comment)
            {
                comment.Remove();
            }

            return null;
        }

        var target = PatchPath.Find(root, steps);
        if (target == root)
        {
            return "the root cannot be deleted";
        }

        target?.Remove(); // what is gone already needs no deletion
        return null;
    }

    private static string? Create(XElement root, XElement change, List<PatchStep> steps, List<Placement> placements)
    {
        if (PatchPath.Find(root, steps) is not { } parent)
        {
            return $"there is no {change.Value("path")} to create an element in";
        }

        XNode? node = change.Nodes().FirstOrDefault() switch
        {
            XElement element => new XElement(element),
            XComment comment => new XComment(comment),
            XText text => new XText(text.Value),
            _ => null,
        };
        if (node is null)
        {
            return $"the creation in {change.Value("path")} has no content";
        }

        placements.Add(new Placement(node, parent, Position(change)));
        return null;
    }

    private static string? Move(XElement root, XElement change, List<PatchStep> steps, List<Placement> placements)
    {
        if (PatchPath.Find(root, steps) is not { Parent: { } parent } target)
        {
            return $"there is no {change.Value("path")} to move";
        }

        if (placements.TrueForAll(placement => placement.Node != target))
        {
            placements.Add(new Placement(target, parent, Position(change)));
        }

        return null;
    }

    private static int Position(XElement change) => IntegerText.AtLeast(change.Value("position"), 0);

    private static void Insert(Placement placement)
    {
        var next = placement.Parent.Nodes().ElementAtOrDefault(placement.Position);
        if (next is null)
        {
            placement.Parent.Add(placement.Node);
        }
        else
        {
            next.AddBeforeSelf(placement.Node);
        }
    }

    private sealed record Placement(XNode Node, XElement Parent, int Position);
}
