using System.Diagnostics;
using System.Globalization;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Planning;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary>Plans for every input of a folder and shows how long each takes (<c>--profile</c>).</summary>
internal static class SimulateProfile
{
    /// <summary>Runs the plans.</summary>
    /// <param name="context">The tool's context.</param>
    /// <param name="folder">The folder; its files named *.xml are taken.</param>
    /// <param name="request">The request, for the number of repeats.</param>
    /// <param name="output">Where the times are shown.</param>
    public static int Run(ToolContext context, string folder, SimulateRequest request, NativeOutput output)
    {
        int repeats = 1;
        if (request["repeat"] is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out repeats) || repeats < 1))
        {
            return output.Usage($"--repeat needs a number from 1 up, not '{text}'");
        }

        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "*.xml");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return output.Fail(NativeExit.NoInput, $"crm_simulate: cannot read {folder}: {error.Message}");
        }

        output.Line("Timings:");
        var timings = new System.Xml.Linq.XElement("timings");
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            if (Time(file, repeats, request, context.Now, out string problem) is not { } seconds)
            {
                output.Error($"crm_simulate: {file}: {problem}");
                continue;
            }

            output.Line(string.Create(CultureInfo.InvariantCulture, $"  * Testing {file} ... {seconds:F2} secs"));
            timings.Add(Monitor.StatusXml.Make(
                "timing", ("file", file), ("duration", seconds.ToString("F6", CultureInfo.InvariantCulture))));
        }

        output.Element(timings);
        return output.Finish(NativeExit.Ok);
    }

    private static double? Time(string file, int repeats, SimulateRequest request, DateTimeOffset clock, out string problem)
    {
        var loaded = CibLoad.ForPlanning(file);
        problem = loaded.Message ?? "The CIB does not conform to its schema";
        if (loaded.Document is not { } input || PlanningInput.Prepare(input, out _) is not { } document) return null;
        if (PlanningInput.Time(document, request["set-datetime"], clock, out problem) is not { } now) return null;
        var planning = new PlannerOptions { Now = now, IsSanitized = true };
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < repeats; i++) _ = Planner.Plan(document, planning);
        return watch.Elapsed.TotalSeconds / repeats;
    }
}
