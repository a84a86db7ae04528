using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace Mainstay.Agents;

/// <summary>
/// Reads the meta-data documents of resource and fence agents. Total: anything unusable gives false, anything unknown is
/// skipped.
/// </summary>
public static class AgentMetadataReader
{
    private const int DocumentSizeMax = 4 * 1024 * 1024;
    private const int DepthMax = 64;

    /// <summary>Reads a document.</summary>
    /// <param name="xml">What the agent printed; leading text before the first <c>&lt;</c> is skipped.</param>
    /// <param name="metadata">The meta-data, when true is returned.</param>
    /// <param name="problem">What is wrong, when false is returned.</param>
    public static bool TryRead(string xml, [NotNullWhen(true)] out AgentMetadata? metadata, out string problem)
    {
        metadata = null;
        problem = string.Empty;
        var begin = xml.IndexOf('<', StringComparison.Ordinal);
        if (begin < 0 || xml.Length > DocumentSizeMax)
        {
            problem = begin < 0 ? "no XML in the agent's output" : "the agent's output is too long to be meta-data";
            return false;
        }

        XElement root;
        try
        {
            root = Load(xml[begin..]);
        }
        catch (XmlException e)
        {
            problem = $"line {e.LineNumber}: {e.Message}";
            return false;
        }

        if (root.Name.LocalName != "resource-agent")
        {
            problem = $"the root element is <{root.Name.LocalName}>, not <resource-agent>";
            return false;
        }

        metadata = Read(root, xml[begin..]);
        return true;
    }

    private static XElement Load(string xml)
    {
        // Agents carry a DOCTYPE that names a DTD nobody has; it is skipped, never fetched or expanded.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, IgnoreComments = true };
        using (var probe = XmlReader.Create(new StringReader(xml), settings))
        {
            while (probe.Read())
            {
                if (probe.Depth > DepthMax) throw new XmlException($"elements are nested deeper than {DepthMax}");
            }
        }

        using var reader = XmlReader.Create(new StringReader(xml), settings);
        return XElement.Load(reader);
    }

    private static AgentMetadata Read(XElement root, string xml) => new()
    {
        Name = Attribute(root, "name"),
        AgentVersion = Attribute(root, "version"),
        OcfVersion = root.Element("version")?.Value.Trim() ?? string.Empty,
        ShortDescription = Description(root, "shortdesc") is { Length: > 0 } text ? text : Attribute(root, "shortdesc"),
        LongDescription = Description(root, "longdesc"),
        Parameters = [.. root.Elements("parameters").Elements("parameter").Select(ReadParameter).Where(p => p.Name.Length > 0)],
        Actions = [.. root.Elements("actions").Elements("action").Select(ReadAction).Where(a => a.Name.Length > 0)],
        Xml = xml,
    };

    private static AgentParameter ReadParameter(XElement element)
    {
        var content = element.Element("content");
        return new AgentParameter
        {
            Name = Attribute(element, "name"),
            IsRequired = Flag(element, "required"),
            IsUnique = Flag(element, "unique"),
            UniqueGroup = Attribute(element, "unique-group"),
            IsReloadable = Flag(element, "reloadable"),
            IsPrivate = Flag(element, "private"),
            IsDeprecated = Flag(element, "deprecated") || element.Element("deprecated") is not null,
            Obsoletes = Attribute(element, "obsoletes"),
            Type = content is not null && Attribute(content, "type") is { Length: > 0 } type ? type : "string",
            Default = content?.Attribute("default")?.Value,
            Options = content is null ? [] : [.. content.Elements("option").Select(o => Attribute(o, "value")).Where(o => o.Length > 0)],
            ShortDescription = Description(element, "shortdesc"),
            LongDescription = Description(element, "longdesc"),
        };
    }

    private static AgentAction ReadAction(XElement element) => new()
    {
        Name = Attribute(element, "name"),
        Timeout = Attribute(element, "timeout"),
        Interval = Attribute(element, "interval"),
        StartDelay = Attribute(element, "start-delay"),
        Depth = Attribute(element, "depth") is { Length: > 0 } depth ? depth : Attribute(element, "OCF_CHECK_LEVEL"),
        Role = Attribute(element, "role"),
        IsAutomatic = Flag(element, "automatic") || Flag(element, "required"),
        IsOnTarget = Flag(element, "on_target"),
    };

    private static string Description(XElement parent, string name)
    {
        var all = parent.Elements(name).ToList();
        var chosen = all.FirstOrDefault(e => Attribute(e, "lang") == "en") ?? all.FirstOrDefault();
        return chosen?.Value.Trim() ?? string.Empty;
    }

    private static string Attribute(XElement element, string name) => element.Attribute(name)?.Value.Trim() ?? string.Empty;

    private static bool Flag(XElement element, string name) =>
        Attribute(element, name).ToLowerInvariant() is "1" or "true" or "yes" or "on";
}
