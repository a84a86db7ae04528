using Mainstay.Manager.Core;
using Mainstay.Ring.Client;
using Microsoft.Extensions.Logging;

namespace Mainstay.Manager;

/// <summary>The first connection to the ring: it tells who this node is.</summary>
internal static class RingStart
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Connects, waiting for the ring daemon as long as it takes.</summary>
    public static async Task<IRing> ConnectAsync(
        Func<CancellationToken, Task<IRing>> connect, ILogger logger, CancellationToken cancellationToken)
    {
        var isReported = false;
        while (true)
        {
            try
            {
                return await connect(cancellationToken).ConfigureAwait(false);
            }
            catch (RingException problem)
            {
                if (!isReported) logger.RingUnreachable(problem.Message);
                isReported = true;
            }

            await Task.Delay(RetryPeriod, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>This node's identity by the ring; null with the reason where <c>--node</c> says something else.</summary>
    public static ManagerIdentity? Identify(RingIdentity identity, string? expectedName, out string problem)
    {
        var local = identity.Nodes.FirstOrDefault(node => node.NodeId == identity.LocalNodeId);
        var name = local?.Name ?? $"node{identity.LocalNodeId}";
        problem = "";
        if (expectedName is not null && !string.Equals(name, expectedName, StringComparison.OrdinalIgnoreCase))
        {
            problem = $"--node says '{expectedName}', but the ring daemon serves node '{name}' (id {identity.LocalNodeId}). "
                + "Give the run directory of its own daemon.";
            return null;
        }

        return new ManagerIdentity(identity.LocalNodeId, name, Guid.NewGuid().ToString(), identity.ClusterName);
    }
}
