using Mainstay.Cib;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary>One run of the simulator on one CIB.</summary>
internal sealed class SimulateSession(CibDocument input, SimulateOptions options)
{
    private const int ExitUsage = 64;

    /// <summary>The plan, once the run has made one.</summary>
    public Plan? Plan { get; private set; }

    public int Run(TextWriter output, TextWriter error)
    {
        if (string.Equals(input.SchemaName, CibSchema.NoneName, StringComparison.OrdinalIgnoreCase))
        {
            error.WriteLine(Simulation.ValidationDisabled);
        }
        var document = CibUpgrade.Upgrade(input).Document;
        if (!TryTime(document, out long now))
        {
            error.WriteLine($"'{options.Date}' is no date: give YYYY-MM-DD hh:mm:ss or another ISO 8601 form");
            return ExitUsage;
        }

        var planning = new PlannerOptions { Now = now, RecordScores = options.ShowScores, IsSanitized = true };
        if (options.NeedsPlan) Plan = Planner.Plan(document, planning);
        if (options is { ShowScores: true, Quiet: true } && Plan is not null)
        {
            foreach (string line in Plan.Scores) output.WriteLine(line);
            return 0;
        }

        if (options.Quiet) return 0;
        output.Write(Simulation.ToText(document, new SimulationOptions
        {
            Planning = planning,
            SetDate = options.Date,
            ShowChanges = options.NeedsPlan,
            Execute = options.Simulate,
        }));
        return 0;
    }

    private bool TryTime(CibDocument document, out long now)
    {
        long clock = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        now = clock;
        if (options.Date is { } date)
        {
            if (!CibDateTime.TryParse(date, new CibDateTime(clock), out var parsed)) return false;
            now = parsed.EpochSeconds;
        }
        else if (IntegerText.TryReadLeading(document.PackedRoot.Value("execution-date"), out long recorded))
        {
            now = recorded;
        }

        return true;
    }
}
