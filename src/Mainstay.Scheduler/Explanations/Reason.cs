using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>An element of the CIB, as a user finds it.</summary>
/// <param name="Element">Name of the element, e.g. <c>rsc_location</c>.</param>
/// <param name="Id">Its id; if it has none (older forms), the id of the closest element around it that has one.</param>
/// <param name="Line">Line in the text the CIB was read from, 0 if not known.</param>
public sealed record ConfigurationPlace(string Element, string Id, int Line)
{
    /// <summary>The element itself, for callers that want to try the configuration without it.</summary>
    internal XElement? Xml { get; private init; }

    internal static ConfigurationPlace? Of(XElement? element)
    {
        if (element is null) return null;
        string? id = element.AncestorsAndSelf().Select(e => e.Id()).FirstOrDefault(i => i is not null);
        return id is null ? null : new ConfigurationPlace(element.Name.LocalName, id, element.Line()) { Xml = element };
    }
}

/// <summary>One fact that had an influence on a decision. Which members have values depends on the kind.</summary>
/// <param name="Kind">What kind of fact.</param>
public sealed record Reason(ReasonKind Kind)
{
    /// <summary>The element of the configuration (or a node's attribute in the status) that caused it, if one did.</summary>
    public ConfigurationPlace? Place { get; init; }

    /// <summary>The part of <see cref="Place"/> that counts: the rule of a location, the set of a constraint.</summary>
    public ConfigurationPlace? Part { get; init; }

    /// <summary>The other resource concerned.</summary>
    public ClusterResource? Resource { get; init; }

    /// <summary>The other node concerned.</summary>
    public ClusterNode? Node { get; init; }

    /// <summary>Key of the operation or action concerned, e.g. <c>web_monitor_10000</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>Name of the option or attribute.</summary>
    public string? Attribute { get; init; }

    /// <summary>Value of the option or attribute, or the number reached.</summary>
    public string? Value { get; init; }

    /// <summary>What <see cref="Value"/> is compared with.</summary>
    public string? Limit { get; init; }

    /// <summary>Configured score of a constraint.</summary>
    public int? Score { get; init; }

    /// <summary>Further text: an agent's explanation, the reference's wording.</summary>
    public string? Detail { get; init; }
}

/// <summary>How a score changed.</summary>
public enum ScoreOperation
{
    /// <summary>The node became possible with this score.</summary>
    Enter,

    /// <summary>The amount was added (INFINITY saturates, -INFINITY beats everything).</summary>
    Add,

    /// <summary>The score was replaced.</summary>
    Set,

    /// <summary>The node is no longer in the table.</summary>
    Leave,
}

/// <summary>One change of the score of a resource for a node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Operation">How the score changed.</param>
/// <param name="Amount">What was added, or the new score.</param>
/// <param name="Before">Score before; null if the node was not possible.</param>
/// <param name="After">Score after; null if the node is not possible any more.</param>
/// <param name="Reason">Why.</param>
public sealed record ScoreChange(ClusterNode Node, ScoreOperation Operation, int Amount, int? Before, int? After, Reason Reason);
