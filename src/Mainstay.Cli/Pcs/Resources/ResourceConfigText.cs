using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Rules;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>The definition of resources in text (spec/cli-pcs.md section 17).</summary>
internal static class ResourceConfigText
{
    /// <summary>The lines of one resource and what it holds.</summary>
    public static IEnumerable<string> Lines(XElement resource) => resource.Name.LocalName switch
    {
        "primitive" => Primitive(resource),
        "group" => Shell($"Group: {resource.Id()}", resource),
        "bundle" => Bundle(resource),
        _ => Shell($"Clone: {resource.Id()}", resource),
    };

    /// <summary>The lines of a block of name-value pairs.</summary>
    public static IEnumerable<string> NvSet(string heading, XElement block)
    {
        yield return $"{heading}: {block.Id()}{(block.Text("score") is { } score ? $" score={score}" : "")}";
        foreach (var (name, value) in NvSetEditor.Pairs(block).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            yield return $"  {name}={Quote(value)}";
        }

        foreach (var line in block.Elements("rule").SelectMany(r => RuleText.Lines(r, withIds: false)))
        {
            yield return "  " + line;
        }
    }

    /// <summary>All lines further in.</summary>
    public static IEnumerable<string> Indent(IEnumerable<string> lines) => lines.Select(l => "  " + l);

    private static IEnumerable<string> Primitive(XElement resource)
    {
        var words = new[] { "class", "provider", "type" }.Where(n => resource.Text(n) is not null).Select(n => $"{n}={resource.Text(n)}");
        yield return resource.Text("template") is { } template
            ? $"Resource: {resource.Id()} (template={template})"
            : $"Resource: {resource.Id()} ({string.Join(' ', words)})";
        foreach (var line in Indent(Description(resource).Concat(Blocks(resource))))
        {
            yield return line;
        }

        var operations = resource.Elements("operations").Elements("op").ToList();
        if (operations.Count == 0)
        {
            yield break;
        }

        yield return "  Operations:";
        foreach (var operation in operations)
        {
            yield return $"    {operation.Text("name")}: {operation.Id()}";
            yield return "      " + string.Join(' ', OperationWords(operation));
        }
    }

    private static IEnumerable<string> OperationWords(XElement operation)
    {
        var known = new[] { "interval", "timeout", "role", "on-fail" };
        foreach (var name in known.Where(n => operation.Text(n) is not null))
        {
            yield return $"{name}={operation.Text(name)}";
        }

        foreach (var attribute in operation.Attributes()
            .Where(a => a.Name.LocalName is not ("id" or "name") && !known.Contains(a.Name.LocalName)))
        {
            yield return $"{attribute.Name}={attribute.Value}";
        }

        foreach (var (name, value) in operation.Elements("instance_attributes").SelectMany(NvSetEditor.Pairs))
        {
            yield return $"{name}={value}";
        }
    }

    private static IEnumerable<string> Shell(string heading, XElement resource)
    {
        yield return heading;
        foreach (var line in Indent(Description(resource).Concat(Blocks(resource))
            .Concat(resource.Elements().Where(CibTree.IsResource).SelectMany(Lines))))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Bundle(XElement bundle)
    {
        yield return $"Bundle: {bundle.Id()}";
        foreach (var (element, heading) in new[] { ("docker", "Docker"), ("podman", "Podman"), ("network", "Network") })
        {
            if (bundle.Element(element) is { HasAttributes: true } part)
            {
                yield return $"  {heading}: {string.Join(' ', part.Attributes().Select(a => $"{a.Name}={Quote(a.Value)}"))}";
            }
        }

        foreach (var (element, heading) in new[] { ("port-mapping", "Port Mapping"), ("storage-mapping", "Storage Mapping") })
        {
            var maps = bundle.Descendants(element).ToList();
            if (maps.Count > 0)
            {
                yield return $"  {heading}:";
                foreach (var map in maps)
                {
                    var attributes = map.Attributes().Where(a => a.Name != "id").Select(a => $"{a.Name}={Quote(a.Value)}");
                    yield return $"    {string.Join(' ', attributes)} ({map.Id()})";
                }
            }
        }

        foreach (var line in Indent(Blocks(bundle).Concat(bundle.Elements("primitive").SelectMany(Lines))))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Description(XElement resource) =>
        resource.Text("description") is { } text ? [$"Description: {text}"] : [];

    private static IEnumerable<string> Blocks(XElement resource)
    {
        foreach (var (kind, heading) in new[] { ("instance_attributes", "Attributes"), ("meta_attributes", "Meta Attributes"),
            ("utilization", "Utilization") })
        {
            foreach (var block in resource.Elements(kind).Where(b => b.Element("nvpair") is not null || b.Attribute("id-ref") is not null))
            {
                foreach (var line in NvSet(heading, block))
                {
                    yield return line;
                }
            }
        }
    }

    private static string Quote(string value) => value.Any(char.IsWhiteSpace) ? $"\"{value}\"" : value;
}
