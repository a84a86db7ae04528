using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Monitor;

/// <summary>Reads the cluster's state: from a file, or from the manager of this host.</summary>
internal static class SnapshotSource
{
    /// <summary>The present state.</summary>
    public static ClusterSnapshot Read(ToolContext context, string? file, DateTimeOffset now)
    {
        var store = CibStores.Open(context, file);
        var cib = store.Read();
        if (!store.IsLive)
        {
            return ClusterSnapshot.Read(cib, now.ToUnixTimeSeconds());
        }

        return ClusterSnapshot.Read(cib, now.ToUnixTimeSeconds(), isLive: true, store is LiveCibStore ? FencingHistory(context) : []);
    }

    // An answer without the fencing history is better than none.
    private static IReadOnlyList<Client.FencingEvent> FencingHistory(ToolContext context)
    {
        try
        {
            return Manager.Ask(context, static (client, token) => client.GetFencingHistoryAsync(token));
        }
        catch (CommandFailure)
        {
            return [];
        }
    }
}
