namespace Mainstay.Cli.Pcs.Cluster;

/// <summary>Where the daemons of this host keep their files; the environment may name other places (several nodes on one
/// machine).</summary>
/// <param name="CorosyncConf">The configuration of the ring (<c>MAINSTAY_COROSYNC_CONF</c>).</param>
/// <param name="StateDir">What survives a restart of the host (<c>MAINSTAY_STATE_DIR</c>).</param>
/// <param name="RunDir">Sockets and pid files (<c>MAINSTAY_RUN_DIR</c>).</param>
internal sealed record ClusterPaths(string CorosyncConf, string StateDir, string RunDir)
{
    /// <summary>The places of this host.</summary>
    public static ClusterPaths Of(ToolContext context)
    {
        return new ClusterPaths(
            Named("MAINSTAY_COROSYNC_CONF", "/etc/corosync/corosync.conf"),
            Named("MAINSTAY_STATE_DIR", "/var/lib/mainstay"),
            Named("MAINSTAY_RUN_DIR", "/run/mainstay"));

        string Named(string variable, string usual) => context.Environment(variable) is { Length: > 0 } path ? path : usual;
    }

    /// <summary>Whether the paths are the packaged ones, which the systemd units use.</summary>
    public bool AreUsual => this == new ClusterPaths("/etc/corosync/corosync.conf", "/var/lib/mainstay", "/run/mainstay");
}
