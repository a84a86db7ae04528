using System.Text;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Rendering;
using Mainstay.Client;

namespace Mainstay.Cli.Pcs.Stonith;

/// <summary><c>stonith fence|confirm|history</c>.</summary>
internal static class FenceActions
{
    /// <summary><c>stonith fence NODE [--off]</c>.</summary>
    public static int Fence(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        if (args is not [var node])
        {
            throw new UsageFailure();
        }

        var request = new FenceRequest { Action = session.Options.Has("off") ? "off" : "reboot", Client = session.Context.InvokedName };
        Manager.Ask(session.Context, (client, token) => client.FenceAsync(node, request, token));
        session.Info($"Node: {node} fenced");
        return 0;
    }

    /// <summary><c>stonith confirm NODE [--yes]</c>: a person vouches that the node is down.</summary>
    public static int Confirm(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        if (args is not [var node])
        {
            throw new UsageFailure();
        }

        Confirmation.Require(
            session,
            $"If node '{node}' is not powered off or it does have access to shared resources, data corruption and/or cluster failure "
                + $"may occur");
        Manager.Ask(session.Context, (client, token) =>
            client.ConfirmFencedAsync(node, new ConfirmFencedRequest { Force = true, Client = session.Context.InvokedName }, token));
        session.Info($"Node: {node} confirmed fenced");
        return 0;
    }

    /// <summary><c>stonith history [show [NODE]]</c>.</summary>
    public static int History(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        var events = Manager.Ask(session.Context, static (client, token) => client.GetFencingHistoryAsync(token))
            .Where(e => args.Count == 0 || args[0] == e.Target)
            .ToList();
        if (session.ShowsTables)
        {
            return session.Show([FencingListing.Make(null, events)]);
        }

        if (session.OutputFormat == "json")
        {
            session.Out.WriteLine(Json.Print(Json.Object(("events", Json.Array(events.Select(e => Json.Object(
                ("target", e.Target), ("action", e.Action), ("state", e.State), ("delegate", e.Delegate), ("client", e.Client),
                    ("origin", e.Origin),
                ("device", e.Device), ("exit_reason", e.ExitReason), ("requested", e.Requested), ("completed", e.Completed))))))));
            return 0;
        }

        var text = new StringBuilder();
        foreach (var entry in events)
        {
            text.Append(FencingText.Line(entry)).Append('\n');
        }

        session.Out.Write(text.Append($"{events.Count} event{(events.Count == 1 ? "" : "s")} found\n").ToString());
        return 0;
    }
}
