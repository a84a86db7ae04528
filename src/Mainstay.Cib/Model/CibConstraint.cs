using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>A constraint (spec/cib-model.md section 9).</summary>
public abstract class CibConstraint : CibView
{
    private protected CibConstraint(XElement element)
        : base(element)
    {
    }

    /// <summary>The resource sets, in document order; references are not resolved.</summary>
    public IReadOnlyList<CibResourceSet> Sets => [.. Element.Elements("resource_set").Select(set => new CibResourceSet(set))];

    /// <summary>The score as written, if there is one.</summary>
    public string? ScoreText => Element.Value("score");

    /// <summary>The view of an element, or <see langword="null"/> if it is no constraint.</summary>
    /// <param name="element">The element.</param>
    public static CibConstraint? Of(XElement element) => element.Name.LocalName switch
    {
        "rsc_location" => new CibLocation(element),
        "rsc_colocation" => new CibColocation(element),
        "rsc_order" => new CibOrder(element),
        "rsc_ticket" => new CibTicketConstraint(element),
        _ => null,
    };

    /// <summary>All resources that the constraint names, in document order, sets included.</summary>
    public IEnumerable<string> Resources => DirectResources.OfType<string>().Concat(Sets.SelectMany(set => set.Members));

    private protected abstract IEnumerable<string?> DirectResources { get; }
}

/// <summary>A set of resources in a constraint.</summary>
/// <param name="element">The element.</param>
public sealed class CibResourceSet(XElement element) : CibView(element)
{
    /// <summary>The set this one refers to instead of having content.</summary>
    public string? Reference => Element.Value("id-ref");

    /// <summary>The members, in order.</summary>
    public IReadOnlyList<string> Members => [.. Element.Elements("resource_ref").Select(reference => reference.Id()).OfType<string>()];

    /// <summary>Whether the members depend on each other in order.</summary>
    public bool IsSequential => CibBoolean.Parse(Element.Value("sequential"), fallback: true);

    /// <summary>Whether all members must be active (orderings).</summary>
    public bool RequiresAll => CibBoolean.Parse(Element.Value("require-all"), fallback: true);

    /// <summary>The role, if one is given.</summary>
    public string? Role => Element.Value("role");

    /// <summary>The action, if one is given.</summary>
    public string? Action => Element.Value("action");
}

/// <summary>Which nodes a resource may run on.</summary>
/// <param name="element">The element.</param>
public sealed class CibLocation(XElement element) : CibConstraint(element)
{
    /// <summary>The resource, if it is named.</summary>
    public string? Resource => Element.Value("rsc");

    /// <summary>The pattern of resource ids, if there is one.</summary>
    public string? ResourcePattern => Element.Value("rsc-pattern");

    /// <summary>The node, in the form without a rule.</summary>
    public string? Node => Element.Value("node");

    /// <summary>The role, if one is given.</summary>
    public string? Role => Element.Value("role");

    /// <summary>Where the resource is probed: <c>always</c>, <c>never</c>, <c>exclusive</c>.</summary>
    public string Discovery => Element.Value("resource-discovery") ?? "always";

    /// <summary>The rules; the 4.0 form has at most one.</summary>
    public IReadOnlyList<XElement> Rules => [.. Element.Elements("rule")];

    private protected override IEnumerable<string?> DirectResources => [Resource];
}

/// <summary>Resources that run together or apart.</summary>
/// <param name="element">The element.</param>
public sealed class CibColocation(XElement element) : CibConstraint(element)
{
    /// <summary>The dependent resource.</summary>
    public string? Dependent => Element.Value("rsc");

    /// <summary>The primary resource: the one placed first.</summary>
    public string? Primary => Element.Value("with-rsc");

    /// <summary>The dependent's role, if one is given.</summary>
    public string? DependentRole => Element.Value("rsc-role");

    /// <summary>The primary's role, if one is given.</summary>
    public string? PrimaryRole => Element.Value("with-rsc-role");

    /// <summary>The node attribute that must be equal.</summary>
    public string NodeAttribute => Element.Value("node-attribute") ?? "#uname";

    private protected override IEnumerable<string?> DirectResources => [Dependent, Primary];
}

/// <summary>In which order resources start and stop.</summary>
/// <param name="element">The element.</param>
public sealed class CibOrder(XElement element) : CibConstraint(element)
{
    /// <summary>The resource that goes first.</summary>
    public string? First => Element.Value("first");

    /// <summary>The resource that follows.</summary>
    public string? Then => Element.Value("then");

    /// <summary>The first resource's action.</summary>
    public string FirstAction => Element.Value("first-action") ?? "start";

    /// <summary>The following resource's action.</summary>
    public string ThenAction => Element.Value("then-action") ?? FirstAction;

    /// <summary>The kind as written: <c>Optional</c>, <c>Mandatory</c>, <c>Serialize</c>.</summary>
    public string? Kind => Element.Value("kind");

    /// <summary>Whether it holds backwards too; not for <c>Serialize</c> unless said so.</summary>
    public bool IsSymmetrical => CibBoolean.Parse(
        Element.Value("symmetrical"), fallback: !string.Equals(Kind, "Serialize", StringComparison.OrdinalIgnoreCase));

    private protected override IEnumerable<string?> DirectResources => [First, Then];
}

/// <summary>Resources that need a ticket.</summary>
/// <param name="element">The element.</param>
public sealed class CibTicketConstraint(XElement element) : CibConstraint(element)
{
    /// <summary>The ticket.</summary>
    public string Ticket => Element.Value("ticket") ?? string.Empty;

    /// <summary>The resource, in the form without sets.</summary>
    public string? Resource => Element.Value("rsc");

    /// <summary>The role that needs the ticket, if one is given.</summary>
    public string? Role => Element.Value("rsc-role");

    /// <summary>What happens when the ticket is lost: <c>stop</c>, <c>demote</c>, <c>fence</c>, <c>freeze</c>.</summary>
    public string LossPolicy => Element.Value("loss-policy")
        ?? (Role is "Promoted" or "Master" ? "demote" : "stop");

    private protected override IEnumerable<string?> DirectResources => [Resource];
}
