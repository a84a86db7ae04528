using Mainstay.Cli.Pcs.Status;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>cluster ...</c> (spec/cli-pcs.md section 11).</summary>
internal static class ClusterCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new(
            "cluster setup",
            "NAME (NODE [addr=ADDRESS]...)... [transport knet|udpu|udp [OPTION=VALUE...]] [link OPTION=VALUE...]... "
                + "[compression OPTION=VALUE...] [crypto OPTION=VALUE...] [totem OPTION=VALUE...] [quorum OPTION=VALUE...] "
            + "[--no-cluster-uuid] [--enable] [--start [--wait[=N]]] | ... --corosync_conf FILE [--overwrite]",
            "name enable start wait no-cluster-uuid no-keys-sync overwrite dry-run",
            ClusterSetup.Run),
        new("cluster start", "[--all | NODE...] [--wait[=N]]", "all wait", ClusterServices.Start),
        new("cluster stop", "[--all | NODE...]", "all", ClusterServices.Stop),
        new("cluster kill", "", "", ClusterServices.Kill),
        new("cluster enable", "[--all | NODE...]", "all", ClusterServices.Enable),
        new("cluster disable", "[--all | NODE...]", "all", ClusterServices.Disable),
        new("cluster destroy", "[--all] [--yes]", "all", ClusterServices.Destroy),
        new("cluster auth", "[-u USER] [-p PASSWORD]", "u p token", HostCommands.Authenticate),
        new("cluster status", "", "", StatusCommand.Cluster),
        new("cluster config", "[show] [--output-format text|json]", "output-format", ClusterConfig.Show, IsGroup: true),
        new("cluster config show", "[--output-format text|json]", "output-format", ClusterConfig.Show),
        new("cluster corosync", "", "", ClusterConfig.Raw),
        new("cluster cib", "[FILE] [scope=SCOPE | --config]", "config", ClusterCib.Get),
        new("cluster cib-push", "FILE [--wait[=N]] [diff-against=FILE | scope=SCOPE | --config]", "config wait", ClusterCib.Put),
        new("cluster verify", "[--full] [-f FILE]", "", ClusterVerify.Run),
    ];
}
