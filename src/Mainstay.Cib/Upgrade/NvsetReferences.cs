using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// During the step from 2.x to 3.0 blocks given by <c>id-ref</c> are written out, so that each place can change on its own; afterwards
/// those
/// that still equal their original become references again.
/// </summary>
internal static class NvsetReferences
{
    private const string Prefix = "_cibtr-2_";

    private static readonly string[] SetNames = ["cluster_property_set", "instance_attributes", "meta_attributes", "utilization"];

    public static void Expand(XElement configuration)
    {
        var ids = new IdIndex(configuration);
        foreach (var reference in configuration.Descendants().Where(IsReference).ToList())
        {
            if (ids.Resolve(reference) is { } original && original.Id() is { } id)
            {
                var copy = original.Copy();
                copy.SetAttributeValue("id", Prefix + id);
                foreach (var pair in copy.Descendants().Where(pair => pair.Id() is not null))
                {
                    pair.SetAttributeValue("id", $"_{Prefix}{id}__{pair.Id()}");
                }

                reference.ReplaceWith(copy);
            }
        }
    }

    public static void Restore(XElement configuration)
    {
        var ids = new IdIndex(configuration);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var copy in configuration.Descendants().Where(IsCopy).ToList())
        {
            var id = copy.Id()!; // a copy is recognised by its id
            var originalId = id[Prefix.Length..];
            if (ids.Find(copy.Name.LocalName, originalId) is { } original && SameButForIds(original, copy))
            {
                copy.ReplaceNodes();
                copy.ReplaceAttributes(new XAttribute("id-ref", originalId));
            }
            else if (!used.Add(id))
            {
                MakeUnique(copy, used);
            }
        }
    }

    private static bool IsReference(XElement element)
        => SetNames.Contains(element.Name.LocalName, StringComparer.Ordinal) && element.Value("id-ref") is not null;

    private static bool IsCopy(XElement element)
        => SetNames.Contains(element.Name.LocalName, StringComparer.Ordinal)
            && element.Id()?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    private static bool SameButForIds(XElement original, XElement copy)
    {
        var left = new XElement(original);
        var right = new XElement(copy);
        foreach (var element in left.DescendantsAndSelf().Concat(right.DescendantsAndSelf()))
        {
            element.SetAttributeValue("id", null);
        }

        return XmlComparison.AreEqual(left, right);
    }

    /// <summary>The same block was referred to from several places that all changed: number the further ones.</summary>
    private static void MakeUnique(XElement copy, HashSet<string> used)
    {
        var number = 2;
        while (!used.Add($"{copy.Id()}-{number}"))
        {
            number++;
        }

        foreach (var element in copy.DescendantsAndSelf().Where(element => element.Id() is not null))
        {
            element.SetAttributeValue("id", $"{element.Id()}-{number}");
        }
    }
}
