using System.Xml.Linq;

namespace Mainstay.Cli.Configuration;

/// <summary>Writing of nvsets: <c>instance_attributes</c>, <c>meta_attributes</c>, <c>utilization</c>,
/// <c>cluster_property_set</c>.</summary>
internal static class NvSetEditor
{
    /// <summary>The first block of that kind that holds its pairs itself, or <see langword="null"/>.</summary>
    public static XElement? Find(XElement owner, string kind) =>
        owner.Elements(kind).FirstOrDefault(e => e.Attribute("id-ref") is null);

    /// <summary>The value of a name in the first block of that kind, or <see langword="null"/>.</summary>
    public static string? Value(XElement owner, string kind, string name) =>
        owner.Elements(kind).Elements("nvpair").FirstOrDefault(p => p.Text("name") == name)?.Text("value");

    /// <summary>
    /// Sets pairs in the first block of that kind; an empty value removes the name (spec/cli-pcs.md section 2). The block is made where
    /// there is something to set.
    /// </summary>
    /// <param name="owner">The element that holds the block.</param>
    /// <param name="kind">Name of the block's element.</param>
    /// <param name="pairs">Names and values, in the order to write them.</param>
    /// <param name="ids">The ids in use.</param>
    /// <param name="blockId">Id of a block that is made; default <c>OWNER-KIND</c>.</param>
    public static void Set(
        XElement owner,
        string kind,
        IEnumerable<KeyValuePair<string, string>> pairs,
        IdPool ids,
        string? blockId = null)
    {
        var block = Find(owner, kind);
        foreach (var (name, value) in pairs)
        {
            var existing = block?.Elements("nvpair").Where(p => p.Text("name") == name).ToList() ?? [];
            if (value.Length == 0)
            {
                existing.ForEach(p => p.Remove());
                continue;
            }

            if (existing.Count > 0)
            {
                existing[0].SetAttributeValue("value", value);
                existing.Skip(1).ToList().ForEach(p => p.Remove());
                continue;
            }

            if (block is null)
            {
                block = new XElement(kind, new XAttribute("id", ids.Take(blockId ?? $"{owner.Id()}-{kind}")));
                owner.Add(block);
            }

            block.Add(Pair(block.Id(), name, value, ids));
        }
    }

    /// <summary>A pair with its usual id.</summary>
    public static XElement Pair(string blockId, string name, string value, IdPool ids) =>
        new(
            "nvpair",
            new XAttribute("id", ids.Take($"{blockId}-{CibTree.CleanId(name) switch { "" => "attribute", var clean => clean }}")),
            new XAttribute("name", name),
            new XAttribute("value", value));

    /// <summary>All pairs of the blocks of that kind that hold pairs themselves.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(XElement block) =>
        block.Elements("nvpair")
            .Where(p => p.Text("name") is not null)
            .Select(p => KeyValuePair.Create(p.Text("name")!, p.Text("value") ?? ""));
}
