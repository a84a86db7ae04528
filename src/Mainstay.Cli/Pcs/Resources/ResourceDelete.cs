using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource delete</c> and <c>stonith delete</c>.</summary>
internal static class ResourceDelete
{
    /// <summary><c>resource delete ID...</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args) => Delete(session, args, isFence: false);

    /// <summary><c>stonith delete ID...</c>.</summary>
    public static int RunFence(PcsSession session, IReadOnlyList<string> args) => Delete(session, args, isFence: true);

    private static int Delete(PcsSession session, IReadOnlyList<string> args, bool isFence)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var resources = Find(session, args);
        foreach (var resource in resources)
        {
            if (CibTree.IsFenceDevice(resource) != isFence)
            {
                throw new CommandFailure(isFence
                    ? $"'{resource.Id()}' is not a stonith resource: use 'resource delete'"
                    : $"'{resource.Id()}' is a stonith resource: use 'stonith delete'");
            }

            if (resource.Text("type") == "remote" && resource.Text("provider") == "pacemaker" && !session.Options.Force)
            {
                throw new CommandFailure(
                    $"'{resource.Id()}' is a remote node: use 'cluster node delete-remote {resource.Id()}' to stop it in order, or "
                    + $"--force");
            }
        }

        RefuseLastFenceDevice(session, resources, isFence);
        Stop(session, resources);
        ResourceRemoval.Remove(session, Find(session, args));
        session.Push();
        return 0;
    }

    private static List<XElement> Find(PcsSession session, IReadOnlyList<string> ids)
    {
        var missing = ids.Where(id => CibTree.FindResource(session.Cib, id) is null)
            .Select(id => $"Unable to find resource '{id}'{Suggestion.For(id, CibTree.Resources(session.Cib).Select(r => r.Id()))}")
            .ToList();
        return missing.Count > 0 ? throw new CommandFailure(missing) : [.. ids.Distinct(StringComparer.Ordinal).Select(session.Resource)];
    }

    private static void RefuseLastFenceDevice(PcsSession session, List<XElement> deleted, bool isFence)
    {
        if (!isFence)
        {
            return;
        }

        var left = CibTree.Resources(session.Cib).Where(r => CibTree.IsFenceDevice(r) && !deleted.Contains(r))
            .Any(r => NvSetEditor.Value(r, "meta_attributes", "target-role") != "Stopped");
        var isEnabled = Properties.ClusterProperties.Value(session.Cib, "stonith-enabled") is null or "true" or "1" or "yes" or "on";
        if (!left && isEnabled)
        {
            session.Overridable("Requested action leaves the cluster with no enabled means to fence nodes, resulting in the cluster not "
                + "being able to recover from certain failure conditions");
        }
    }

    // A running resource is stopped first: once its definition is gone, nobody would know its parameters.
    private static void Stop(PcsSession session, List<XElement> resources)
    {
        if (!session.IsLive)
        {
            session.Warn("Resources are not going to be stopped before deletion because the command does not run on a live cluster");
            return;
        }

        if (session.Options.Force || session.Options.Has("no-stop") || session.Options.Has("dry-run"))
        {
            return;
        }

        var ids = resources.Select(r => r.Id()).ToList();
        session.Info($"Stopping resource{(ids.Count > 1 ? "s" : "")} {PcsArguments.Quoted(ids)} before deleting");
        foreach (var resource in resources)
        {
            NvSetEditor.Set(resource, "meta_attributes", [new("target-role", "Stopped")], session.Ids);
        }

        session.Push();
        ClusterWait.UntilIdle(session, null);
    }
}
