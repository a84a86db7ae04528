using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary><c>constraint ticket</c>.</summary>
internal static class Ticket
{
    private static readonly string[] s_policies = ["demote", "fence", "freeze", "stop"];

    /// <summary><c>constraint ticket add TICKET [ROLE] RESOURCE [options]</c>.</summary>
    public static int Add(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 2)
        {
            throw new UsageFailure();
        }

        var hasRole = args.Count > 2 && !args[2].Contains('=', StringComparison.Ordinal);
        var role = hasRole ? ConstraintParts.RequireRole(session, args[1]) : null;
        var resource = ConstraintParts.Resource(session, args[hasRole ? 2 : 1]);
        var options = PcsArguments.Pairs(args.Skip(hasRole ? 3 : 2));
        PcsArguments.CheckNames(options.Keys, ["id", "loss-policy"], "");
        CheckPolicy(options);
        options.Remove("id", out var id);
        var element = new XElement(
            "rsc_ticket",
            new XAttribute("id",
                ConstraintParts.Id(session, id, CibTree.CleanId($"ticket-{args[0]}-{resource}{(role is null ? "" : "-" + role)}"))),
            new XAttribute("ticket", args[0]),
            new XAttribute("rsc", resource));
        element.SetAttributeValue("rsc-role", role);
        element.Add(options.Select(o => new XAttribute(o.Key, o.Value)));
        return ConstraintParts.Add(session, element, "ticket", "rsc", "rsc-role");
    }

    /// <summary><c>constraint ticket set</c>.</summary>
    public static int Set(PcsSession session, IReadOnlyList<string> args) => ConstraintSets.Add(
        session,
        args,
        "ticket",
        ["role", "sequential", "action", "require-all"],
        options =>
        {
            PcsArguments.CheckNames(options.Keys, ["id", "loss-policy", "ticket"], "");
            if (!options.ContainsKey("ticket"))
            {
                throw new CommandFailure("required option 'ticket' is missing: write 'setoptions ticket=NAME'");
            }

            CheckPolicy(options);
        });

    /// <summary><c>constraint ticket delete TICKET RESOURCE</c>.</summary>
    public static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is not [var ticket, var resource])
        {
            throw new UsageFailure();
        }

        var tickets = ConstraintParts.Section(session).Elements("rsc_ticket").Where(e => e.Text("ticket") == ticket).ToList();
        var simple = tickets.Where(e => e.Text("rsc") == resource).ToList();
        var references = tickets.Descendants("resource_ref").Where(r => r.Id() == resource).ToList();
        if (simple.Count + references.Count == 0)
        {
            throw new CommandFailure($"no constraint of ticket '{ticket}' with resource '{resource}' was found");
        }

        simple.ForEach(e => e.Remove());
        references.ForEach(ConstraintRemoval.RemoveReference);
        session.Push();
        return 0;
    }

    private static void CheckPolicy(Dictionary<string, string> options)
    {
        if (options.TryGetValue("loss-policy", out var policy))
        {
            ConstraintParts.OneOf("loss-policy", policy, s_policies);
        }
    }
}
