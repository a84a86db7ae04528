namespace Mainstay.Agents.Fencing;

/// <summary>
/// This node's fence devices: the table, who can be fenced, and running the agents (spec/fencing.md sections 1 to 3 and 5.3). Which node and
/// device a request goes to (topology, peers, de-duplication) is decided above, in the manager. Safe for use from any thread.
/// </summary>
public sealed class LocalFencer
{
    private readonly AgentRuntime _runtime;

    /// <summary>Starts with an empty table.</summary>
    /// <param name="runtime">Runs the agents.</param>
    public LocalFencer(AgentRuntime runtime) => _runtime = runtime;

    /// <summary>Ids of registered devices, in ordinal order.</summary>
    public IReadOnlyList<string> Devices => throw new NotSupportedException(_runtime.Options.NodeName);

    /// <summary>Puts a device into the table, or replaces it if agent or parameters differ. Equal: only the origin is added.</summary>
    /// <param name="id">Device (resource) id.</param>
    /// <param name="agent">Fence agent type, for example <c>fence_ipmilan</c>.</param>
    /// <param name="parameters">Instance attributes.</param>
    /// <param name="origin">Who registers it.</param>
    /// <returns>Warnings about the parameters; the device is registered nevertheless.</returns>
    public IReadOnlyList<string> Register(
        string id, string agent, IReadOnlyDictionary<string, string> parameters, FenceDeviceOrigin origin) =>
        throw new NotSupportedException();

    /// <summary>Takes one origin away; the device goes with the last one.</summary>
    /// <returns>Whether the device was held by that origin.</returns>
    public bool Unregister(string id, FenceDeviceOrigin origin) => throw new NotSupportedException();

    /// <summary>Which devices can do <paramref name="action"/> on <paramref name="target"/> from this node. Runs <c>list</c> and <c>status</c> where needed.</summary>
    /// <param name="target">Node to act on.</param>
    /// <param name="action"><c>off</c>, <c>reboot</c> or <c>on</c>.</param>
    /// <param name="timeoutMs">The request's timeout.</param>
    /// <param name="allowSelf">This node may act on itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Offers in registration order.</returns>
    public Task<IReadOnlyList<FenceOffer>> FindAsync(
        string target, string action, int timeoutMs, bool allowSelf, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    /// <summary>Runs a device: delay, agent, retries within the timeout. A reboot is done as <c>off</c> where the agent has no reboot.</summary>
    public Task<FenceResult> RunAsync(FenceRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
