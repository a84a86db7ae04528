using Mainstay.Cli.Configuration;
using Mainstay.Cli.Monitor;
using Mainstay.Cli.Pcs.Stonith;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs.Status;

/// <summary><c>resource status</c>, <c>stonith status</c>.</summary>
internal static class ResourceStatus
{
    /// <summary><c>resource [status] [ID | TAG] [node=N] [--hide-inactive]</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        if (!CibTree.Resources(session.Cib).Any(r => !CibTree.IsFenceDevice(r)))
        {
            session.Out.WriteLine("NO resources configured");
            return 0;
        }

        return Print(session, args, isFence: false);
    }

    /// <summary><c>stonith [status] ...</c>: the devices, then the levels.</summary>
    public static int RunFence(PcsSession session, IReadOnlyList<string> args)
    {
        if (!CibTree.Resources(session.Cib).Any(CibTree.IsFenceDevice))
        {
            session.Out.WriteLine("NO stonith devices configured");
        }
        else
        {
            Print(session, args, isFence: true);
        }

        var levels = FencingLevels.Lines(session.Cib).ToList();
        if (levels.Count > 0 && session.ShowsTables)
        {
            return session.Show([FencingLevels.Listing(session.Cib)]);
        }

        if (levels.Count > 0)
        {
            session.Out.Write($"\nFencing Levels:\n{string.Concat(levels.Select(l => $"  {l}\n"))}");
        }

        return 0;
    }

    private static int Print(PcsSession session, IReadOnlyList<string> args, bool isFence)
    {
        var snapshot = SnapshotSource.Read(session.Context, session.Options.CibFile, session.Context.Now);
        var options = new MonitorOptions
        {
            ShowInactive = !session.Options.Has("hide-inactive"),
            OnlyResource = args.FirstOrDefault(a => !a.Contains('=', StringComparison.Ordinal)),
            OnlyNode = args.FirstOrDefault(a => a.StartsWith("node=", StringComparison.Ordinal))?["node=".Length..],
        };
        if (options.OnlyResource is { } id && CibTree.FindResource(session.Cib, id) is null
            && CibTree.FindSection(session.Cib, "tags")?.Elements("tag").Any(t => t.Id() == id) != true)
        {
            throw new CommandFailure(
                $"resource or tag id '{id}' not found{Suggestion.For(id, CibTree.Resources(session.Cib).Select(r => r.Id()))}");
        }

        var filter = new StatusFilter(snapshot, options);
        if (session.ShowsTables)
        {
            var title = isFence ? "Fence devices" : null;
            return session.Show([new ResourceListing(snapshot, options, filter).Make(title, r => isFence == (r.AgentClass == "stonith"))]);
        }

        var text = new ResourceText(snapshot, options, filter);
        var lines = text.Lines(r => isFence == (r.AgentClass == "stonith")).ToList();
        if (lines.Count == 0)
        {
            session.Out.WriteLine(isFence ? "No active stonith devices" : "No active resources");
        }

        session.Out.Write(string.Concat(lines.Select(l => "  " + StatusText.Bullet(l) + "\n")));
        return 0;
    }
}
