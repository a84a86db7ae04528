namespace Mainstay.Agents.Queueing;

/// <summary>
/// The instance parameters running resources were started with. A stop uses them instead of the configuration's present ones
/// (spec/agents.md section 6.8). Survives the manager through <see cref="AgentOptions.ParameterFile"/>.
/// </summary>
internal sealed class ParameterMemory
{
    private const string MetaPrefix = "CRM_meta_";
    private const string FeatureSet = "crm_feature_set";
    private const string CheckLevel = "OCF_CHECK_LEVEL";

    private readonly SortedDictionary<string, SortedDictionary<string, string>> _byResource = new(StringComparer.Ordinal);

    /// <summary>Counts changes, so that the shell knows when to save.</summary>
    public long Revision { get; private set; }

    /// <summary>What is remembered, ascending by resource id.</summary>
    public IReadOnlyDictionary<string, SortedDictionary<string, string>> Resources => _byResource;

    /// <summary>Puts back what was saved.</summary>
    public void Restore(string resourceId, IEnumerable<KeyValuePair<string, string>> parameters) =>
        _byResource[resourceId] = new SortedDictionary<string, string>(
            parameters.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Learns from a run's end.</summary>
    public void Observe(ResourceAction action, IReadOnlyDictionary<string, string> parameters, int exitCode, ExecutionStatus status)
    {
        if (status != ExecutionStatus.Done) return;
        switch (action.Name)
        {
            case "stop" when exitCode == OcfExitCode.Success:
                Forget(action.ResourceId);
                break;
            case "start" or "reload" or "reload-agent" when exitCode == OcfExitCode.Success:
                Remember(action.ResourceId, parameters);
                break;
            case "monitor" when IsRunning(exitCode) && !_byResource.ContainsKey(action.ResourceId):
                // A monitor may carry attributes of its own operation, so it only stands in where no start was seen.
                Remember(action.ResourceId, parameters);
                break;
        }
    }

    /// <summary>Drops a resource.</summary>
    public void Forget(string resourceId)
    {
        if (_byResource.Remove(resourceId)) Revision++;
    }

    /// <summary>The parameters a run gets: for a stop the remembered ones under the request's meta variables.</summary>
    public IReadOnlyDictionary<string, string> For(ResourceAction action)
    {
        if (action.Name != "stop" || !_byResource.TryGetValue(action.ResourceId, out var remembered)) return action.Parameters;
        var merged = new SortedDictionary<string, string>(remembered, StringComparer.Ordinal);
        foreach (var (name, value) in action.Parameters)
        {
            if (!IsInstanceParameter(name)) merged[name] = value;
        }

        return merged;
    }

    private void Remember(string resourceId, IReadOnlyDictionary<string, string> parameters)
    {
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (IsInstanceParameter(name) && name != CheckLevel) kept[name] = value;
        }

        if (_byResource.TryGetValue(resourceId, out var old) && old.SequenceEqual(kept)) return;
        _byResource[resourceId] = kept;
        Revision++;
    }

    private static bool IsInstanceParameter(string name) =>
        !name.StartsWith(MetaPrefix, StringComparison.Ordinal) && name != FeatureSet;

    private static bool IsRunning(int exitCode) => exitCode is OcfExitCode.Success or OcfExitCode.RunningPromoted
        or OcfExitCode.Degraded or OcfExitCode.DegradedPromoted;
}
