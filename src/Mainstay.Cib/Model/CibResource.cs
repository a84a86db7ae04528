using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>A resource or template of the configuration (spec/cib-model.md section 7).</summary>
public abstract class CibResource : CibView
{
    private protected CibResource(XElement element)
        : base(element)
    {
    }

    /// <summary>The resources inside, in document order.</summary>
    public virtual IReadOnlyList<CibResource> Children => [];

    /// <summary>The blocks of meta-attributes, in document order.</summary>
    public IEnumerable<XElement> MetaAttributes => Element.Elements("meta_attributes");

    /// <summary>The blocks of parameters, in document order.</summary>
    public IEnumerable<XElement> InstanceAttributes => Element.Elements("instance_attributes");

    /// <summary>The view of an element, or <see langword="null"/> if it is no resource.</summary>
    /// <param name="element">The element.</param>
    public static CibResource? Of(XElement element) => element.Name.LocalName switch
    {
        "primitive" => new CibPrimitive(element),
        "template" => new CibTemplate(element),
        "group" => new CibGroup(element),
        "clone" or "master" => new CibClone(element),
        "bundle" => new CibBundle(element),
        _ => null,
    };

    /// <summary>This resource and all inside it, outermost first.</summary>
    public IEnumerable<CibResource> SelfAndDescendants()
    {
        // Groups in clones are the deepest nesting there is.
        yield return this;
        foreach (var inner in Children.SelectMany(child => child.SelfAndDescendants()))
        {
            yield return inner;
        }
    }

    private protected static IReadOnlyList<CibResource> ChildrenOf(XElement element, params string[] names)
        => [.. element.Elements().Where(child => names.Contains(child.Name.LocalName, StringComparer.Ordinal)).Select(Of)
            .OfType<CibResource>()];
}

/// <summary>What primitives and templates have in common.</summary>
public abstract class CibAgentResource : CibResource
{
    private protected CibAgentResource(XElement element)
        : base(element)
    {
    }

    /// <summary>The standard (<c>class</c>), e.g. <c>ocf</c>; absent where a template gives it.</summary>
    public string? Standard => Element.Value("class");

    /// <summary>The provider, for <c>ocf</c> only.</summary>
    public string? Provider => Element.Value("provider");

    /// <summary>The agent's name (<c>type</c>).</summary>
    public string? AgentType => Element.Value("type");

    /// <summary>The agent as <c>class:provider:type</c> or <c>class:type</c>.</summary>
    public string AgentName => string.Join(':', new[] { Standard, Provider, AgentType }.OfType<string>());

    /// <summary>The configured operations of the first <c>operations</c> element; references are not resolved.</summary>
    public IReadOnlyList<CibResourceOperation> Operations
        => [.. (Element.Element("operations")?.Elements("op") ?? []).Select(operation => new CibResourceOperation(operation))];

    /// <summary>The blocks of utilization, in document order.</summary>
    public IEnumerable<XElement> Utilization => Element.Elements("utilization");
}

/// <summary>A primitive: one service.</summary>
/// <param name="element">The element.</param>
public sealed class CibPrimitive(XElement element) : CibAgentResource(element)
{
    /// <summary>The template it is derived from, if any.</summary>
    public string? Template => Element.Value("template");
}

/// <summary>A template; not a resource itself.</summary>
/// <param name="element">The element.</param>
public sealed class CibTemplate(XElement element) : CibAgentResource(element);

/// <summary>A group of primitives.</summary>
/// <param name="element">The element.</param>
public sealed class CibGroup(XElement element) : CibResource(element)
{
    /// <inheritdoc/>
    public override IReadOnlyList<CibResource> Children => ChildrenOf(Element, "primitive");
}

/// <summary>A clone of a primitive or group.</summary>
/// <param name="element">The element: <c>clone</c>, or <c>master</c> in documents before 4.0.</param>
public sealed class CibClone(XElement element) : CibResource(element)
{
    /// <inheritdoc/>
    public override IReadOnlyList<CibResource> Children => [.. ChildrenOf(Element, "primitive", "group").Take(1)];

    /// <summary>
    /// Whether a plain meta-attribute (or the old element name) says that instances can be promoted; rules are not evaluated.
    /// </summary>
    public bool IsPromotable => Element.Is("master")
        || MetaAttributes.Elements("nvpair").Any(pair => pair.Value("name") == "promotable" && CibBoolean.IsTrue(pair.Value("value")));
}

/// <summary>A bundle: containers with an optional primitive inside.</summary>
/// <param name="element">The element.</param>
public sealed class CibBundle(XElement element) : CibResource(element)
{
    /// <inheritdoc/>
    public override IReadOnlyList<CibResource> Children => [.. ChildrenOf(Element, "primitive").Take(1)];

    /// <summary>The element that says how to launch the containers: <c>docker</c> or <c>podman</c> (<c>rkt</c> before 4.0).</summary>
    public XElement? Container => Element.Elements().FirstOrDefault(child => child.Name.LocalName is "docker" or "podman" or "rkt");

    /// <summary>The number of containers: <c>replicas</c>, else <c>promoted-max</c> if positive, else 1.</summary>
    public int Replicas => IntegerText.AtLeast(Container?.Value("replicas") ?? Container?.Value("promoted-max"), 1);

    /// <summary>The number of containers on one node.</summary>
    public int ReplicasPerHost => IntegerText.AtLeast(Container?.Value("replicas-per-host"), 1);

    /// <summary>The number of promoted instances.</summary>
    public int PromotedMax => IntegerText.AtLeast(Container?.Value("promoted-max") ?? Container?.Value("masters"), 0);
}

/// <summary>A configured operation.</summary>
/// <param name="element">The element.</param>
public sealed class CibResourceOperation(XElement element) : CibView(element)
{
    /// <summary>The action, e.g. <c>monitor</c>.</summary>
    public string Name => Element.Value("name") ?? string.Empty;

    /// <summary>The interval in milliseconds; 0 for actions that do not recur.</summary>
    public long IntervalMs => Interval.Parse(Element.Value("interval"));

    /// <summary>The timeout as written, if it is an attribute.</summary>
    public string? Timeout => Element.Value("timeout");

    /// <summary>The role the operation is for, if one is given.</summary>
    public string? Role => Element.Value("role");

    /// <summary>What happens when it fails, if that is an attribute.</summary>
    public string? OnFail => Element.Value("on-fail");

    /// <summary>Whether it is carried out; an attribute that says otherwise wins, nothing else is looked at.</summary>
    public bool IsEnabled => CibBoolean.Parse(Element.Value("enabled"), fallback: true);
}
