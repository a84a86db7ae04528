using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary>A ticket of this site.</summary>
internal sealed record SiteTicket(string Id, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Whether this site holds it.</summary>
    public bool IsGranted => CibBoolean.IsTrue(Attribute("granted"));

    /// <summary>Whether what depends on it is to be left as if it were revoked.</summary>
    public bool IsStandby => CibBoolean.IsTrue(Attribute("standby"));

    /// <summary>The line of <c>--info</c>.</summary>
    public string InfoText => Head + (LastGranted is { } time ? $" last-granted='{time}'" : "");

    /// <summary>The line of <c>--details</c>.</summary>
    public string DetailsText
    {
        get
        {
            var parts = Attributes.Where(a => a.Key is not ("standby" or "last-granted")).Select(a => $"{a.Key}={a.Value}").ToList();
            if (LastGranted is { } time) parts.Add($"last-granted='{time}'");
            return parts.Count == 0 ? Head : $"{Head} ({string.Join(", ", parts)})";
        }
    }

    private string Head => $"{Id}\t{(IsGranted ? "granted" : "revoked")}{(IsStandby ? " [standby]" : "          ")}";

    private string? LastGranted =>
        IntegerText.TryReadLeading(Attribute("last-granted"), out long seconds) && seconds is > 0 and < 253402300800
        ? Monitor.StatusText.Time(DateTimeOffset.FromUnixTimeSeconds(seconds).ToLocalTime())
        : null;

    /// <summary>A ticket as it is recorded.</summary>
    public static SiteTicket Of(XElement state) => new(
        state.Id() ?? "",
        new SortedDictionary<string, string>(
            state.Attributes().Where(a => a.Name.LocalName != "id").ToDictionary(
                a => a.Name.LocalName, a => a.Value, StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>One attribute, or <see langword="null"/>.</summary>
    public string? Attribute(string name) => Attributes.TryGetValue(name, out string? value) ? value : null;

    /// <summary>The element of XML output.</summary>
    public XElement ToXml()
    {
        var element = new XElement(
            "ticket",
            new XAttribute("id", Id),
            new XAttribute("status", IsGranted ? "granted" : "revoked"),
            new XAttribute("standby", IsStandby));
        foreach (var (name, value) in Attributes)
        {
            if (name is "granted" or "standby" or "status") continue;
            element.SetAttributeValue(name, name == "last-granted" ? LastGranted ?? value : value);
        }

        return element;
    }
}

/// <summary>The tickets of this site: those with a recorded state and those that constraints name, by id.</summary>
internal sealed class SiteTickets
{
    private readonly SortedDictionary<string, SiteTicket> _tickets = new(StringComparer.Ordinal);

    /// <summary>All tickets.</summary>
    public IEnumerable<SiteTicket> All => _tickets.Values;

    /// <summary>Reads them.</summary>
    public static SiteTickets Read(CibDocument document)
    {
        var tickets = new SiteTickets();
        var none = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var constraint in document.Section("constraints")?.Elements("rsc_ticket") ?? [])
        {
            if (constraint.Value("ticket") is { } id) tickets._tickets[id] = new SiteTicket(id, none);
        }

        foreach (var state in document.Status?.Element("tickets")?.Elements("ticket_state") ?? [])
        {
            if (state.Id() is { } id) tickets._tickets[id] = SiteTicket.Of(state);
        }

        return tickets;
    }

    /// <summary>A ticket by its id, or <see langword="null"/>.</summary>
    public SiteTicket? Find(string id) => _tickets.GetValueOrDefault(id);
}
