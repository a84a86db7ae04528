using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary>The fencing history as <c>stonith_admin</c> prints it (spec/cli-crm.md sections 4.1 and 10).</summary>
internal static class FencingHistoryText
{
    /// <summary><c>--history NODE</c>.</summary>
    public static int Print(ToolContext context, NativeOptions options, NativeOutput output, string node)
    {
        if (options.Has("cleanup"))
        {
            return output.Fail(
                NativeExit.Unimplemented, "stonith_admin: the fencing history cannot be cleaned up: the cluster limits its length itself");
        }

        var events = Events(context).Where(entry => IsOf(entry, node)).ToList();
        if (options.Has("quiet"))
        {
            if (events.Find(entry => entry.State == "success") is { } newest)
            {
                output.Line(newest.Completed.ToString(CultureInfo.InvariantCulture));
            }

            return output.Finish(NativeExit.Ok);
        }

        // Without --verbose people see what is going on and the last success; programs (XML) always get everything.
        if (!options.Has("verbose") && !output.IsXml)
        {
            var successes = events.Where(entry => entry.State == "success").DistinctBy(entry => entry.Target, StringComparer.Ordinal);
            events = [.. events.Where(entry => entry.State == "pending"), .. successes];
        }

        foreach (var entry in events)
        {
            output.Line(FencingText.Line(entry));
        }

        output.Line($"{events.Count} event{(events.Count == 1 ? "" : "s")} found");
        output.Element(new XElement(
            "list", new XAttribute("name", "events"), events.Select(Element), new XAttribute("count", events.Count)));
        return output.Finish(NativeExit.Ok);
    }

    /// <summary><c>--last NODE</c>.</summary>
    public static int PrintLast(ToolContext context, NativeOutput output, string node)
    {
        if (Events(context).FirstOrDefault(entry => IsOf(entry, node) && entry.State == "success") is not { } newest)
        {
            output.Line($"Node {node} has never been fenced");
            return output.Finish(NativeExit.Ok);
        }

        var when = DateTimeOffset.FromUnixTimeSeconds(newest.Completed).ToLocalTime()
            .ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture);
        output.Line($"Node {node} last fenced at: {when}");
        output.Element(new XElement("last-fenced", new XAttribute("target", node), new XAttribute("when", when)));
        return output.Finish(NativeExit.Ok);
    }

    private static IReadOnlyList<FencingEvent> Events(ToolContext context) =>
        Manager.Ask(context, static (client, token) => client.GetFencingHistoryAsync(token));

    private static bool IsOf(FencingEvent entry, string node) =>
        node is "*" or "" || entry.Target.Equals(node, StringComparison.OrdinalIgnoreCase);

    private static XElement Element(FencingEvent entry)
    {
        var element = new XElement("fence_event", new XAttribute("status", entry.State));
        if (entry.State == "pending")
        {
            element.SetAttributeValue("extended-status", "pending");
        }

        element.SetAttributeValue("exit-reason", entry.ExitReason);
        element.SetAttributeValue("delegate", entry.Delegate);
        element.Add(
            new XAttribute("action", entry.Action),
            new XAttribute("target", entry.Target),
            new XAttribute("client", entry.Client),
            new XAttribute("origin", entry.Origin));
        element.SetAttributeValue("completed", entry.State == "pending" ? null : FencingText.Time(entry.Completed));
        return element;
    }
}
