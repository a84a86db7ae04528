namespace Mainstay.Agents;

/// <summary>One action to run on this node: what the coordinator sends to an executor (spec/agents.md section 6).</summary>
public sealed record ResourceAction
{
    /// <summary>Increasing number of the request, given by the sender, echoed in the result.</summary>
    public required int CallId { get; init; }

    /// <summary>Resource id: queueing key, and <c>OCF_RESOURCE_INSTANCE</c>.</summary>
    public required string ResourceId { get; init; }

    /// <summary>The agent to run.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Action name: <c>start</c>, <c>stop</c>, <c>monitor</c> ...</summary>
    public required string Name { get; init; }

    /// <summary>0 for a one-shot action, else milliseconds from the end of one run to the start of the next.</summary>
    public int IntervalMs { get; init; }

    /// <summary>Milliseconds one run may take. 0 or less: the interval is used instead; both 0: no limit.</summary>
    public int TimeoutMs { get; init; }

    /// <summary>Milliseconds the action waits at the head of its resource's queue before its first run.</summary>
    public int StartDelayMs { get; init; }

    /// <summary>
    /// Instance parameters, <c>CRM_meta_*</c> variables and <c>crm_feature_set</c>, under the names that follow <c>OCF_RESKEY_</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The operation's <c>on-fail</c> is <c>block</c>: a timeout kills the agent alone, not its process group.</summary>
    public bool OnFailBlock { get; init; }

    /// <summary>The sender's own mark (the transition key); echoed in the result.</summary>
    public string Tag { get; init; } = string.Empty;

    /// <summary>Whether the action repeats.</summary>
    public bool IsRecurring => IntervalMs > 0;

    /// <summary>The reference's key of an operation: <c>RSC_ACTION_INTERVAL</c>.</summary>
    public string Key => $"{ResourceId}_{Name}_{IntervalMs}";
}
