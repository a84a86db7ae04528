using System.Text;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource config</c> and <c>stonith config</c>.</summary>
internal static class ResourceConfig
{
    /// <summary><c>resource config [ID...]</c>.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        var resources = Select(session, args, r => !CibTree.IsFenceDevice(r));
        Print(session, resources);
        return 0;
    }

    /// <summary><c>stonith config [ID...]</c>: the devices, then the fencing levels.</summary>
    public static int RunFence(PcsSession session, IReadOnlyList<string> args)
    {
        var devices = Select(session, args, CibTree.IsFenceDevice);
        Print(session, devices);
        if (args.Count == 0 && session.OutputFormat == "text")
        {
            var levels = Stonith.FencingLevels.Lines(session.Cib).ToList();
            if (levels.Count > 0)
            {
                session.Out.Write($"\nFencing Levels:\n{string.Concat(levels.Select(l => $"  {l}\n"))}");
            }
        }

        return 0;
    }

    private static List<XElement> Select(PcsSession session, IReadOnlyList<string> ids, Func<XElement, bool> belongs)
    {
        if (ids.Count == 0)
        {
            return [.. CibTree.TopResources(session.Cib).Where(belongs)];
        }

        var result = new List<XElement>();
        foreach (var id in ids)
        {
            if (CibTree.FindResource(session.Cib, id) is { } found && belongs(found))
            {
                result.Add(found);
            }
            else
            {
                session.Warn($"Unable to find resource "
                    + $"'{id}'{Suggestion.For(id, CibTree.Resources(session.Cib).Where(belongs).Select(r => r.Id()))}");
            }
        }

        return result.Count > 0 ? result : throw new CommandFailure("No resource found");
    }

    private static void Print(PcsSession session, List<XElement> resources)
    {
        switch (session.OutputFormat)
        {
            case "json":
                session.Out.WriteLine(ResourceConfigJson.Document(resources));
                break;
            case "cmd":
                session.Out.Write(ResourceScript.Commands(resources));
                break;
            default:
                var text = new StringBuilder();
                foreach (var line in resources.SelectMany(ResourceConfigText.Lines))
                {
                    text.Append(line).Append('\n');
                }

                session.Out.Write(text.ToString());
                break;
        }
    }
}
