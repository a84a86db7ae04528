using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>A node of the configuration (spec/cib-model.md section 6).</summary>
/// <param name="element">The element.</param>
public sealed class CibNode(XElement element) : CibView(element)
{
    /// <summary>The node's name.</summary>
    public string Name => Element.Value("uname") ?? string.Empty;

    /// <summary>Whether it is a remote node.</summary>
    public bool IsRemote => string.Equals(Element.Value("type"), "remote", StringComparison.OrdinalIgnoreCase);

    /// <summary>The blocks of permanent attributes.</summary>
    public IEnumerable<XElement> InstanceAttributes => Element.Elements("instance_attributes");

    /// <summary>The blocks of capacities.</summary>
    public IEnumerable<XElement> Utilization => Element.Elements("utilization");
}

/// <summary>One level of the fencing topology (spec/cib-model.md section 10).</summary>
/// <param name="element">The element.</param>
public sealed class CibFencingLevel(XElement element) : CibView(element)
{
    /// <summary>The node by name, if the level is for one.</summary>
    public string? Target => Element.Value("target");

    /// <summary>The pattern of node names, if the level is for those.</summary>
    public string? TargetPattern => Element.Value("target-pattern");

    /// <summary>The node attribute, if the level is for nodes with a value of it.</summary>
    public string? TargetAttribute => Element.Value("target-attribute");

    /// <summary>The value of <see cref="TargetAttribute"/>.</summary>
    public string? TargetValue => Element.Value("target-value");

    /// <summary>The level, 1 to 9; 0 if it is not readable.</summary>
    public int Index => IntegerText.TryReadWhole(Element.Value("index"), out var index) && index is >= 1 and <= 9 ? (int)index : 0;

    /// <summary>The devices, all of which must succeed, in order.</summary>
    public IReadOnlyList<string> Devices
        => Element.Value("devices")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

/// <summary>An alert: a program that is told about events (spec/manager.md section 19).</summary>
/// <param name="element">The element.</param>
public sealed class CibAlert(XElement element) : CibView(element)
{
    /// <summary>The program.</summary>
    public string Path => Element.Value("path") ?? string.Empty;

    /// <summary>The recipients, in document order.</summary>
    public IReadOnlyList<CibAlertRecipient> Recipients
        => [.. Element.Elements("recipient").Select(recipient => new CibAlertRecipient(recipient))];

    /// <summary>Whether node events are wanted; without any selection they are.</summary>
    public bool SelectsNodes => Selects("select_nodes");

    /// <summary>Whether fencing events are wanted; without any selection they are.</summary>
    public bool SelectsFencing => Selects("select_fencing");

    /// <summary>Whether resource events are wanted; without any selection they are.</summary>
    public bool SelectsResources => Selects("select_resources");

    /// <summary>The attributes whose changes are wanted; empty = all; <see langword="null"/> = none.</summary>
    public IReadOnlyList<string>? SelectedAttributes => Element.Element("select")?.Element("select_attributes") is { } selection
        ? [.. selection.Elements("attribute").Select(attribute => attribute.Value("name")).OfType<string>()]
        : null;

    private bool Selects(string name) => Element.Element("select") is not { } selection || selection.Element(name) is not null;
}

/// <summary>A recipient of an alert.</summary>
/// <param name="element">The element.</param>
public sealed class CibAlertRecipient(XElement element) : CibView(element)
{
    /// <summary>The address, in the alert program's own terms.</summary>
    public string Value => Element.Value("value") ?? string.Empty;
}

/// <summary>A tag.</summary>
/// <param name="element">The element.</param>
public sealed class CibTag(XElement element) : CibView(element)
{
    /// <summary>The ids that the tag stands for, in order.</summary>
    public IReadOnlyList<string> Members => [.. Element.Elements("obj_ref").Select(reference => reference.Id()).OfType<string>()];
}

/// <summary>A user or group with roles, for access control (spec/manager.md section 6).</summary>
/// <param name="element">The element.</param>
public sealed class CibAclTarget(XElement element) : CibView(element)
{
    /// <summary>Whether it is a group of users.</summary>
    public bool IsGroup => Element.Is("acl_group");

    /// <summary>The user's or group's name: <c>name</c>, else the id.</summary>
    public string Name => Element.Value("name") ?? Id;

    /// <summary>The roles.</summary>
    public IReadOnlyList<string> Roles => [.. Element.Elements("role").Select(role => role.Id()).OfType<string>()];
}

/// <summary>One permission of a role.</summary>
/// <param name="element">The element.</param>
public sealed class CibAclPermission(XElement element) : CibView(element)
{
    /// <summary><c>read</c>, <c>write</c> or <c>deny</c>.</summary>
    public string Kind => Element.Value("kind") ?? string.Empty;

    /// <summary>
    /// The elements concerned as an XPath: the one given, or <c>//TYPE[@id='REFERENCE'][@ATTRIBUTE]</c> with the parts that are given;
    /// <see langword="null"/> if the id in it cannot be written into an XPath.
    /// </summary>
    public string? XPath
    {
        get
        {
            if (Element.Value("xpath") is { } given)
            {
                return given;
            }

            var reference = Element.Value("reference");
            if (reference?.Contains('\'', StringComparison.Ordinal) == true)
            {
                return null;
            }

            var byId = reference is null ? string.Empty : $"[@id='{reference}']";
            var byAttribute = Element.Value("attribute") is { } attribute ? $"[@{attribute}]" : string.Empty;
            return $"//{Element.Value("object-type") ?? "*"}{byId}{byAttribute}";
        }
    }
}
