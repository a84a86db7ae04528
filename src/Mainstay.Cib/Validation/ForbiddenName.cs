namespace Mainstay.Cib;

/// <summary>
/// A name of an nvpair that schemas <paramref name="Since"/> to <paramref name="Until"/> reject at some place, because an upgrade renamed,
/// moved or dropped it.
/// </summary>
internal sealed record ForbiddenName(string Name, int Since, int Until, string Advice)
{
    /// <summary>The values that are rejected; empty = all.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    public bool Forbids(int schema, string? name, string? value)
        => schema >= Since && schema <= Until && name == Name
            && (Values.Count == 0 || (value is not null && Values.Contains(value, StringComparer.Ordinal)));
}

/// <summary>The names rejected at each place.</summary>
internal static class ForbiddenNames
{
    private const string Rename = "use the name of the newer schema, or run an upgrade";
    private const string Drop = "remove it";

    public static readonly ForbiddenName[] ClusterOptions =
    [
        .. From30(
            "cluster_recheck_interval", "dc_deadtime", "default-action-timeout", "default_action_timeout", "default-migration-threshold",
            "default_migration_threshold", "default-resource-failure-stickiness", "default_resource_failure_stickiness",
            "default-resource-stickiness", "default_resource_stickiness", "election_timeout", "expected-quorum-votes", "is-managed-default",
            "is_managed_default", "no_quorum_policy", "notification-agent", "notification-recipient", "remove_after_stop",
            "shutdown_escalation", "startup_fencing", "stonith_action", "stonith_enabled", "stop_orphan_actions", "stop_orphan_resources",
            "symmetric_cluster", "transition_idle_timeout"),
        new("cluster-infrastructure", 300, 399, Drop)
        {
            Values = ["heartbeat", "openais", "classic openais", "classic openais (with plugin)", "cman"],
        },
        .. From40("crmd-finalization-timeout", "crmd-integration-timeout", "crmd-transition-delay", "remove-after-stop"),
        new("stonith-action", 400, int.MaxValue, "use 'off'") { Values = ["poweroff"] },
    ];

    public static readonly ForbiddenName[] ResourceMeta = [.. From40("restart-type")];

    public static readonly ForbiddenName[] PrimitiveMeta =
    [
        .. ResourceMeta, .. From30("isolation", "isolation-host", "isolation-instance", "isolation-wrapper"),
    ];

    public static readonly ForbiddenName[] PrimitiveParameters = In30(
        "pcmk_arg_map", "pcmk_list_cmd", "pcmk_monitor_cmd", "pcmk_off_cmd", "pcmk_on_cmd", "pcmk_reboot_cmd", "pcmk_status_cmd");

    public static readonly ForbiddenName[] OperationMeta = [.. From30("requires"), .. From40("can_fail", "role_after_failure")];

    public static readonly ForbiddenName[] OperationParameters = In30(
        "enabled", "interval-origin", "on-fail", "record-pending", "requires", "role", "start-delay", "timeout");

    public static ForbiddenName[] ResourceDefaults => ResourceMeta;

    public static ForbiddenName[] OperationDefaults => [.. From40("can_fail", "role_after_failure")];

    private static ForbiddenName[] In30(params string[] names) => [.. names.Select(name => new ForbiddenName(name, 300, 300, Rename))];

    private static ForbiddenName[] From30(params string[] names) => [.. names.Select(name => new ForbiddenName(name, 300, 399, Rename))];

    private static ForbiddenName[] From40(params string[] names)
        => [.. names.Select(name => new ForbiddenName(name, 400, int.MaxValue, Rename))];
}
