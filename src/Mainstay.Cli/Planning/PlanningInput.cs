using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Planning;

/// <summary>A CIB in the form that is planned for, with the circumstances of the plan.</summary>
/// <param name="Document">Of the newest schema and valid; the caller may change it.</param>
/// <param name="Options">The effective time, and whether the CIB is that of the running cluster.</param>
internal sealed record PlanningInput(CibDocument Document, PlannerOptions Options)
{
    /// <summary>Whether the CIB came from a file, so that its lines mean something to the user.</summary>
    public bool IsFile => Options.IsSanitized;

    /// <summary>
    /// Reads the file that the user named, else that of <c>CIB_file</c>, else the shadow copy or the running cluster, and prepares it.
    /// </summary>
    /// <param name="context">The tool's context.</param>
    /// <param name="file">A CIB file, or null.</param>
    /// <param name="date">The time to plan for (ISO 8601); null = that of the CIB, else the clock's.</param>
    /// <exception cref="CommandFailure">
    /// Nothing to be read (4, 66, or what the manager says, 102), not well-formed (65), not valid (78), no date (64).
    /// </exception>
    public static PlanningInput Load(ToolContext context, string? file, string? date)
    {
        file ??= context.Environment("CIB_file") is { Length: > 0 } named ? named : null;
        var loaded = file is null ? CibSource.Of(context).Load() : CibLoad.ForPlanning(file);
        if (loaded.Document is not { } input)
        {
            throw new CommandFailure(loaded.Message ?? NativeExit.Text(loaded.Code), loaded.Code);
        }

        if (Prepare(input, out var problems) is not { } document)
        {
            throw new CommandFailure(
                [.. problems.Where(p => p.Severity == CibSeverity.Error).Select(p => p.ToString())], NativeExit.Configuration);
        }

        long now = Time(document, date, context.Now, out string problem) ?? throw new CommandFailure(problem, NativeExit.Usage);
        return new PlanningInput(document, Circumstances(now, isSanitized: file is not null));
    }

    /// <summary>Brings an input into the form that is planned for, or says why it cannot be.</summary>
    /// <param name="input">The CIB as read; not to be used afterwards, for it may be changed.</param>
    /// <param name="problems">Errors and warnings.</param>
    public static CibDocument? Prepare(CibDocument input, out IReadOnlyList<CibProblem> problems)
    {
        var upgraded = CibUpgrade.UpgradeInPlace(input);
        problems = upgraded.AllProblems;
        return problems.Any(problem => problem.Severity == CibSeverity.Error) ? null : upgraded.Document;
    }

    /// <summary>The effective time: as given, else as the CIB says, else the clock's.</summary>
    /// <param name="document">The CIB.</param>
    /// <param name="date">The time given (ISO 8601), or null.</param>
    /// <param name="clock">What the clock says, in the local zone.</param>
    /// <param name="problem">What is wrong with the time given.</param>
    /// <returns>Seconds since 1970, or null if the time given is none.</returns>
    public static long? Time(CibDocument document, string? date, DateTimeOffset clock, out string problem)
    {
        problem = string.Empty;
        if (date is not null)
        {
            var now = new CibDateTime(clock.ToUnixTimeSeconds(), (int)clock.Offset.TotalSeconds);
            if (CibDateTime.TryParse(date, now, out var parsed)) return parsed.EpochSeconds;
            problem = $"'{date}' is no date: give YYYY-MM-DD hh:mm:ss or another ISO 8601 form";
            return null;
        }

        return IntegerText.TryReadLeading(document.PackedRoot.Value("execution-date"), out long recorded)
            ? recorded
            : clock.ToUnixTimeSeconds();
    }

    /// <summary>The circumstances of a plan on this host.</summary>
    /// <param name="now">The effective time, seconds since 1970.</param>
    /// <param name="isSanitized">Whether the CIB may lack what is secret (it is not that of the running cluster).</param>
    public static PlannerOptions Circumstances(long now, bool isSanitized) => new()
    {
        Now = now,
        LocalOffsetSeconds = (int)DateTimeOffset.Now.Offset.TotalSeconds,
        IsSanitized = isSanitized,
    };
}
