using System.Xml.Linq;

namespace Mainstay.Cib;

internal static partial class UpgradeFrom2
{
    private const string RequiresName = "requires";

    private static readonly string[] MovedOperationParameters =
        ["interval-origin", "start-delay", "enabled", "on-fail", "record-pending", "role", "timeout"];

    private static void TransformOperations(XElement primitive)
    {
        var hasOwn = primitive.Elements("meta_attributes").Elements("nvpair").Any(pair => pair.Value("name") == RequiresName);
        var requires = default(XElement);
        foreach (var operation in primitive.Elements("operations").Elements("op").ToList())
        {
            if (TakeRequires(primitive, operation) is { } found && operation.Value("name") is "start" or "promote")
            {
                requires = found;
            }

            MoveParametersToMeta(operation);
        }

        if (requires is not null && !hasOwn)
        {
            primitive.Add(requires);
        }
    }

    /// <summary>
    /// Takes <c>requires</c> out of an operation. What it said, as a block for the resource: the attribute counts before blocks, of several
    /// blocks the last one.
    /// </summary>
    private static XElement? TakeRequires(XElement primitive, XElement operation)
    {
        var result = default(XElement);
        foreach (var set in operation.Elements().Where(set => set.Name.LocalName is "instance_attributes" or "meta_attributes").ToList())
        {
            var pairs = set.Elements("nvpair").Where(pair => pair.Value("name") == RequiresName).ToList();
            if (pairs.Count == 0)
            {
                continue;
            }

            result = new XElement("meta_attributes", new XAttribute("id", Prefix + set.Id()));
            if (pairs.Count == set.Elements().Count())
            {
                result.Add(set.Nodes().OfType<XComment>());
            }

            result.Add(pairs[^1]);
            pairs.ForEach(pair => pair.Remove());
            RemoveIfEmptied(set);
        }

        if (operation.Attribute(RequiresName) is not { } attribute)
        {
            return result;
        }

        attribute.Remove();
        return new XElement(
            "meta_attributes",
            new XAttribute("id", $"{Prefix}{primitive.Id()}-meta"),
            new XElement(
                "nvpair",
                new XAttribute("id", $"{Prefix}{operation.Id()}-meta-{RequiresName}"),
                new XAttribute("name", RequiresName),
                new XAttribute("value", attribute.Value)));
    }

    /// <summary>
    /// Parameters of an operation that mean something to the cluster become its meta-attributes; the last of a name counts.
    /// </summary>
    private static void MoveParametersToMeta(XElement operation)
    {
        var moved = new OrderedDictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var set in operation.Elements("instance_attributes").ToList())
        {
            var pairs = set.Elements("nvpair")
                .Where(pair => MovedOperationParameters.Contains(pair.Value("name") ?? string.Empty, StringComparer.Ordinal)).ToList();
            foreach (var pair in pairs)
            {
                pair.Remove();
                moved[pair.Value("name")!] = pair; // filtered by name, so there is one
            }

            if (pairs.Count > 0)
            {
                RemoveIfEmptied(set);
            }
        }

        if (moved.Count == 0)
        {
            return;
        }

        if (operation.Element("meta_attributes") is { } existing)
        {
            existing.Add(moved.Values);
        }
        else
        {
            operation.Add(new XElement("meta_attributes", new XAttribute("id", $"{Prefix}{operation.Id()}-meta"), moved.Values));
        }
    }
}
