namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>host auth</c> and <c>cluster auth</c>: accepted, so that published instructions run through (docs/adr, remote
/// agent).</summary>
internal static class HostCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("host auth", "(NODE [addr=ADDRESS[:PORT]])... [-u USER] [-p PASSWORD]", "u p token", Authenticate),
        new("host deauth", "[NODE...]", "", Authenticate),
    ];

    /// <summary>Says that nothing needs to be authorised yet.</summary>
    public static int Authenticate(PcsSession session, IReadOnlyList<string> args)
    {
        var hosts = args.Where(a => !a.Contains('=', StringComparison.Ordinal)).ToList();
        if (hosts.Count > 0 && args[0].Contains('=', StringComparison.Ordinal))
        {
            throw new UsageFailure($"'{args[0]}' comes before the name of a host");
        }

        session.Info("Hosts need no authorisation yet: this version of Mainstay does not control other hosts.");
        session.Info("Run 'cluster setup' on one host, copy its corosync.conf to the others, and 'cluster start' on each.");
        return 0;
    }
}
