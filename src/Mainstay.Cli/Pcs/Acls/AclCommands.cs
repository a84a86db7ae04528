using System.Text;
using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Pcs.Properties;

namespace Mainstay.Cli.Pcs.Acls;

/// <summary><c>acl ...</c> (spec/cli-pcs.md section 10).</summary>
internal static class AclCommands
{
    private const string Permissions = "((read | write | deny) (xpath QUERY | id ID))...";

    /// <summary>The commands of the group.</summary>
    public static PcsCommand[] All() =>
    [
        new("acl", "[config]", "", Config, IsGroup: true),
        new("acl config", "", "", Config),
        new("acl enable", "", "", (s, a) => Switch(s, "true")),
        new("acl disable", "", "", (s, a) => Switch(s, "false")),
        new("acl role create", $"ROLE [description=TEXT] [{Permissions}]", "dry-run", CreateRole),
        new("acl role delete|remove", "ROLE [--autodelete]", "autodelete dry-run", DeleteRole),
        new("acl role assign", "ROLE [to] user|group NAME", "dry-run", Assign),
        new("acl role unassign", "ROLE [from] user|group NAME [--autodelete]", "autodelete dry-run", Unassign),
        new("acl user create", "NAME [ROLE...]", "dry-run", (s, a) => CreateTarget(s, a, "acl_target")),
        new("acl user delete|remove", "NAME", "dry-run", (s, a) => DeleteTarget(s, a, "acl_target")),
        new("acl group create", "NAME [ROLE...]", "dry-run", (s, a) => CreateTarget(s, a, "acl_group")),
        new("acl group delete|remove", "NAME", "dry-run", (s, a) => DeleteTarget(s, a, "acl_group")),
        new("acl permission add", $"ROLE {Permissions}", "dry-run", AddPermissions),
        new("acl permission delete|remove", "PERMISSION", "dry-run", DeletePermission),
    ];

    private static int Config(PcsSession session, IReadOnlyList<string> args)
    {
        var enabled = ClusterProperties.Value(session.Cib, "enable-acl") is "true" or "1" or "yes" or "on";
        var text = new StringBuilder($"ACLs are {(enabled ? "enabled" : "disabled, run 'pcs acl enable' to enable")}\n\n");
        foreach (var (kind, heading) in new[] { ("acl_target", "User"), ("acl_group", "Group") })
        {
            foreach (var target in Elements(session, kind))
            {
                text.Append($"{heading}: {target.Id()}\n  Roles: {string.Join(' ', target.Elements("role").Select(r => r.Id()))}\n");
            }
        }

        foreach (var role in Elements(session, "acl_role"))
        {
            text.Append($"Role: {role.Id()}\n");
            text.Append(role.Text("description") is { } description ? $"  Description: {description}\n" : "");
            foreach (var p in role.Elements("acl_permission"))
            {
                var what = p.Text("xpath") is { } xpath ? $"xpath {xpath}" : p.Text("reference") is { } id ? $"id {id}"
                    : $"object-type {p.Text("object-type")}";
                text.Append($"  Permission: {p.Text("kind")} {what} ({p.Id()})\n");
            }
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    private static int Switch(PcsSession session, string value)
    {
        var set = ClusterProperties.Set(session);
        var pair = set.Elements("nvpair").FirstOrDefault(p => p.Text("name") == "enable-acl");
        if (pair is null)
        {
            set.Add(ClusterProperties.Pair(session, set, "enable-acl", value));
        }
        else
        {
            pair.SetAttributeValue("value", value);
        }

        session.Push();
        return 0;
    }

    private static int CreateRole(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        var words = args.Skip(1).ToList();
        string? description = null;
        if (words.Count > 0 && words[0].StartsWith("description=", StringComparison.Ordinal))
        {
            description = words[0]["description=".Length..];
            words.RemoveAt(0);
        }

        session.Ids.TakeNamed(args[0], "ACL role");
        var role = new XElement("acl_role", new XAttribute("id", args[0]));
        role.SetAttributeValue("description", string.IsNullOrEmpty(description) ? null : description);
        role.Add(ParsePermissions(session, args[0], words));
        CibTree.Section(session.Cib, "acls").Add(role);
        session.Push();
        return 0;
    }

    private static int DeleteRole(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is not [var id])
        {
            throw new UsageFailure();
        }

        Find(session, "acl_role", id).Remove();
        foreach (var reference in Elements(session, "acl_target").Concat(Elements(session, "acl_group")).Elements("role")
            .Where(r => r.Id() == id).ToList())
        {
            RemoveRole(session, reference);
        }

        session.Push();
        return 0;
    }

    private static int Assign(PcsSession session, IReadOnlyList<string> args)
    {
        var (role, target) = RoleAndTarget(session, args, "to");
        Find(session, "acl_role", role);
        if (target.Elements("role").Any(r => r.Id() == role))
        {
            throw new CommandFailure($"Role '{role}' is already assigned to '{target.Id()}'");
        }

        target.Add(new XElement("role", new XAttribute("id", role)));
        session.Push();
        return 0;
    }

    private static int Unassign(PcsSession session, IReadOnlyList<string> args)
    {
        var (role, target) = RoleAndTarget(session, args, "from");
        var reference = target.Elements("role").FirstOrDefault(r => r.Id() == role)
            ?? throw new CommandFailure($"Role '{role}' is not assigned to '{target.Id()}'");
        RemoveRole(session, reference);
        session.Push();
        return 0;
    }

    // A user without roles has no rights; with --autodelete it goes too.
    private static void RemoveRole(PcsSession session, XElement reference)
    {
        var target = reference.Parent!;
        reference.Remove();
        if (session.Options.Has("autodelete") && !target.Elements("role").Any())
        {
            target.Remove();
        }
    }

    private static int CreateTarget(PcsSession session, IReadOnlyList<string> args, string kind)
    {
        if (args.Count == 0)
        {
            throw new UsageFailure();
        }

        if (Elements(session, kind).Any(t => t.Id() == args[0]))
        {
            throw new CommandFailure($"'{args[0]}' already exists");
        }

        foreach (var role in args.Skip(1))
        {
            Find(session, "acl_role", role);
        }

        CibTree.Section(session.Cib, "acls").Add(
            new XElement(kind, new XAttribute("id", args[0]), args.Skip(1).Select(r => new XElement("role", new XAttribute("id", r)))));
        session.Push();
        return 0;
    }

    private static int DeleteTarget(PcsSession session, IReadOnlyList<string> args, string kind)
    {
        if (args is not [var id])
        {
            throw new UsageFailure();
        }

        Find(session, kind, id).Remove();
        session.Push();
        return 0;
    }

    private static int AddPermissions(PcsSession session, IReadOnlyList<string> args)
    {
        if (args.Count < 4)
        {
            throw new UsageFailure();
        }

        var role = Elements(session, "acl_role").FirstOrDefault(r => r.Id() == args[0]);
        if (role is null)
        {
            session.Ids.TakeNamed(args[0], "ACL role");
            role = new XElement("acl_role", new XAttribute("id", args[0]));
            CibTree.Section(session.Cib, "acls").Add(role);
        }

        role.Add(ParsePermissions(session, args[0], [.. args.Skip(1)]));
        session.Push();
        return 0;
    }

    private static int DeletePermission(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is not [var id])
        {
            throw new UsageFailure();
        }

        var all = Elements(session, "acl_role").Elements("acl_permission").ToList();
        (all.FirstOrDefault(p => p.Id() == id)
            ?? throw new CommandFailure($"ACL permission '{id}' does not exist{Suggestion.For(id, all.Select(p => p.Id()))}")).Remove();
        session.Push();
        return 0;
    }

    private static List<XElement> ParsePermissions(PcsSession session, string role, List<string> words)
    {
        var result = new List<XElement>();
        for (var index = 0; index < words.Count; index += 3)
        {
            if (index + 3 > words.Count || words[index] is not ("read" or "write" or "deny") || words[index + 1] is not ("xpath" or "id"))
            {
                throw new UsageFailure(
                    $"a permission is written 'read|write|deny xpath QUERY' or 'read|write|deny id ID', at '{words[index]}'");
            }

            var isXPath = words[index + 1] == "xpath";
            if (!isXPath && CibTree.FindById(session.Cib, words[index + 2]) is null)
            {
                throw new CommandFailure($"id '{words[index + 2]}' does not exist");
            }

            result.Add(new XElement(
                "acl_permission",
                new XAttribute("id", session.Ids.Take($"{role}-{words[index]}")),
                new XAttribute("kind", words[index]),
                new XAttribute(isXPath ? "xpath" : "reference", words[index + 2])));
        }

        return result;
    }

    private static (string Role, XElement Target) RoleAndTarget(PcsSession session, IReadOnlyList<string> args, string filler)
    {
        var words = args.Where((word, index) => !(index == 1 && word == filler)).ToList();
        return words switch
        {
            [var role, "user", var name] => (role, Find(session, "acl_target", name)),
            [var role, "group", var name] => (role, Find(session, "acl_group", name)),
            [var role, var name] =>
                (role, Elements(session, "acl_target").FirstOrDefault(t => t.Id() == name) ?? Find(session, "acl_group", name)),
            _ => throw new UsageFailure(),
        };
    }

    private static IEnumerable<XElement> Elements(PcsSession session, string kind) =>
        CibTree.FindSection(session.Cib, "acls")?.Elements(kind) ?? [];

    private static XElement Find(PcsSession session, string kind, string id) => Elements(session, kind).FirstOrDefault(e => e.Id() == id)
        ?? throw new CommandFailure(
            $"{kind switch { "acl_role" => "ACL role", "acl_group" => "ACL group", _ => "ACL user" }} '{id}' does not exist"
            + Suggestion.For(id, Elements(session, kind).Select(e => e.Id())));
}
