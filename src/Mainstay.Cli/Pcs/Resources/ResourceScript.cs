using System.Text;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>Resources as commands that make them again (<c>--output-format cmd</c>).</summary>
internal static class ResourceScript
{
    /// <summary>The script: primitives, groups, clones; a bundle before the primitive that it holds.</summary>
    public static string Commands(IEnumerable<XElement> resources)
    {
        var all = resources.SelectMany(r => r.DescendantsAndSelf().Where(CibTree.IsResource)).Distinct().ToList();
        return ShellScript.Join(
        [
            .. all.Where(r => r.Name == "bundle").Select(Bundle),
            .. all.Where(r => r.Name == "primitive").Select(Primitive),
            .. all.Where(r => r.Name == "group").SelectMany(Group),
            .. all.Where(CibTree.IsClone).Select(Clone),
        ]);
    }

    private static string Primitive(XElement e)
    {
        var isFence = CibTree.IsFenceDevice(e);
        var agent = isFence
            ? e.Text("type")
            : string.Join(':', new[] { e.Text("class"), e.Text("provider"), e.Text("type") }.OfType<string>());
        var text = new StringBuilder($"pcs {(isFence ? "stonith" : "resource")} create --no-default-ops --force -- {e.Id()} {agent}");
        AppendPairs(text, e, "instance_attributes", "");
        var operations = e.Elements("operations").Elements("op").ToList();
        if (operations.Count > 0)
        {
            text.Append(" \\\n  op");
            foreach (var operation in operations)
            {
                var pairs = operation.Attributes().Where(a => a.Name.LocalName is not ("id" or "name"))
                    .Select(a => KeyValuePair.Create(a.Name.LocalName, a.Value))
                    .Append(new("id", operation.Id()))
                    .Concat(operation.Elements("instance_attributes").SelectMany(NvSetEditor.Pairs));
                text.Append($" \\\n    {operation.Text("name")} {ShellScript.Pairs(pairs)}");
            }
        }

        AppendPairs(text, e, "meta_attributes", "meta ");
        if (CibTree.Parent(e) is { } parent && parent.Name == "bundle")
        {
            text.Append($" \\\n  bundle {parent.Id()}");
        }

        return text.ToString();
    }

    private static IEnumerable<string> Group(XElement e)
    {
        yield return $"pcs resource group add {e.Id()} \\\n  {string.Join(' ', e.Elements("primitive").Select(p => p.Id()))}";
        if (e.Elements("meta_attributes").SelectMany(NvSetEditor.Pairs).ToList() is { Count: > 0 } meta)
        {
            yield return $"pcs resource meta {e.Id()} {ShellScript.Pairs(meta)}";
        }
    }

    private static string Clone(XElement e)
    {
        var text = new StringBuilder($"pcs resource clone {e.Elements().FirstOrDefault(CibTree.IsResource)?.Id()} {e.Id()}");
        AppendPairs(text, e, "meta_attributes", "meta ");
        return text.ToString();
    }

    private static string Bundle(XElement e)
    {
        var runtime = e.Elements().First(c => c.Name.LocalName is "docker" or "podman");
        var text = new StringBuilder($"pcs resource bundle create {e.Id()} \\\n  container {runtime.Name.LocalName} {Attributes(runtime)}");
        if (e.Element("network") is { } network)
        {
            text.Append($" \\\n  network {Attributes(network)}");
        }

        foreach (var map in e.Descendants("port-mapping"))
        {
            text.Append($" \\\n  port-map {Attributes(map)}");
        }

        foreach (var map in e.Descendants("storage-mapping"))
        {
            text.Append($" \\\n  storage-map {Attributes(map)}");
        }

        AppendPairs(text, e, "meta_attributes", "meta ");
        return text.ToString();
    }

    private static string Attributes(XElement element) =>
        ShellScript.Pairs(element.Attributes().Select(a => KeyValuePair.Create(a.Name.LocalName, a.Value)));

    private static void AppendPairs(StringBuilder text, XElement owner, string kind, string keyword)
    {
        var pairs = owner.Elements(kind).SelectMany(NvSetEditor.Pairs).ToList();
        if (pairs.Count > 0)
        {
            text.Append($" \\\n  {keyword}{ShellScript.Pairs(pairs)}");
        }
    }
}
