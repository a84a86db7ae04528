using System.Text;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Monitor;
using Mainstay.Cli.Pcs.Cluster;
using Mainstay.Cli.Pcs.Properties;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>status</c>: the whole of it, its summary, as XML, and waiting.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromSeconds(1);

    /// <summary><c>status [--full] [--hide-inactive] [--watch]</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        var options = Options(session);
        if (session.Options.Has("watch"))
        {
            return LiveView.Run(
                session.Context,
                session.Options.CibFile,
                options,
                s_watchInterval,
                session.ShowsTables ? (snapshot, now) => StatusListings.All(snapshot, options, ClusterName(session, snapshot), now) : null);
        }

        var now = session.Context.Now;
        var snapshot = SnapshotSource.Read(session.Context, session.Options.CibFile, now);
        if (session.OutputFormat == "json")
        {
            session.Out.WriteLine(StatusJson.Document(snapshot, ClusterName(session, snapshot)));
            return 0;
        }

        if (session.ShowsTables)
        {
            return Tables(session, snapshot, options, now);
        }

        var head = new StringBuilder($"Cluster name: {ClusterName(session, snapshot)}\n");
        var warnings = Warnings(snapshot).ToList();
        if (warnings.Count > 0)
        {
            head.Append("\nWARNINGS:\n");
            warnings.ForEach(w => head.Append(w).Append('\n'));
            head.Append('\n');
        }

        session.Out.Write(head.ToString());
        session.Out.Write(StatusText.Print(snapshot, options, now));
        if (snapshot.IsLive)
        {
            session.Out.Write("\nDaemon Status:\n" + string.Concat(Daemons(session).Select(d =>
                $"  {d.Name}: {(d.IsActive ? "active" : "inactive")}/{(d.IsEnabled ? "enabled" : "disabled")}\n")));
        }

        return 0;
    }

    /// <summary><c>cluster status</c>, <c>status cluster</c>: the summary and the nodes.</summary>
    public static int Cluster(PcsSession session, IReadOnlyList<string> args)
    {
        var now = session.Context.Now;
        var snapshot = SnapshotSource.Read(session.Context, session.Options.CibFile, now);
        var options = new MonitorOptions { Sections = StatusSections.Summary | StatusSections.Nodes };
        var text = StatusText.Print(snapshot, options, now);
        session.Out.Write("Cluster Status:\n" + string.Concat(text.TrimEnd('\n').Split('\n').Select(l => l.Length > 0 ? $" {l}\n" : "\n")));
        return 0;
    }

    /// <summary><c>status xml</c>: as <c>crm_mon --output-as=xml</c>.</summary>
    public static int Xml(PcsSession session, IReadOnlyList<string> args)
    {
        string[] words = session.Options.CibFile is { } file ? ["--output-as=xml", "--xml-file", file] : ["--output-as=xml"];
        return new MonitorTool().Run(session.Context, words);
    }

    /// <summary><c>status wait [SECONDS]</c>.</summary>
    public static int Wait(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        ClusterWait.UntilIdle(session, args.Count > 0 ? args[0] : null);
        return 0;
    }

    private static MonitorOptions Options(PcsSession session)
    {
        var full = session.Options.Has("full");
        return new MonitorOptions
        {
            Sections = StatusSections.Default
                | (full ? StatusSections.Attributes | StatusSections.FailCounts | StatusSections.Fencing | StatusSections.Tickets
                    : StatusSections.None),
            ShowInactive = !session.Options.Has("hide-inactive"),
            ShowDetail = full,
        };
    }

    private static string ClusterName(PcsSession session, ClusterSnapshot snapshot)
    {
        if (ClusterProperties.Value(snapshot.Cib, "cluster-name") is { } name)
        {
            return name;
        }

        var path = ClusterConfig.PathOf(session);
        return (snapshot.IsLive || session.Options["corosync_conf"] is not null) && File.Exists(path)
            ? ClusterConfig.Read(session).Require("totem")["cluster_name"] ?? ""
            : "";
    }

    private static IEnumerable<string> Warnings(ClusterSnapshot snapshot)
    {
        var resources = CibTree.Resources(snapshot.Cib).ToList();
        var fencing = ClusterProperties.Value(snapshot.Cib, "stonith-enabled") ?? ClusterProperties.Value(snapshot.Cib, "fencing-enabled");
        if (!resources.Exists(CibTree.IsFenceDevice) && fencing is null or "true" or "1" or "yes" or "on")
        {
            yield return "No stonith devices and stonith-enabled is not false: nothing starts until there is a fence device "
                + "('stonith create') or fencing is switched off ('property set stonith-enabled=false', data at risk)";
        }

        var moved = (CibTree.FindSection(snapshot.Cib, "constraints")?.Elements("rsc_location") ?? [])
            .Where(c => c.Id().StartsWith("cli-prefer-", StringComparison.Ordinal)
                || c.Id().StartsWith("cli-ban-", StringComparison.Ordinal))
            .Select(c => c.Text("rsc") ?? "").ToList();
        if (moved.Count > 0)
        {
            yield return $"Following resources have been moved and their move constraints are still in place: {PcsArguments.Quoted(moved)}";
            yield return "Run 'pcs constraint location' or 'pcs resource clear <resource id>' to view or remove the constraints, "
                + "respectively";
        }
    }

    private static int Tables(PcsSession session, ClusterSnapshot snapshot, MonitorOptions options, DateTimeOffset now)
    {
        foreach (var warning in Warnings(snapshot))
        {
            ListingWriter.WriteLine(session.Context, warning, Tone.Warning);
        }

        session.Show(StatusListings.All(snapshot, options, ClusterName(session, snapshot), now));
        var daemons = new Listing("Daemons", "Daemon", "State", "At boot");
        foreach (var (name, isActive, isEnabled) in snapshot.IsLive ? Daemons(session) : [])
        {
            daemons.Add(
                name,
                isActive ? new Cell("active", Tone.Good) : new Cell("inactive", Tone.Bad),
                isEnabled ? "enabled" : new Cell("disabled", Tone.Warning));
        }

        return session.Show([daemons]);
    }

    private static IEnumerable<(string Name, bool IsActive, bool IsEnabled)> Daemons(PcsSession session) =>
        new[]
        {
            ("mainstay-ring", Ring.RingTool.SocketPath(session.Context, null)),
            ("mainstay-manager", Manager.SocketPath(session.Context)),
        }.Select(d => (
            Name: d.Item1, IsActive: File.Exists(d.Item2),
            IsEnabled: File.Exists($"/etc/systemd/system/multi-user.target.wants/{d.Item1}.service")));
}
