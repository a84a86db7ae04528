using System.Xml.Linq;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>crm_resource --delete</c> and <c>--restart</c>.</summary>
internal static class ResourceEdits
{
    private const string TargetRole = "target-role";

    /// <summary>Deletes a resource of the kind that the user named.</summary>
    public static int Delete(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options["resource-type"] is not { Length: > 0 } type)
        {
            return output.Usage("You need to specify a resource type with -t");
        }

        if (options["resource"] is not { Length: > 0 } id)
        {
            return output.Usage("Must supply a resource id with -r");
        }

        CibEditor.Open(context).Delete("resources", type, id);
        return output.Finish(NativeExit.Ok);
    }

    /// <summary>Stops the resource, waits, and gives it back its target role.</summary>
    public static int Restart(ResourceCall call, TimeSpan timeout)
    {
        var resource = CibTree.Outermost(call.Resource);
        var id = CibTree.Id(resource);
        if (CibEditor.IsFile(call.Context) || call.Locations().Count == 0)
        {
            return call.Output.Fail(NativeExit.NoSuchObject,
                $"crm_resource: Error performing operation: {call.Id} is not running anywhere and so cannot be restarted");
        }

        var set = resource.Elements("meta_attributes").Select(e => CibTree.Id(e)).FirstOrDefault(found => found.Length > 0)
            ?? $"{id}-meta_attributes";
        var present = resource.Elements("meta_attributes").Elements("nvpair").FirstOrDefault(pair => pair.Text("name") == TargetRole);
        var pairId = present is null ? $"{set}-{TargetRole}" : CibTree.Id(present);
        var setId = present?.Parent is { } parent ? CibTree.Id(parent) : set;
        call.Editor.Merge("resources", Role("Stopped"));
        var stopped = Idle(call, timeout);
        if (present?.Text("value") is { } before)
        {
            call.Editor.Merge("resources", Role(before));
        }
        else
        {
            call.Editor.Delete("resources", "nvpair", pairId);
        }

        if (!stopped || !Idle(call, timeout))
        {
            return call.Output.Fail(
                ManagerExitCodes.Timeout, $"crm_resource: {call.Id} was not restarted in time; its target role is as before");
        }

        call.Output.Line($"{call.Id} successfully restarted");
        return call.Output.Finish(NativeExit.Ok);

        XElement Role(string value) => new(
            resource.Name,
            new XAttribute("id", id),
            new XElement(
                "meta_attributes",
                new XAttribute("id", setId),
                new XElement("nvpair", new XAttribute("id", pairId), new XAttribute("name", TargetRole), new XAttribute("value", value))));
    }

    private static bool Idle(ResourceCall call, TimeSpan timeout) =>
        Manager.Ask(call.Context, (client, token) => client.WaitIdleAsync(timeout, token)).Idle;
}
