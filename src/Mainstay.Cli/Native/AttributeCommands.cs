using System.Xml.Linq;
using Mainstay.Client;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.ClusterTools;

/// <summary>The three things that can be done with attributes, for <c>crm_attribute</c> and the commands built on it.</summary>
internal static class AttributeCommands
{
    private const int MultipleMatches = 109;

    /// <summary>The values that are set.</summary>
    public static IReadOnlyList<NvPair> Read(ToolContext context, AttributeTarget target)
    {
        if (IsManagers(context, target))
        {
            var values = Manager.Ask(
                context, (client, token) => client.GetAttributesAsync(target.Name, target.Node, AttributeLifetime.Transient, token));
            return
            [
                .. values
                    .Where(value => target.Selects?.Invoke(value.Name) ?? true)
                    .Select(value => new NvPair("", "", value.Name, value.Value)),
            ];
        }

        var cib = CibEditor.Open(context).Document;
        return target.Scope(cib).Find(cib, target.Selects, target.SetId, target.PairId);
    }

    /// <summary>Prints a value.</summary>
    public static void Print(NativeOutput output, string section, NvPair pair, bool isQuiet)
    {
        output.Line(isQuiet ? pair.Value : $"scope={section} name={pair.Name} value={pair.Value}");
        output.Element(new XElement(
            "attribute", new XAttribute("name", pair.Name), new XAttribute("value", pair.Value), new XAttribute("scope", section)));
    }

    /// <summary>Sets a value.</summary>
    public static int Update(ToolContext context, NativeOutput output, AttributeTarget target, string value)
    {
        if (IsManagers(context, target))
        {
            var names = target.Name is { } only ? [only] : Read(context, target).Select(pair => pair.Name).ToList();
            foreach (var name in names)
            {
                Tell(context, target, name, value);
            }

            return output.Finish(NativeExit.Ok);
        }

        var editor = CibEditor.Open(context);
        var scope = target.Scope(editor.Document);
        var found = scope.Find(editor.Document, target.Selects, target.SetId, target.PairId);
        if (IsAmbiguous(output, target, found))
        {
            return output.Finish(MultipleMatches);
        }

        if (found.Count == 0 && target.Name is null)
        {
            return output.Fail(NativeExit.NoSuchObject, "crm_attribute: Error performing operation: No such device or address");
        }

        if (found.Count == 0)
        {
            editor.Merge(target.Section, scope.Merge(target.Name!, value, present: null, target.SetId, target.PairId));
        }

        foreach (var pair in found)
        {
            editor.Merge(target.Section, scope.Merge(pair.Name, value, pair, target.SetId, target.PairId));
        }

        return output.Finish(NativeExit.Ok);
    }

    /// <summary>Deletes values; none to delete is no error.</summary>
    public static int Delete(ToolContext context, NativeOutput output, AttributeTarget target)
    {
        if (IsManagers(context, target))
        {
            foreach (var pair in Read(context, target))
            {
                Tell(context, target, pair.Name, value: null);
            }

            return output.Finish(NativeExit.Ok);
        }

        var editor = CibEditor.Open(context);
        var found = target.Scope(editor.Document).Find(editor.Document, target.Selects, target.SetId, target.PairId);
        if (IsAmbiguous(output, target, found))
        {
            return output.Finish(MultipleMatches);
        }

        var what = target.Section is "nodes" or "status" ? "attribute" : "option";
        foreach (var pair in found)
        {
            editor.Delete(target.Section, "nvpair", pair.Id);

            // The reference prints no id that was given to it.
            var id = target.PairId is null ? pair.Id : "(null)";
            output.Line($"Deleted {target.Section} {what}: id={id} name={pair.Name}");
        }

        return output.Finish(NativeExit.Ok);
    }

    // Transient attributes of a running cluster are the manager's own: it answers what was set last, on every node.
    private static bool IsManagers(ToolContext context, AttributeTarget target) => target.Section == "status" && !CibEditor.IsFile(context);

    private static void Tell(ToolContext context, AttributeTarget target, string name, string? value) => Manager.Tell(
        context,
        (client, token) => client.SetAttributeAsync(
            new AttributeUpdate { Name = name, Node = target.Node, Value = value, Client = context.InvokedName }, token));

    private static bool IsAmbiguous(NativeOutput output, AttributeTarget target, IReadOnlyList<NvPair> found)
    {
        if (found.Count < 2 || target.Pattern is not null)
        {
            return false;
        }

        output.Line($"Multiple attributes match name={target.Name}");
        foreach (var pair in found)
        {
            output.Line($"  Value: {pair.Value} \t(id={pair.Id})");
        }

        return true;
    }
}
