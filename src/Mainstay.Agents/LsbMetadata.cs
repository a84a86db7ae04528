using System.Xml.Linq;

namespace Mainstay.Agents;

/// <summary>Meta-data of an init script, made from its <c>INIT INFO</c> block (spec/agents.md section 7).</summary>
internal static class LsbMetadata
{
    private static readonly string[] Tags =
        ["Provides", "Required-Start", "Required-Stop", "Should-Start", "Should-Stop", "Default-Start", "Default-Stop"];

    /// <summary>The document for a script.</summary>
    public static string Build(string type, string script)
    {
        var info = ReadInfo(script);
        var shortText = info.GetValueOrDefault("Short-Description", type);
        var longText = info.GetValueOrDefault("Description", shortText);
        XElement[] details = [.. Tags.Where(info.ContainsKey).Select(tag => new XElement(tag, info[tag]))];
        var root = new XElement(
            "resource-agent",
            new XAttribute("name", type),
            new XAttribute("version", "0.1"),
            new XElement("version", "1.1"),
            new XElement("longdesc", new XAttribute("lang", "en"), longText),
            new XElement("shortdesc", new XAttribute("lang", "en"), shortText),
            new XElement("parameters"),
            new XElement(
                "actions",
                Action("meta-data", "5"),
                Action("start", "15"),
                Action("stop", "15"),
                Action("status", "15"),
                Action("restart", "15"),
                Action("force-reload", "15"),
                new XElement(
                    "action", new XAttribute("name", "monitor"), new XAttribute("timeout", "15"), new XAttribute("interval", "15"))),
            new XElement("special", new XAttribute("tag", "LSB"), details));
        return root.ToString();
    }

    private static XElement Action(string name, string timeout) =>
        new("action", new XAttribute("name", name), new XAttribute("timeout", timeout));

    private static Dictionary<string, string> ReadInfo(string script)
    {
        var info = new Dictionary<string, string>(StringComparer.Ordinal);
        var isInside = false;
        string? last = null;
        foreach (var raw in script.Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line.StartsWith("### BEGIN INIT INFO", StringComparison.Ordinal)) isInside = true;
            else if (line.StartsWith("### END INIT INFO", StringComparison.Ordinal)) break;
            else if (isInside) last = ReadLine(line, last, info);
        }

        return info;
    }

    private static string? ReadLine(string line, string? last, Dictionary<string, string> info)
    {
        if (last is not null && (line.StartsWith("#\t", StringComparison.Ordinal) || line.StartsWith("#  ", StringComparison.Ordinal)))
        {
            info[last] = $"{info[last]} {line[1..].Trim()}".Trim();
            return last;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (!line.StartsWith("# ", StringComparison.Ordinal) || colon < 0) return null;
        var name = line[2..colon].Trim();
        info[name] = line[(colon + 1)..].Trim();
        return name;
    }
}
