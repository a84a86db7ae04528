using System.Text;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>cleanup</c>, <c>refresh</c>, <c>failcount</c>, <c>restart</c>.</summary>
internal static class ResourceUpkeep
{
    /// <summary><c>resource cleanup [ID] [node=N] [operation=O [interval=I]]</c>.</summary>
    public static int Cleanup(PcsSession session, IReadOnlyList<string> args) => Forget(session, args, refresh: false);

    /// <summary><c>resource refresh [ID] [node=N]</c>.</summary>
    public static int Refresh(PcsSession session, IReadOnlyList<string> args) => Forget(session, args, refresh: true);

    /// <summary><c>resource failcount [show [ID] [node=N] [operation=O [interval=I]]] [--full]</c>.</summary>
    public static int FailCount(PcsSession session, IReadOnlyList<string> args)
    {
        var words = args is ["show", ..] ? args.Skip(1).ToList() : [.. args];
        var (resource, options) = Parse(words);
        var counts = FailCounts.Read(session.Cib)
            .Where(c => resource is null || c.Resource == resource)
            .Where(c => !options.TryGetValue("node", out var n) || c.Node == n)
            .Where(c => !options.TryGetValue("operation", out var o) || c.Operation == o)
            .ToList();
        if (counts.Count == 0)
        {
            session.Out.WriteLine("No failcounts" + (resource is null ? "" : $" for resource '{resource}'"));
            return 0;
        }

        var text = new StringBuilder();
        foreach (var perResource in counts.GroupBy(c => c.Resource, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append($"Failcounts for resource '{perResource.Key}'\n");
            foreach (var perNode in perResource.GroupBy(c => c.Node, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                if (session.Options.Has("full"))
                {
                    text.Append($"  {perNode.Key}:\n");
                    foreach (var count in perNode)
                    {
                        text.Append($"    {count.Operation} {count.IntervalMs}ms: {count.Value}\n");
                    }
                }
                else
                {
                    var isInfinite = perNode.Any(c => c.Value == "INFINITY");
                    text.Append($"  {perNode.Key}: "
                        + $"{(isInfinite ? "INFINITY" : perNode.Sum(c => long.TryParse(c.Value, out var v) ? v : 0).ToString())}\n");
                }
            }
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    /// <summary><c>resource restart ID [NODE]</c>: stops and starts by target-role, as an administrator would.</summary>
    public static int Restart(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        if (args is not [var id])
        {
            throw new UsageFailure(args.Count > 1 ? "restart on one node only is not available yet" : null);
        }

        var resource = session.Resource(id);
        if (ResourceLocations.ActiveNodes(session.Cib, resource).Count == 0)
        {
            throw new CommandFailure($"'{id}' is not running: nothing to restart; 'resource enable {id}' starts a disabled resource");
        }

        var before = NvSetEditor.Value(resource, "meta_attributes", "target-role") ?? "";
        NvSetEditor.Set(resource, "meta_attributes", [new("target-role", "Stopped")], session.Ids);
        session.Push();
        ClusterWait.UntilIdle(session, session.Options["wait"]);
        NvSetEditor.Set(session.Resource(id), "meta_attributes", [new("target-role", before)], session.Ids);
        session.Push();
        ClusterWait.UntilIdle(session, session.Options["wait"]);
        session.Info($"{id} successfully restarted");
        return 0;
    }

    private static int Forget(PcsSession session, IReadOnlyList<string> args, bool refresh)
    {
        session.RequireLive();
        var (resource, options) = Parse(args);
        PcsArguments.CheckNames(options.Keys, refresh ? ["node"] : ["node", "operation", "interval"], "");
        if (resource is not null)
        {
            session.Resource(resource);
        }

        var request = new CleanupRequest
        {
            Resource = resource,
            Node = options.GetValueOrDefault("node"),
            Operation = options.GetValueOrDefault("operation"),
            IntervalMs = options.TryGetValue("interval", out var interval) ? PcsTime.Milliseconds(interval) : null,
            Client = session.Context.InvokedName,
        };
        var result = Manager.Ask(
            session.Context,
            (client, token) => refresh ? client.RefreshAsync(request, token) : client.CleanupAsync(request, token));
        foreach (var item in result.Items)
        {
            session.Info($"Cleaned up {item.Resource} on {item.Node}");
        }

        if (result.Items.Count == 0)
        {
            session.Info(resource is null ? "Cleaned up all resources on all nodes" : $"There was nothing to clean up for {resource}");
        }

        if (session.Options.Has("wait"))
        {
            ClusterWait.UntilIdle(session, session.Options["wait"]);
        }

        return 0;
    }

    private static (string? Resource, Dictionary<string, string> Options) Parse(IReadOnlyList<string> args)
    {
        var hasResource = args.Count > 0 && !args[0].Contains('=', StringComparison.Ordinal);
        return (hasResource ? args[0] : null, PcsArguments.Pairs(args.Skip(hasResource ? 1 : 0)));
    }
}
