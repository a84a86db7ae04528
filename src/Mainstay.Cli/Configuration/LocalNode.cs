namespace Mainstay.Cli.Configuration;

/// <summary>The cluster's name of this host.</summary>
internal static class LocalNode
{
    /// <summary>
    /// What the caller was told (an agent has it in its environment), else what the manager says, else the host's name where no manager
    /// runs.
    /// </summary>
    public static string Name(ToolContext context)
    {
        if (context.Environment("OCF_RESKEY_CRM_meta_on_node") is { Length: > 0 } told)
        {
            return told;
        }

        if (context.Environment("CIB_file") is { Length: > 0 } || !File.Exists(Manager.SocketPath(context)))
        {
            return HostName.Local(context);
        }

        try
        {
            return Manager.Ask(context, static (client, token) => client.GetStatusAsync(token)).Node;
        }
        catch (CommandFailure)
        {
            return HostName.Local(context);
        }
    }
}
