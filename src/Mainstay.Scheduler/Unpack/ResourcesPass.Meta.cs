using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <content>Meta-attributes, operations and the flags that follow from them (spec/cib-model.md sections 7.3 to 7.6).</content>
internal sealed partial class ResourcesPass
{
    private void ReadMeta(ClusterResource resource)
    {
        var table = resource.Meta;
        var input = config.PlainInput with
        {
            ResourceClass = resource.AgentClass,
            ResourceProvider = resource.Provider,
            ResourceType = resource.AgentType,
        };
        foreach (var attribute in resource.Config.Attributes()) table.Set(attribute.Name.LocalName, attribute.Value, resource.Config);
        for (var r = resource; r is not null; r = r.Parent) config.Collect(table, r.Config, "meta_attributes", input);
        config.CollectResourceDefaults(table, input);
        if (resource.Parent is not { } parent) return;
        foreach (var pair in parent.Meta.Values) table.TryAdd(pair.Name, pair.Value, pair.Source);
        if (resource.Top.Clone is { IsForcedAnonymous: true }) table.Set("globally-unique", "false");
    }

    private void ReadOperations(ClusterResource resource)
    {
        if (resource.Config.Element("operations") is not { } element || config.Ids.Resolve(element) is not { } operations) return;
        foreach (var op in operations.Elements("op"))
        {
            if (op.Value("name") is not { } name) continue;
            resource.Operations.Add(new OperationConfig
            {
                Xml = op,
                Id = op.Id(),
                Name = name,
                Task = state.Tasks.Parse(name),
                IntervalMs = (uint)Interval.Parse(op.Value("interval")),
                Enabled = CibBoolean.Parse(op.Value("enabled")) ?? true,
                Role = op.Value("role"),
            });
        }
    }

    private void ReadFlags(ClusterResource resource)
    {
        var meta = resource.Meta;
        resource.Priority = Score.Parse(meta["priority"]).Value;
        resource.IsCritical = CibBoolean.Parse(meta["critical"]) ?? true;
        resource.IsNotified = CibBoolean.IsTrue(meta["notify"]);
        resource.IsImplicit = CibBoolean.IsTrue(meta["internal_rsc"]);
        resource.AllowsUnhealthyNodes = CibBoolean.IsTrue(meta["allow-unhealthy-nodes"]);
        resource.Stickiness = IsDefault(meta["resource-stickiness"]) ? 0 : Score.Parse(meta["resource-stickiness"]).Value;
        resource.MigrationThreshold = ReadThreshold(meta["migration-threshold"]);
        resource.FailureTimeout = Interval.ToSeconds(Interval.Parse(meta["failure-timeout"]));
        resource.MultipleActive = meta["multiple-active"]?.ToLowerInvariant() switch
        {
            "stop_only" => MultipleActivePolicy.StopOnly,
            "block" => MultipleActivePolicy.Block,
            "stop_unexpected" => MultipleActivePolicy.StopUnexpected,
            _ => MultipleActivePolicy.StopStart,
        };
        ReadManaged(resource);
        if (resource.Top.IsClone)
        {
            resource.IsUnique = CibBoolean.IsTrue(meta["globally-unique"]);
            resource.IsPromotable = CibBoolean.IsTrue(meta["promotable"]);
        }

        resource.IsFenceDevice = resource.AgentClass == "stonith";
        resource.IsRemoteConnection = IsAgent(resource.AgentClass, "ocf") && IsAgent(resource.Provider, "pacemaker")
            && IsAgent(resource.AgentType, "remote");
        resource.AllowsMigration = CibBoolean.Parse(meta["allow-migrate"]) ?? resource.IsRemoteConnection;
        if (resource.IsRemoteConnection)
        {
            string? reconnect = config.Parameters(resource, null)["reconnect_interval"];
            resource.ReconnectInterval = Interval.Parse(reconnect);
            if (resource.ReconnectInterval != 0) resource.FailureTimeout = Interval.ToSeconds(resource.ReconnectInterval);
        }

        ReadRequires(resource);
        resource.NextRole = TargetRole(resource) ?? Role.Unknown;
    }

    private static bool IsAgent(string? actual, string wanted) => string.Equals(actual, wanted, StringComparison.OrdinalIgnoreCase);

    private static bool IsDefault(string? value) => string.Equals(value, "default", StringComparison.OrdinalIgnoreCase);

    private static int ReadThreshold(string? text)
    {
        if (text is null || IsDefault(text) || !Score.TryParse(text, out var score) || score.Value < 0) return Scores.Infinity;
        return score.Value;
    }

    private void ReadManaged(ClusterResource resource)
    {
        resource.IsManaged = true;
        if (!IsDefault(resource.Meta["is-managed"]) && CibBoolean.Parse(resource.Meta["is-managed"]) is { } managed)
        {
            resource.IsManaged = managed;
        }

        if (CibBoolean.IsTrue(resource.Meta["maintenance"]) || state.Options.MaintenanceMode)
        {
            resource.IsManaged = false;
            resource.IsInMaintenance = true;
        }
    }

    private void ReadRequires(ClusterResource resource)
    {
        var options = state.Options;
        string? requires = resource.Meta["requires"]?.ToLowerInvariant();
        bool needsOnlyQuorum = resource.IsFenceDevice || resource.IsRemoteConnection;
        if (requires is not ("nothing" or "quorum" or "fencing" or "unfencing"))
        {
            if (needsOnlyQuorum) requires = "quorum";
            else if (state.IsUnfencingUsed) requires = "unfencing";
            else if (options.FencingEnabled) requires = "fencing";
            else requires = options.QuorumPolicy == QuorumPolicy.Ignore ? "nothing" : "quorum";
        }

        if (requires == "unfencing" && (resource.IsFenceDevice || !options.FencingEnabled)) requires = "quorum";
        resource.NeedsUnfencing = requires == "unfencing";
        resource.NeedsFencing = requires is "fencing" or "unfencing";
        resource.NeedsQuorum = requires == "quorum";
    }

    /// <summary>The role target-role asks for, or null if it asks for nothing special (spec/scheduler-history.md section 2).</summary>
    public static Role? TargetRole(ClusterResource resource)
    {
        if (ConfigReader.ParseRole(resource.Meta["target-role"]) is not { } role || role == Role.Started) return null;
        if (role == Role.Stopped) return Role.Stopped;
        return role == Role.Unpromoted && resource.Top.IsPromotable ? Role.Unpromoted : null;
    }
}
