using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Client;
using CibDocument = Mainstay.Cib.CibDocument;
using CibPatchset = Mainstay.Cib.CibPatchset;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary><c>cluster cib</c> and <c>cluster cib-push</c>.</summary>
internal static class ClusterCib
{
    private static readonly string[] s_scopes =
    [
        "acls", "alerts", "configuration", "constraints", "crm_config", "fencing-topology", "nodes", "op_defaults", "resources",
            "rsc_defaults", "tags",
    ];

    /// <summary><c>cluster cib [FILE] [scope=SCOPE | --config]</c>.</summary>
    public static int Get(PcsSession session, IReadOnlyList<string> args)
    {
        var (files, options) = Words(session, args, "scope");
        if (files.Count > 1)
        {
            throw new UsageFailure();
        }

        var scope = Scope(session, options);
        XNode node = scope is null ? session.Cib
            : scope == "configuration" ? CibTree.Configuration(session.Cib)
            : CibTree.FindSection(session.Cib, scope) ?? throw new CommandFailure($"unable to get cib, scope '{scope}' not present in cib");
        var text = CibXml.Print(node);
        if (files.Count == 0)
        {
            session.Out.Write(text);
            return 0;
        }

        try
        {
            File.WriteAllText(files[0], text);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"Unable to write to file '{files[0]}': {e.Message}");
        }
    }

    /// <summary><c>cluster cib-push FILE [diff-against=FILE | scope=SCOPE | --config]</c>.</summary>
    public static int Put(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        var (files, options) = Words(session, args, "scope", "diff-against");
        if (files is not [var file])
        {
            throw new UsageFailure();
        }

        var scope = Scope(session, options);
        if (scope is not null && options.ContainsKey("diff-against"))
        {
            throw new CommandFailure("Cannot use both scope and diff-against");
        }

        var pushed = FileCibStore.Load(file);
        var request = options.TryGetValue("diff-against", out var original)
            ? Difference(session, FileCibStore.Load(original), pushed)
            : Replacement(session, pushed, scope);
        if (request is null)
        {
            session.Info("The new CIB contains no changes: nothing to push");
            return 0;
        }

        Send(session, request);
        session.Info("CIB updated");
        if (session.Options.Has("wait"))
        {
            ClusterWait.UntilIdle(session, session.Options["wait"]);
        }

        return 0;
    }

    private static CibOperationRequest? Difference(PcsSession session, XDocument original, XDocument changed)
    {
        var patch = CibPatchset.Create(CibDocument.FromRoot(original.Root!), CibDocument.FromRoot(changed.Root!), withVersion: false);
        return patch is null
            ? null
            : new CibOperationRequest
            {
                Operation = CibOperation.Patch,
                Xml = patch.ToString(SaveOptions.DisableFormatting),
                Client = session.Context.InvokedName
            };
    }

    private static CibOperationRequest Replacement(PcsSession session, XDocument pushed, string? scope)
    {
        if (scope is null)
        {
            RefuseOlder(session, pushed);
            return new CibOperationRequest
            {
                Operation = CibOperation.Replace,
                Xml = pushed.Root!.ToString(SaveOptions.DisableFormatting),
                Client = session.Context.InvokedName
            };
        }

        var element = pushed.Root!.Name == scope ? pushed.Root
            : scope == "configuration" ? CibTree.Configuration(pushed)
            : CibTree.FindSection(pushed, scope) ?? throw new CommandFailure($"unable to push cib, scope '{scope}' not present in new cib");
        return new CibOperationRequest
        {
            Operation = CibOperation.Replace,
            Scope = scope,
            Xml = element.ToString(SaveOptions.DisableFormatting),
            Client = session.Context.InvokedName,
        };
    }

    private static void RefuseOlder(PcsSession session, XDocument pushed)
    {
        var live = CibDocument.FromRoot(new XElement(session.Cib.Root!)).Version;
        var file = CibDocument.FromRoot(new XElement(pushed.Root!)).Version;
        if (file.CompareTo(live) < 0)
        {
            throw new CommandFailure(
                $"Unable to push to the CIB because it has changed since the file was made (file {file}, cluster {live}); "
                + "use diff-against=ORIGINAL to apply your changes only, or --config to overwrite the configuration");
        }
    }

    private static void Send(PcsSession session, CibOperationRequest request)
    {
        if (session.Store is LiveCibStore)
        {
            Manager.Ask(session.Context, (client, token) => client.ApplyAsync(request, token));
            return;
        }

        throw new CommandFailure("cib-push needs the running cluster; unset CIB_file");
    }

    private static (List<string> Files, Dictionary<string, string> Options) Words(PcsSession session, IReadOnlyList<string> args,
        params string[] allowed)
    {
        var isOption = args.ToLookup(a =>
            a.StartsWith("scope=", StringComparison.Ordinal) || a.StartsWith("diff-against=", StringComparison.Ordinal));
        var options = PcsArguments.Pairs(isOption[true]);
        PcsArguments.CheckNames(options.Keys, allowed, "");
        return ([.. isOption[false]], options);
    }

    private static string? Scope(PcsSession session, Dictionary<string, string> options)
    {
        if (session.Options.Has("config"))
        {
            return options.ContainsKey("scope") ? throw new CommandFailure("Cannot use both --config and scope") : "configuration";
        }

        if (!options.TryGetValue("scope", out var scope))
        {
            return null;
        }

        return s_scopes.Contains(scope, StringComparer.Ordinal)
            ? scope
            : throw new CommandFailure(
                $"invalid CIB scope '{scope}', use {PcsArguments.Quoted(s_scopes)}{Suggestion.For(scope, s_scopes)}");
    }
}
