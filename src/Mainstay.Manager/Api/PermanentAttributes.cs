using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Client;
using Mainstay.Manager.Core;

namespace Mainstay.Manager.Api;

/// <summary>
/// Permanent node attributes are part of the configuration: reading them, and the edit that sets one (spec/manager.md section 14.1).
/// </summary>
internal static class PermanentAttributes
{
    public static IEnumerable<AttributeValue> Read(CibDocument document) =>
        (document.Section("nodes")?.Elements("node") ?? [])
            .SelectMany(node => node.Elements("instance_attributes").Elements("nvpair").Select(pair => new AttributeValue(
                pair.Value("name") ?? "", node.Value("uname") ?? "", pair.Value("value") ?? "", AttributeLifetime.Permanent)))
            .OrderBy(value => value.Name, StringComparer.Ordinal)
            .ThenBy(value => value.Node, StringComparer.Ordinal);

    /// <exception cref="RequestRefusedException">The node is not configured, or the name cannot be used.</exception>
    public static CibChange Change(CibDocument document, AttributeUpdate update, string localNode)
    {
        if (update.IsPattern || update.AllNodes)
        {
            throw new RequestRefusedException(400, AnswerCodes.Usage, "Patterns and all nodes at once work on transient attributes only.");
        }

        var wanted = update.Node ?? localNode;
        var node = document.Section("nodes")?.Elements("node")
            .FirstOrDefault(element => string.Equals(element.Value("uname"), wanted, StringComparison.OrdinalIgnoreCase));
        if (node?.Id() is not { } id) throw new RequestRefusedException(
            404, AnswerCodes.NoSuch, $"There is no node '{wanted}' in the configuration.");
        var present = node.Elements("instance_attributes").Elements("nvpair").FirstOrDefault(pair => pair.Value("name") == update.Name);
        if (update.Value is null)
        {
            return new CibChange
            {
                Operation = "delete",
                Scope = "nodes",
                Client = update.Client,
                Xml = CibWriter.Print(
                    new XElement("nvpair", new XAttribute("id", present?.Id() ?? $"nodes-{id}-{update.Name}")), CibPrintStyle.Compact),
            };
        }

        var set = present?.Parent?.Id() ?? $"nodes-{id}";
        var element = new XElement(
            "node",
            new XAttribute("id", id),
            new XElement(
                "instance_attributes",
                new XAttribute("id", set),
                new XElement(
                    "nvpair",
                    new XAttribute("id", present?.Id() ?? XmlId($"nodes-{id}-{update.Name}")),
                    new XAttribute("name", update.Name),
                    new XAttribute("value", update.Value))));
        return new CibChange
        {
            Operation = "modify",
            Scope = "nodes",
            AllowCreate = true,
            Client = update.Client,
            Xml = CibWriter.Print(element, CibPrintStyle.Compact),
        };
    }

    private static string XmlId(string text) =>
        string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '.'));
}
