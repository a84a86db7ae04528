namespace Mainstay.Cli.Pcs;

/// <summary>What <c>--version --full</c> lists; automation branches on these words (spec/cli-pcs.md section 2).</summary>
internal static class PcsCapabilities
{
    /// <summary>The codes, separated by blanks, sorted.</summary>
    public static string Text => string.Join(' ', s_codes);

    private static readonly string[] s_codes =
    [
        "cluster.create", "cluster.create.local", "cluster.create.transport.udp-udpu", "cluster.destroy",
            "cluster.start-stop-enable-disable",
        "cluster.verify", "node.attributes", "node.maintenance", "node.standby", "pcmk.acl.role", "pcmk.alert", "pcmk.cib.get",
            "pcmk.cib.edit",
        "pcmk.constraint.colocation.set", "pcmk.constraint.colocation.simple", "pcmk.constraint.location.simple",
        "pcmk.constraint.location.simple.rule", "pcmk.constraint.order.set", "pcmk.constraint.order.simple", "pcmk.constraint.ticket.set",
        "pcmk.constraint.ticket.simple", "pcmk.properties.cluster", "pcmk.properties.operation-defaults",
            "pcmk.properties.resource-defaults",
        "pcmk.resource.bundle", "pcmk.resource.clone", "pcmk.resource.create", "pcmk.resource.delete", "pcmk.resource.enable-disable",
        "pcmk.resource.group", "pcmk.resource.manage-unmanage", "pcmk.resource.update", "pcmk.stonith.create", "pcmk.stonith.delete",
        "pcmk.stonith.levels", "pcmk.tag", "status.pcmk.resources",
    ];
}
