using System.Text.Json.Nodes;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Resources;

namespace Mainstay.Cli.Pcs.Alerts;

/// <summary><c>alert ...</c> (spec/cli-pcs.md section 10).</summary>
internal static class AlertCommands
{
    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("alert", "[config]", "output-format", Config, IsGroup: true),
        new("alert config", "[--output-format text|json]", "output-format", Config),
        new("alert create", "path=PATH [id=ID] [description=TEXT] [options NAME=VALUE...] [meta NAME=VALUE...]", "dry-run", Create),
        new("alert update", "ID [path=PATH] [description=TEXT] [options NAME=VALUE...] [meta NAME=VALUE...]", "dry-run", Update),
        new("alert delete|remove", "ID...", "dry-run", Delete),
        new("alert recipient add", "ALERT value=VALUE [id=ID] [description=TEXT] [options NAME=VALUE...] [meta NAME=VALUE...]", "dry-run",
            AddRecipient),
        new("alert recipient update", "ID [value=VALUE] [description=TEXT] [options NAME=VALUE...] [meta NAME=VALUE...]", "dry-run",
            UpdateRecipient),
        new("alert recipient delete|remove", "ID...", "dry-run", DeleteRecipients),
    ];

    /// <summary>Alerts as text.</summary>
    public static IEnumerable<string> Lines(XDocument cib)
    {
        foreach (var alert in CibTree.FindSection(cib, "alerts")?.Elements("alert") ?? [])
        {
            yield return $"Alert: {alert.Id()}";
            foreach (var line in Description(alert).Append($"Path: {alert.Text("path")}"))
            {
                yield return "  " + line;
            }

            var recipients = alert.Elements("recipient").ToList();
            if (recipients.Count > 0)
            {
                yield return "  Recipients:";
            }

            foreach (var recipient in recipients)
            {
                yield return $"    Recipient: {recipient.Id()}";
                foreach (var line in Description(recipient).Append($"Value: {recipient.Text("value")}").Concat(Blocks(recipient)))
                {
                    yield return "      " + line;
                }
            }

            foreach (var line in Blocks(alert))
            {
                yield return "  " + line;
            }
        }
    }

    private static int Config(PcsSession session, IReadOnlyList<string> args)
    {
        if (session.OutputFormat == "json")
        {
            var alerts = CibTree.FindSection(session.Cib, "alerts")?.Elements("alert") ?? [];
            session.Out.WriteLine(Json.Print(Json.Object(("alerts", Json.Array(alerts.Select(Entry))))));
            return 0;
        }

        session.Out.Write(string.Concat(Lines(session.Cib).Select(l => l + "\n")));
        return 0;
    }

    private static int Create(PcsSession session, IReadOnlyList<string> args)
    {
        var (main, options, meta) = Words(args, "description", "id", "path");
        if (!main.TryGetValue("path", out var path) || path.Length == 0)
        {
            throw new CommandFailure("required option 'path' is missing");
        }

        var id = main.TryGetValue("id", out var named) ? session.Ids.TakeNamed(named, "alert-id") : session.Ids.Take("alert");
        var alert = new XElement("alert", new XAttribute("id", id), new XAttribute("path", path));
        Apply(session, alert, main, options, meta, "path");
        CibTree.Section(session.Cib, "alerts").Add(alert);
        session.Push();
        return 0;
    }

    private static int Update(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var (main, options, meta) = Words(args.Skip(1), "description", "path");
        Apply(session, Find(session, args[0]), main, options, meta, "path");
        session.Push();
        return 0;
    }

    private static int Delete(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var id in args)
        {
            Find(session, id).Remove();
        }

        session.Push();
        return 0;
    }

    private static int AddRecipient(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var alert = Find(session, args[0]);
        var (main, options, meta) = Words(args.Skip(1), "description", "id", "value");
        if (!main.TryGetValue("value", out var value) || value.Length == 0)
        {
            throw new CommandFailure("required option 'value' is missing");
        }

        if (alert.Elements("recipient").Any(r => r.Text("value") == value))
        {
            session.Overridable($"Recipient '{value}' in alert '{alert.Id()}' already exists");
        }

        var id = main.TryGetValue("id", out var named) ? session.Ids.TakeNamed(named, "recipient-id")
            : session.Ids.Take($"{alert.Id()}-recipient");
        var recipient = new XElement("recipient", new XAttribute("id", id), new XAttribute("value", value));
        Apply(session, recipient, main, options, meta, "value");
        alert.Add(recipient);
        session.Push();
        return 0;
    }

    private static int UpdateRecipient(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var (main, options, meta) = Words(args.Skip(1), "description", "value");
        Apply(session, FindRecipient(session, args[0]), main, options, meta, "value");
        session.Push();
        return 0;
    }

    private static int DeleteRecipients(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        foreach (var id in args)
        {
            FindRecipient(session, id).Remove();
        }

        session.Push();
        return 0;
    }

    private static (Dictionary<string, string> Main, Dictionary<string, string> Options, Dictionary<string, string> Meta) Words(
        IEnumerable<string> args,
        params string[] allowed)
    {
        var groups = PcsArguments.Groups(args, "options", "meta");
        var main = PcsArguments.Pairs(groups[0].Words);
        PcsArguments.CheckNames(main.Keys, allowed, "");
        return (main, PcsArguments.Pairs(PcsArguments.Single(groups, "options") ?? []),
            PcsArguments.Pairs(PcsArguments.Single(groups, "meta") ?? []));
    }

    private static void Apply(
        PcsSession session,
        XElement element,
        Dictionary<string, string> main,
        Dictionary<string, string> options,
        Dictionary<string, string> meta,
        string required)
    {
        if (main.TryGetValue(required, out var value))
        {
            element.SetAttributeValue(required, value.Length > 0 ? value : throw new CommandFailure($"'{required}' cannot be empty"));
        }

        if (main.TryGetValue("description", out var description))
        {
            element.SetAttributeValue("description", description.Length > 0 ? description : null);
        }

        NvSetEditor.Set(element, "instance_attributes", options, session.Ids);
        NvSetEditor.Set(element, "meta_attributes", meta, session.Ids);
    }

    private static IEnumerable<string> Description(XElement element) =>
        element.Text("description") is { } text ? [$"Description: {text}"] : [];

    private static IEnumerable<string> Blocks(XElement element) =>
        element.Elements("instance_attributes").Where(b => b.HasElements).SelectMany(b => ResourceConfigText.NvSet("Attributes", b))
            .Concat(element.Elements("meta_attributes").Where(b => b.HasElements)
                .SelectMany(b => ResourceConfigText.NvSet("Meta Attributes", b)));

    private static JsonObject Entry(XElement e) => Json.Object(
        ("id", e.Id()),
        ("path", e.Text("path")),
        ("description", e.Text("description")),
        ("recipients", Json.Array(e.Elements("recipient").Select(r => Json.Object(
            ("id", r.Id()), ("value", r.Text("value")), ("description", r.Text("description")),
            ("meta_attributes", ResourceConfigJson.NvSets(r, "meta_attributes")),
                ("instance_attributes", ResourceConfigJson.NvSets(r, "instance_attributes")))))),
        ("meta_attributes", ResourceConfigJson.NvSets(e, "meta_attributes")),
        ("instance_attributes", ResourceConfigJson.NvSets(e, "instance_attributes")));

    private static XElement Find(PcsSession session, string id)
    {
        var alerts = CibTree.FindSection(session.Cib, "alerts")?.Elements("alert").ToList() ?? [];
        return alerts.FirstOrDefault(a => a.Id() == id)
            ?? throw new CommandFailure($"alert '{id}' does not exist{Suggestion.For(id, alerts.Select(a => a.Id()))}");
    }

    private static XElement FindRecipient(PcsSession session, string id)
    {
        var recipients = CibTree.FindSection(session.Cib, "alerts")?.Descendants("recipient").ToList() ?? [];
        return recipients.FirstOrDefault(r => r.Id() == id)
            ?? throw new CommandFailure($"recipient '{id}' does not exist{Suggestion.For(id, recipients.Select(r => r.Id()))}");
    }
}
