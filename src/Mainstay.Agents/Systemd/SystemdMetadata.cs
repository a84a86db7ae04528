using System.Xml.Linq;

namespace Mainstay.Agents.Systemd;

/// <summary>Meta-data of a systemd unit (spec/agents.md section 8).</summary>
internal static class SystemdMetadata
{
    /// <summary>The document for a unit.</summary>
    public static string Build(string type, string description) => new XElement(
        "resource-agent",
        new XAttribute("name", type),
        new XAttribute("version", "0.1"),
        new XElement("version", "1.1"),
        new XElement("longdesc", new XAttribute("lang", "en"), description),
        new XElement("shortdesc", new XAttribute("lang", "en"), $"systemd unit file for {type}"),
        new XElement("parameters"),
        new XElement(
            "actions",
            Action("start", "100s"),
            Action("stop", "100s"),
            Action("status", "100s"),
            new XElement("action", new XAttribute("name", "monitor"), new XAttribute("timeout", "100s"), new XAttribute("interval", "60s")),
            Action("meta-data", "5s")),
        new XElement("special", new XAttribute("tag", "systemd"))).ToString();

    private static XElement Action(string name, string timeout) =>
        new("action", new XAttribute("name", name), new XAttribute("timeout", timeout));
}
