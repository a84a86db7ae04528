using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Fail counts and their expiry (spec/scheduler-history.md section 17).</summary>
internal static class FailCounts
{
    /// <summary>
    /// Sum of the recorded failures and the time of the last one (0 if none is recorded). A failure that blocks the resource switches its
    /// failure timeout off; if <paramref name="only"/> is given, no other entry is asked for that.
    /// </summary>
    public static (int Count, long Last) Read(
        ClusterState state, ClusterResource resource, ClusterNode node, HistoryEntry? only = null)
    {
        int count = 0;
        long last = 0;
        if (!node.HasFailures) return (0, 0);
        string name = resource.HistoryName;
        if (!resource.IsUnique) name = ClusterResource.WithoutInstanceNumber(name);
        foreach (var (attribute, value) in node.Attributes)
        {
            if (Matches(attribute, "fail-count-", name, resource.IsUnique))
            {
                if (Score.TryParse(value, out var score)) count = Scores.Add(count, score.Value);
            }
            else if (Matches(attribute, "last-failure-", name, resource.IsUnique)
                && IntegerText.TryReadLeading(value, out long time) && time > last)
            {
                last = time;
            }
        }

        if (count > 0 && resource.FailureTimeout > 0 && BlockingFailures.Exists(resource, node, only))
        {
            resource.FailureTimeout = 0;
        }

        return (count, last);
    }

    /// <summary>The fail count that is in force: 0 if the failures have expired.</summary>
    public static int Effective(
        ClusterState state, ClusterResource resource, ClusterNode node, bool includeLaunched, out long last, HistoryEntry? only = null)
    {
        (int count, last) = Read(state, resource, node, only);
        if (count > 0 && last > 0 && resource.FailureTimeout > 0 && state.Now > last + resource.FailureTimeout) count = 0;
        if (!includeLaunched || resource.IsInBundle) return count;
        foreach (var launched in resource.Launched)
        {
            count += Effective(state, launched, node, true, out long launchedLast);
            last = Math.Max(last, launchedLast);
        }

        return count;
    }

    /// <summary>
    /// Whether an attribute is <c>PREFIX NAME[:N]#TASK_INTERVAL</c>. The name counts as a pattern, as in the reference; of what an id may
    /// hold only the dot means something there: any character.
    /// </summary>
    private static bool Matches(string attribute, string prefix, string name, bool isUnique)
    {
        if (!attribute.StartsWith(prefix, StringComparison.Ordinal)) return false;
        var rest = attribute.AsSpan(prefix.Length);
        if (rest.Length < name.Length) return false;
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] != '.' && name[i] != rest[i]) return false;
        }

        rest = rest[name.Length..];
        if (!isUnique && rest.Length > 1 && rest[0] == ':' && char.IsAsciiDigit(rest[1])) rest = rest[1..].TrimStart("0123456789");
        if (rest.Length == 0 || rest[0] != '#') return false;
        int separator = rest.LastIndexOf('_');
        return separator > 1 && separator + 1 < rest.Length && !rest[(separator + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}

/// <summary>Failures of operations configured with <c>on-fail="block"</c>, which never expire (section 17.2).</summary>
internal static class BlockingFailures
{
    public static bool Exists(ClusterResource resource, ClusterNode node, HistoryEntry? only)
    {
        foreach (var op in resource.Operations)
        {
            if (!string.Equals(op.Xml.Value("on-fail"), "block", StringComparison.OrdinalIgnoreCase)) continue;
            if (only is not null)
            {
                if (IsBlocking(resource, only, op)) return true;
                continue;
            }

            if (node.FindHistory(resource.HistoryName) is not { } history) continue;
            if (Array.Exists(history.Entries, entry => IsBlocking(resource, entry, op))) return true;
        }

        return false;
    }

    private static bool IsBlocking(ClusterResource resource, HistoryEntry entry, OperationConfig op)
    {
        if (entry.Task != op.Task || entry.IntervalMs != op.IntervalMs) return false;
        string name = resource.HistoryName;
        if (entry.Id == name + "_last_failure_0") return true;
        return entry.Id.StartsWith(name + "_", StringComparison.Ordinal)
            && !entry.Id.EndsWith("_last_0", StringComparison.Ordinal) && entry.ExitStatus != entry.TargetResult;
    }
}
