namespace Mainstay.Agents.Fencing;

/// <summary>What a fence agent's end means (spec/fencing.md section 1.2).</summary>
internal static class FenceOutcome
{
    /// <summary>Judges an exit status and what was said on standard error.</summary>
    public static (ExecutionStatus Status, string Reason) Judge(int exitStatus, string standardError)
    {
        if (exitStatus == 0) return (ExecutionStatus.Done, string.Empty);
        var reason = standardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()
                     ?? "No data available";
        if (Contains(standardError, "timed out") || Contains(standardError, "timeout")) return (ExecutionStatus.Timeout, reason);
        if (Contains(standardError, "unrecognised action") || Contains(standardError, "unrecognized action")
            || Contains(standardError, "unsupported action"))
        {
            return (ExecutionStatus.NotSupported, reason);
        }

        return (ExecutionStatus.Error, reason);
    }

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
