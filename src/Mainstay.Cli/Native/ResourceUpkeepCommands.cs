using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.ClusterTools;

/// <summary>Cleaning up failures and history (spec/manager.md section 11), waiting, failing.</summary>
internal static class ResourceUpkeepCommands
{
    /// <summary><c>--cleanup</c> and <c>--refresh</c>.</summary>
    public static int Forget(ToolContext context, NativeOutput output, CleanupRequest request, bool isRefresh)
    {
        if (CibEditor.IsFile(context))
        {
            throw new CommandFailure("failures can be cleaned up in a running cluster only", NativeExit.Disconnected);
        }

        var result = Manager.Ask(
            context, (client, token) => isRefresh ? client.RefreshAsync(request, token) : client.CleanupAsync(request, token));
        foreach (var item in result.Items)
        {
            output.Line($"Cleaned up {item.Resource} on {item.Node}");
        }

        // The manager answers when everything is forgotten: the replies that scripts look for have all come in.
        if (result.Items.Count > 0)
        {
            output.Line($"Waiting for {result.Items.Count} {(result.Items.Count == 1 ? "reply" : "replies")} from the controller");
            for (var number = 1; number <= result.Items.Count; number++)
            {
                output.Line(number == result.Items.Count ? "... got reply (done)" : "... got reply");
            }
        }

        return output.Finish(NativeExit.Ok);
    }

    /// <summary><c>--wait</c>: until no action is running or due.</summary>
    public static int Wait(ToolContext context, NativeOutput output, TimeSpan timeout)
    {
        var result = Manager.Ask(context, (client, token) => client.WaitIdleAsync(timeout, token));
        return result.Idle
            ? output.Finish(NativeExit.Ok)
            : output.Fail(ManagerExitCodes.Timeout,
                "crm_resource: Error performing operation: Timeout occurred, the cluster still has actions to run");
    }
}
