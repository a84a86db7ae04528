namespace Mainstay.Cli.Pcs.Constraints;

/// <summary><c>constraint ...</c> (spec/cli-pcs.md section 8).</summary>
internal static class ConstraintCommands
{
    private const string ListOptions = "all output-format";

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("constraint", "[config] [--full] [--output-format F]", ListOptions, ConstraintListing.ConfigAll, IsGroup: true),
        new("constraint config", "[--full] [--output-format F]", ListOptions, ConstraintListing.ConfigAll),
        new("constraint location", "RESOURCE prefers|avoids NODE[=SCORE]... | RESOURCE rule [OPTIONS] EXPRESSION", ListOptions
            + " wait", Location.Run),
        new(
            "constraint location config",
            "[resources [RESOURCE...] | nodes [NODE...]] [--full]",
            ListOptions,
            ConstraintListing.ConfigLocation),
        new("constraint location add", "ID RESOURCE NODE [score=SCORE] [resource-discovery=always|never|exclusive]", "wait", Location.Add),
        new("constraint location delete|remove", "ID...", "wait", ConstraintRemoval.Delete),
        new(
            "constraint order",
            "[ACTION] RESOURCE then [ACTION] RESOURCE [kind=Optional|Mandatory|Serialize] [symmetrical=BOOL] [require-all=BOOL] [id=ID]",
            ListOptions + " wait",
            Order.Run),
        new("constraint order config", "[--full]", ListOptions, (s, a) => ConstraintListing.ConfigKind(s, a, "rsc_order")),
        new("constraint order set", ConstraintSets.Usage, "wait", Order.Set),
        new("constraint order delete|remove", "RESOURCE...", "wait", Order.Delete),
        new("constraint colocation", "[config] [--full]", ListOptions, (s, a) =>
            ConstraintListing.ConfigKind(s, a, "rsc_colocation"), IsGroup: true),
        new("constraint colocation config", "[--full]", ListOptions, (s, a) => ConstraintListing.ConfigKind(s, a, "rsc_colocation")),
        new(
            "constraint colocation add",
            "[ROLE] RESOURCE with [ROLE] RESOURCE [score=SCORE] [influence=BOOL] [node-attribute=NAME] [id=ID]",
            "wait",
            Colocation.Add),
        new("constraint colocation set", ConstraintSets.Usage, "wait", Colocation.Set),
        new("constraint colocation delete|remove", "RESOURCE RESOURCE", "wait", Colocation.Delete),
        new("constraint ticket", "[config] [--full]", ListOptions, (s, a) =>
            ConstraintListing.ConfigKind(s, a, "rsc_ticket"), IsGroup: true),
        new("constraint ticket config", "[--full]", ListOptions, (s, a) => ConstraintListing.ConfigKind(s, a, "rsc_ticket")),
        new("constraint ticket add", "TICKET [ROLE] RESOURCE [loss-policy=fence|stop|freeze|demote] [id=ID]", "wait", Ticket.Add),
        new("constraint ticket set", ConstraintSets.Usage, "wait", Ticket.Set),
        new("constraint ticket delete|remove", "TICKET RESOURCE", "wait", Ticket.Delete),
        new("constraint delete|remove", "ID...", "wait", ConstraintRemoval.Delete),
        new("constraint ref", "RESOURCE...", "", ConstraintRemoval.References),
    ];
}
