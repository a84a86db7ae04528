using System.Globalization;
using System.Text;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Resilience;

/// <summary>The report as text: a table of the losses, then what each does.</summary>
internal static class ResilienceText
{
    public static string Print(ResilienceCheck check, IReadOnlyList<ScenarioOutcome> outcomes, bool full)
    {
        var text = new StringBuilder();
        WriteRemarks(check, text);
        WriteTable(outcomes, text);
        foreach (var outcome in outcomes)
        {
            if (outcome.IsHarmless && !full) continue;
            WriteDetails(outcome, text);
        }

        int harmful = outcomes.Count(o => !o.IsHarmless);
        text.Append(CultureInfo.InvariantCulture, $"\n{outcomes.Count} losses played through, ");
        text.Append(harmful == 0 ? "every service survives each of them.\n" : string.Create(
            CultureInfo.InvariantCulture, $"{harmful} of them with consequences.\n"));
        return text.ToString();
    }

    private static void WriteRemarks(ResilienceCheck check, StringBuilder text)
    {
        if (check.Unsettled.Count > 0)
        {
            text.Append("Warning: the cluster does not come to rest even without a loss; planned again and again: ")
                .AppendJoin(", ", check.Unsettled).Append('\n');
        }

        if (!check.IsFencingEnabled)
        {
            text.Append("Warning: fencing is disabled (fencing-enabled): a node that is only cut off goes on running its services while ")
                .Append("others start them; data can be corrupted\n");
        }

        if (check.StoppedBefore.Count > 0)
        {
            text.Append("Left out, not running now: ").AppendJoin(' ', check.StoppedBefore).Append('\n');
        }

        if (check.OtherNodes.Count > 0)
        {
            text.Append("Not played through, nodes of bundles: ").AppendJoin(' ', check.OtherNodes).Append('\n');
        }

        foreach (var overflow in check.OverflowsBefore) text.Append("Already now: ").Append(Overflow(overflow)).Append('\n');
        foreach (var gap in check.FencingGapsBefore) text.Append("Already now: ").Append(Gap(gap)).Append('\n');
        if (text.Length > 0) text.Append('\n');
    }

    private static void WriteTable(IReadOnlyList<ScenarioOutcome> outcomes, StringBuilder text)
    {
        List<string[]> rows = [["Lost", "Quorum", "Taken over", "Stopped", "Weakened", "Overflows", "Fencing gaps", "Verdict"]];
        foreach (var outcome in outcomes)
        {
            rows.Add([
                string.Join(' ', outcome.Lost),
                outcome.HasQuorum ? "kept" : "lost",
                Number(outcome.Recovered),
                Number(outcome.Services.Count(s => s.Loss == ServiceLoss.Stopped)),
                Number(outcome.Services.Count(s => s.Loss != ServiceLoss.Stopped)),
                Number(outcome.Overflows.Count),
                Number(outcome.FencingGaps.Count),
                Verdict(outcome),
            ]);
        }

        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToList();
        foreach (var row in rows)
        {
            text.Append(string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd()).Append('\n');
        }
    }

    private static void WriteDetails(ScenarioOutcome outcome, StringBuilder text)
    {
        text.Append("\nWithout ").AppendJoin(" and ", outcome.Lost).Append(":\n");
        if (outcome.Unsettled.Count > 0)
        {
            text.Append("  does not come to rest; planned again and again: ").AppendJoin(", ", outcome.Unsettled).Append('\n');
        }

        foreach (var alike in outcome.Services.GroupBy(s => (What(s), s.Reason)))
        {
            text.Append("  ").AppendJoin(", ", alike.Select(s => s.Resource)).Append(": ").Append(alike.Key.Item1).Append(", because ")
                .Append(alike.Key.Reason).Append('\n');
        }

        foreach (var overflow in outcome.Overflows) text.Append("  ").Append(Overflow(overflow)).Append('\n');
        foreach (var gap in outcome.FencingGaps) text.Append("  ").Append(Gap(gap)).Append('\n');
        if (outcome.IsHarmless)
        {
            text.Append(CultureInfo.InvariantCulture, $"  every service runs; {outcome.Recovered} taken over by other nodes\n");
        }
    }

    private static string What(LostService service) => service.Loss switch
    {
        ServiceLoss.Stopped => "stopped",
        ServiceLoss.NotPromoted => "promoted nowhere",
        _ => string.Create(CultureInfo.InvariantCulture, $"{service.After} running instead of {service.Before}"),
    };

    private static string Overflow(NodeOverflow overflow) => string.Create(
        CultureInfo.InvariantCulture,
        $"node {overflow.Node} carries too much: {overflow.Used} of {overflow.Capacity} {overflow.Attribute}");

    private static string Gap(FencingGap gap) => gap.Device is { } device
        ? $"fence device {device} cannot be used: {gap.Reason}"
        : $"node {gap.Node} could not be fenced: {gap.Reason}";

    private static string Verdict(ScenarioOutcome outcome) =>
        outcome.IsHarmless ? "safe" : outcome.Services.Any(s => s.Loss == ServiceLoss.Stopped) ? "SERVICES LOST" : "weakened";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
