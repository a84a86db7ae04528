using System.Globalization;

namespace Mainstay.Scheduler;

/// <content>The sections that are shown on demand (spec/scheduler-output.md section 5.3).</content>
internal sealed partial class StatusText
{
    private static readonly string[] s_hiddenAttributes = ["fail-count", "last-failure", "shutdown", "terminate", "standby", "#"];

    /// <summary>The attributes of the nodes that are online.</summary>
    public void WriteAttributes()
    {
        output.Blank();
        output.Heading("Node Attributes");
        foreach (var node in state.NodeList.Where(n => n.Online))
        {
            var shown = node.Attributes.Where(a => !Array.Exists(s_hiddenAttributes, h => a.Key.StartsWith(h, StringComparison.Ordinal)))
                .OrderBy(a => a.Key, StringComparer.Ordinal).ToList();
            if (shown.Count == 0) continue;
            output.Heading("Node: " + node.Name);
            foreach (var (name, value) in shown) output.Item($"{name,-32}\t: {value,-10}");
            output.End();
        }

        output.End();
    }

    /// <summary>The fail counts, and the operations that failed.</summary>
    public void WriteFailCounts()
    {
        output.Blank();
        output.Heading("Migration Summary");
        foreach (var node in state.NodeList.Where(n => n.Online))
        {
            var lines = state.Primitives().Select(r => FailCountLine(r, node)).OfType<string>()
                .Distinct(StringComparer.Ordinal).ToList();
            if (lines.Count == 0) continue;
            output.Heading("Node: " + node.Name);
            foreach (string line in lines) output.Item(line);
            output.End();
        }

        output.End();
        WriteFailures();
    }

    private string? FailCountLine(ClusterResource resource, ClusterNode node)
    {
        (int count, long lastFailure) = FailCounts.Read(state, resource, node);
        if (count == 0) return null;
        string name = resource.IsUnique ? resource.Id : resource.BaseName;
        string date = lastFailure > 0 ? $" last-failure='{DateText(lastFailure)}'" : "";
        return $"{name}: migration-threshold={Scores.Text(resource.MigrationThreshold)} fail-count={Scores.Text(count)}{date}";
    }

    private void WriteFailures()
    {
        var failures = state.FailedList.Where(f => !f.IsMaskableProbe).ToList();
        if (failures.Count == 0) return;
        output.Blank();
        output.Heading("Failed Resource Actions");
        foreach (var failure in failures) output.Item(FailureLine(failure));
        output.End();
    }

    private static string FailureLine(FailedOperation failure)
    {
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"call={failure.CallId}"),
            $"status='{ExecutionStatusText(failure.ExecutionStatus)}'",
        };
        if (!string.IsNullOrEmpty(failure.ExitReason)) parts.Add($"exitreason='{failure.ExitReason}'");
        if (failure.LastChange is { } change) parts.Add($"last-rc-change='{DateText(change)}'");
        if (failure.QueueTime is { } queued) parts.Add($"queued={queued}ms");
        if (failure.ExecTime is { } exec) parts.Add($"exec={exec}ms");
        string status = string.Create(CultureInfo.InvariantCulture, $"'{ExitStatusText(failure.ExitStatus)}' ({failure.ExitStatus})");
        return $"{failure.Key} on {failure.Node.Name} {status}: {string.Join(", ", parts)}";
    }

    private static string ExecutionStatusText(int status) => status switch
    {
        -1 => "Pending",
        0 => "Done",
        1 => "Cancelled",
        2 => "Timed out",
        3 => "Unsupported",
        4 => "Error",
        5 => "Hard error",
        6 => "Fatal error",
        7 => "Not installed",
        8 => "Internal communication failure",
        9 => "Cannot execute now",
        10 => "No fence device",
        11 => "CIB secrets unavailable",
        _ => "Unknown",
    };

    private static string DateText(long epoch)
    {
        var time = DateTimeOffset.UnixEpoch.AddSeconds(Math.Clamp(epoch, 0, 253402300799));
        return time.ToString("ddd MMM ", CultureInfo.InvariantCulture) + $"{time.Day,2}"
            + time.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture);
    }
}
