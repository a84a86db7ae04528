namespace Mainstay.Cli;

/// <summary>The name of this node.</summary>
internal static class HostName
{
    /// <summary>
    /// Name of the local node without asking the cluster: what an agent was told (<c>OCF_RESKEY_CRM_meta_on_node</c>), else the host's
    /// name.
    /// </summary>
    public static string Local(ToolContext context) =>
        context.Environment("OCF_RESKEY_CRM_meta_on_node") is { Length: > 0 } name ? name : Environment.MachineName;
}
