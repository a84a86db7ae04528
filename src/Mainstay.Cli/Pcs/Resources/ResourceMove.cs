using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource move</c>, <c>move-with-constraint</c>, <c>ban</c>, <c>clear</c>.</summary>
internal static class ResourceMove
{
    /// <summary>
    /// <c>resource move ID [NODE]</c>: makes the constraint, waits until the resource has moved, and takes the constraint away again. The
    /// resource may go back then, where nothing keeps it; that is said, not refused (spec/cli-pcs.md section 19).
    /// </summary>
    public static int Move(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        var (resource, node, _) = Parse(session, args, allowLifetime: false);
        var id = MoveConstraints.Create(session.Cib,
            new MoveRequest(resource, node, IsBan: false, IsPromoted(session), null, CurrentNode(session, resource, node)),
            session.Context.Now);
        session.Info($"Location constraint to move resource '{resource.Id()}' has been created");
        session.Push();
        session.Info($"Waiting for the cluster to apply configuration changes...");
        ClusterWait.UntilIdle(session, session.Options["wait"]);
        session.Info($"Location constraint created to move resource '{resource.Id()}' has been removed");
        foreach (var constraint in id)
        {
            CibTree.FindById(session.Cib, constraint)?.Remove();
        }

        session.Push();
        ClusterWait.UntilIdle(session, session.Options["wait"]);
        session.Info($"Resource '{resource.Id()}' has been moved");
        return 0;
    }

    /// <summary><c>resource move-with-constraint ID [NODE] [lifetime=P]</c>.</summary>
    public static int MoveWithConstraint(PcsSession session, IReadOnlyList<string> args) => Constrain(session, args, isBan: false);

    /// <summary><c>resource ban ID [NODE] [lifetime=P]</c>.</summary>
    public static int Ban(PcsSession session, IReadOnlyList<string> args) => Constrain(session, args, isBan: true);

    /// <summary><c>resource clear ID [NODE] [--expired]</c>.</summary>
    public static int Clear(PcsSession session, IReadOnlyList<string> args)
    {
        var (resource, node, _) = Parse(session, args, allowLifetime: false);
        var expiredOnly = session.Options.Has("expired");
        foreach (var id in MoveConstraints.Clear(session.Cib, resource.Id(), node, expiredOnly, session.Context.Now))
        {
            session.Info($"Removing constraint: {id}");
        }

        session.Push();
        return 0;
    }

    private static int Constrain(PcsSession session, IReadOnlyList<string> args, bool isBan)
    {
        var (resource, node, lifetime) = Parse(session, args, allowLifetime: true);
        var current = CurrentNode(session, resource, node);
        if (node is null && current is null)
        {
            throw new CommandFailure(isBan
                ? "You must specify a node when banning a resource that is not running anywhere, or with -f"
                : "You must specify a node when moving resources with -f, or that are not running");
        }

        var made = MoveConstraints.Create(
            session.Cib,
            new MoveRequest(resource, node, isBan, IsPromoted(session), lifetime, current),
            session.Context.Now);
        foreach (var id in made.Where(i => i.StartsWith("cli-ban", StringComparison.Ordinal)))
        {
            var banned = CibTree.FindById(session.Cib, id)!.Text("node");
            session.Warn($"Creating location constraint '{id}' with a score of -INFINITY for resource {resource.Id()} on {banned}.");
            session.Info($"\tThis will prevent {resource.Id()} from running on {banned} until the constraint is removed");
            session.Info("\tThis will be the case even if it is the last node in the cluster");
        }

        session.Push();
        return 0;
    }

    private static bool IsPromoted(PcsSession session) => session.Options.Has("promoted") || session.Options.Has("master");

    private static (XElement Resource, string? Node, string? Lifetime) Parse(PcsSession session, IReadOnlyList<string> args,
        bool allowLifetime)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure("must specify a resource");
        }

        var resource = session.Resource(args[0]);
        if (CibTree.Parent(resource) is { } parent && (CibTree.IsClone(parent) || parent.Name == "bundle"))
        {
            throw new CommandFailure($"'{args[0]}' is inside '{parent.Id()}': use that id");
        }

        string? node = null;
        string? lifetime = null;
        foreach (var word in args.Skip(1))
        {
            if (word.StartsWith("lifetime=", StringComparison.Ordinal) && allowLifetime)
            {
                lifetime = word["lifetime=".Length..];
            }
            else if (node is null && !word.Contains('=', StringComparison.Ordinal))
            {
                node = session.Node(word).Text("uname");
            }
            else
            {
                throw new UsageFailure($"unexpected '{word}'");
            }
        }

        return (resource, node, lifetime);
    }

    private static string? CurrentNode(PcsSession session, XElement resource, string? node) =>
        node is null ? ResourceLocations.ActiveNodes(session.Cib, resource) is [var only] ? only : null : null;
}
