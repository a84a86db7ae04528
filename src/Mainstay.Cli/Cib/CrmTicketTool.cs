using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary><c>crm_ticket</c>: shows and changes the tickets of this site (spec/cli-crm.md section 11).</summary>
internal sealed class CrmTicketTool : NativeTool
{
    private const string NoSuchDevice = "No such device or address";
    private const int NotPermitted = 4;

    private static readonly string[] s_queries = ["details", "raw", "query-xml", "constraints", "get-attr", "info"];
    private static readonly string[] s_changes = ["grant", "revoke", "standby", "activate", "set-attr", "delete-attr", "cleanup"];

    /// <inheritdoc/>
    protected override string Name => "crm_ticket";

    /// <inheritdoc/>
    protected override string Summary => "Show and change the tickets of this site";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('l', "info", null, "Show the tickets"),
        new('L', "details", null, "Show the tickets with all their attributes"),
        new('w', "raw", null, "Show the ids of the tickets"),
        new('q', "query-xml", null, "Show the recorded state as XML"),
        new('c', "constraints", null, "Show the constraints that depend on the ticket"),
        new('g', "grant", null, "Grant the ticket to this site"),
        new('r', "revoke", null, "Revoke the ticket from this site"),
        new('s', "standby", null, "Put the ticket on standby"),
        new('a', "activate", null, "Take the ticket out of standby"),
        new('G', "get-attr", "NAME", "Show one attribute of the ticket"),
        new('S', "set-attr", "NAME", "Set one attribute of the ticket, with --attr-value"),
        new('D', "delete-attr", "NAME", "Remove one attribute of the ticket"),
        new('C', "cleanup", null, "Forget the ticket at this site"),
        new('v', "attr-value", "VALUE", "The value for --set-attr"),
        new('d', "default", "VALUE", "With --get-attr, what to show if there is no such attribute"),
        new('f', "force", null, "Do it though another site may hold the ticket"),
        new('t', "ticket", "ID", "The ticket"),
        new('n', "set-name", "ID", string.Empty),
        new('i', "nvpair", "ID", string.Empty),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        string? command = Array.Find(s_changes, options.Has) ?? Array.Find(s_queries, options.Has);
        if (command is null) return output.Usage("Must supply a command: a query such as --info, or a change such as --grant");
        string? id = options["ticket"];
        bool needsTicket = command is "get-attr" || Array.IndexOf(s_changes, command) >= 0;
        if (needsTicket && string.IsNullOrEmpty(id)) return output.Usage("Must supply ticket ID with -t");
        if (command == "set-attr" && !options.Has("attr-value")) return output.Usage("Must supply attribute value with -v for option -S");
        if (!CibSource.TryLoad(context, Name, output, out var document, out int code)) return code;

        var tickets = SiteTickets.Read(document);
        return command switch
        {
            "query-xml" => QueryXml(document, id, output),
            "constraints" => Constraints(document, id, output),
            "get-attr" => GetAttribute(tickets, id!, options, output), // demanded above
            "info" or "details" or "raw" => Show(tickets, id, command, output),
            _ => new TicketChange(context, document, output, id!, options.Has("force")).Run(command, options, tickets),
        };
    }

    private static int Show(SiteTickets tickets, string? id, string command, NativeOutput output)
    {
        var shown = tickets.All.Where(ticket => id is null || ticket.Id == id).ToList();
        if (id is not null && shown.Count == 0) return output.Fail(NativeExit.NoSuchObject, $"crm_ticket: No such ticket '{id}'");
        var list = new XElement("tickets");
        foreach (var ticket in shown)
        {
            output.Line(command switch
            {
                "raw" => ticket.Id,
                "details" => ticket.DetailsText,
                _ => ticket.InfoText,
            });
            list.Add(command == "raw" ? new XElement("ticket", new XAttribute("id", ticket.Id)) : ticket.ToXml());
        }

        output.Element(list);
        return output.Finish(NativeExit.Ok);
    }

    private static int QueryXml(CibDocument document, string? id, NativeOutput output)
    {
        var recorded = document.Status?.Element("tickets");
        var found = id is null ? recorded : recorded?.Elements("ticket_state").FirstOrDefault(state => state.Id() == id);
        if (found is null) return output.Fail(NativeExit.NoSuchObject, $"crm_ticket: Could not query ticket XML: {NoSuchDevice}");
        output.Text("State XML:\n\n" + CibWriter.Print(found));
        output.Element(new XElement("tickets", (id is null ? found.Elements() : [found]).Select(state => SiteTicket.Of(state).ToXml())));
        return output.Finish(NativeExit.Ok);
    }

    private static int Constraints(CibDocument document, string? id, NativeOutput output)
    {
        var found = (document.Section("constraints")?.Elements("rsc_ticket") ?? [])
            .Where(constraint => id is null || constraint.Value("ticket") == id).ToList();
        if (found.Count == 0)
        {
            return output.Fail(NativeExit.NoSuchObject, $"crm_ticket: Could not show ticket constraints: {NoSuchDevice}");
        }

        var shown = found.Count == 1 ? found[0] : new XElement("xpath-query", found);
        output.Text("Constraints XML:\n\n" + CibWriter.Print(shown));
        output.Element(new XElement("tickets",
            found.GroupBy(constraint => constraint.Value("ticket") ?? "", StringComparer.Ordinal).Select(group =>
            new XElement("ticket", new XAttribute("id", group.Key), new XElement("constraints", group)))));
        return output.Finish(NativeExit.Ok);
    }

    private static int GetAttribute(SiteTickets tickets, string id, NativeOptions options, NativeOutput output)
    {
        string name = options["get-attr"]!; // the command
        string? value = tickets.Find(id)?.Attribute(name) ?? options["default"];
        if (value is null) return output.Fail(NativeExit.NoSuchObject, $"crm_ticket: Ticket '{id}' has no attribute '{name}'");
        output.Line(value);
        output.Element(new XElement("tickets", new XElement(
            "ticket",
            new XAttribute("id", id),
            new XElement("attribute", new XAttribute("name", name), new XAttribute("value", value)))));
        return output.Finish(NativeExit.Ok);
    }

    /// <summary>One change of one ticket.</summary>
    private sealed class TicketChange(ToolContext context, CibDocument document, NativeOutput output, string id, bool isForced)
    {
        public int Run(string command, NativeOptions options, SiteTickets tickets)
        {
            var ticket = tickets.Find(id);
            switch (command)
            {
                case "cleanup":
                    return Cleanup(ticket);
                case "delete-attr":
                    return Delete(ticket, options["delete-attr"]!); // the command
                case "set-attr":
                    return Set(ticket, options["set-attr"]!, options["attr-value"]!); // demanded before
                case "standby":
                    return Set(ticket, "standby", "true");
                case "activate":
                    return Set(ticket, "standby", "false");
                default:
                    return Set(ticket, "granted", command == "grant" ? "true" : "false");
            }
        }

        private int Set(SiteTicket? ticket, string name, string value)
        {
            if (name == "granted" && !isForced) return Refuse(CibBoolean.IsTrue(value));
            var state = new XElement("ticket_state", new XAttribute("id", id), new XAttribute(name, value));
            if (name == "granted" && CibBoolean.IsTrue(value) && ticket is not { IsGranted: true })
            {
                state.SetAttributeValue("last-granted", context.Now.ToUnixTimeSeconds());
            }

            return Apply(CibOperationKind.Modify, new XElement("status", new XElement("tickets", state)));
        }

        private int Delete(SiteTicket? ticket, string name)
        {
            if (name == "granted" && !isForced) return Refuse(isGrant: false);
            if (ticket is null) return output.Fail(NativeExit.NoSuchObject, $"crm_ticket: No such ticket '{id}'");
            if (ticket.Attribute(name) is null || Recorded is not { } recorded) return output.Finish(NativeExit.Ok);
            var state = new XElement(recorded);
            state.SetAttributeValue(name, null);
            return Apply(CibOperationKind.Replace, state);
        }

        private int Cleanup(SiteTicket? ticket)
        {
            if (ticket is null) return output.Fail(NativeExit.NoSuchObject, $"crm_ticket: No such ticket '{id}'");
            if (ticket.IsGranted && !isForced) return Refuse(isGrant: false);
            output.Line($"Cleaned up {id}");
            return Recorded is { } recorded
                ? Apply(CibOperationKind.Delete, new XElement("ticket_state", recorded.Attribute("id")))
                : output.Finish(NativeExit.Ok);
        }

        private XElement? Recorded => document.Status?.Element("tickets")?.Elements("ticket_state").FirstOrDefault(s => s.Id() == id);

        private int Apply(CibOperationKind kind, XElement input)
        {
            var request = new CibRequest(kind) { Scope = "status", Input = input, AllowCreate = true };
            var result = CibSource.Of(context).Apply(document, request, context.Environment("CIB_user"));
            return result.IsOk
                ? output.Finish(NativeExit.Ok)
                : output.Fail((int)result.Code, $"crm_ticket: Could not change ticket '{id}': {result.Message}");
        }

        private int Refuse(bool isGrant) => output.Fail(NotPermitted, "crm_ticket: Ticket modification not allowed\n" + (isGrant
            ? $"This command cannot help you verify whether '{id}' has been already granted elsewhere.\n"
                + $"If you really want to grant '{id}' to this site now, and you know what you are doing,\nplease specify --force."
            : $"Revoking '{id}' can trigger the specified 'loss-policy'(s) relating to '{id}'.\n\nYou can check that with:\n"
                + $"crm_ticket --ticket {id} --constraints\n\nOtherwise before revoking '{id}', you may want to make '{id}' standby with:\n"
                + $"crm_ticket --ticket {id} --standby\n\n"
                + $"If you really want to revoke '{id}' from this site now, and you know what you are doing,\nplease specify --force."));
    }
}
