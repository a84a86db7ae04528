using System.Globalization;
using System.Text;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Planning;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Simulate;

/// <summary><c>crm_simulate</c> and <c>mainstay simulate</c>: shows what the cluster would do (spec/scheduler-output.md).</summary>
internal sealed class SimulateTool : NativeTool
{
    private const int CannotCreate = 73;

    // Enough to find the place.
    private const int UnfinishedMax = 20;

    /// <inheritdoc/>
    protected override string Name => "crm_simulate";

    /// <inheritdoc/>
    protected override string Summary =>
        "Show what the cluster would do with a configuration and its status, and after events of your choice";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options => SimulateRequest.Known;

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options.Rest.Count > 0) return output.Usage($"unexpected argument '{options.Rest[0]}'");
        var request = new SimulateRequest(options);
        if (request["batch"] is { } list) return SimulateBatch.Run(context, list);
        if (request["profile"] is { } folder) return SimulateProfile.Run(context, folder, request, output);

        // The running cluster, and what stands in for it, is never replaced by a simulation.
        string? inPlace = request.Has("in-place") && !request.Has("live-check") ? request["xml-file"] ?? "-" : null;
        if (inPlace == "-") return output.Usage("--in-place needs a file: give --xml-file");

        context.DeferCollections();
        var loaded = Load(context, request);
        if (loaded.Document is not { } document) return output.Fail(loaded.Code, $"crm_simulate: {loaded.Message}");
        return Simulate(context, document, request, output, inPlace);
    }

    private static CibLoad Load(ToolContext context, SimulateRequest request)
    {
        if (request.Has("live-check")) return CibSource.Of(context).Load();
        if (request["xml-text"] is { } text) return CibLoad.OfParse(CibDocument.Parse(text, "the given text"));
        return request["xml-file"] is { } file and not "-"
            ? CibLoad.ForPlanning(file)
            : CibLoad.OfParse(CibDocument.Parse(context.In.ReadToEnd(), "standard input"));
    }

    private static int Simulate(
        ToolContext context, CibDocument input, SimulateRequest request, NativeOutput output, string? inPlace)
    {
        if (string.Equals(input.SchemaName, CibSchema.NoneName, StringComparison.OrdinalIgnoreCase))
        {
            output.Error(Simulation.ValidationDisabled);
        }

        if (PlanningInput.Prepare(input, out var problems) is not { } document)
        {
            foreach (var problem in problems.Where(p => p.Severity == CibSeverity.Error)) output.Error($"error: {problem}");
            return output.Fail(NativeExit.Configuration, "crm_simulate: The CIB does not conform to its schema");
        }

        if (PlanningInput.Time(document, request["set-datetime"], context.Now, out string timeProblem) is not { } now)
        {
            return output.Usage(timeProblem);
        }

        if (request.TryOut(document) is { } changeProblem) return output.Usage(changeProblem);
        var result = Simulation.Run(document, request.Simulation(now));
        Print(result, request, output, now);
        ReportRefused(result.Modifications, output);
        ReportRefused(result.Execution, output);

        // The reference aborts there (2.1.5): nothing is saved.
        if (result.IsRefused) return output.Finish(NativeExit.NoSuchObject);
        if (!result.IsComplete)
        {
            output.Error("crm_simulate: these actions wait for each other, or for one that cannot be carried out (look for a loop among "
                + $"the order constraints): {string.Join(", ", result.Unfinished.Take(UnfinishedMax))}");
        }

        if (Save(result, request, inPlace) is { } failure) return output.Fail(CannotCreate, $"crm_simulate: {failure}");
        return output.Finish(result.IsComplete ? NativeExit.Ok : NativeExit.Data);
    }

    private static void ReportRefused(IReadOnlyList<SimulationEvent> events, NativeOutput output)
    {
        foreach (var happened in events)
        {
            if (happened is SimulationEvent.Refused refused) output.Error(refused.Message);
        }
    }

    private static void Print(SimulationResult result, SimulateRequest request, NativeOutput output, long now)
    {
        if (output.IsXml)
        {
            foreach (var element in SimulateXml.Elements(result, request, now)) output.Element(element);
        }
        else if (!request.IsQuiet)
        {
            output.Text(SimulationText.Of(result, request.Text(now)));
        }
        else if (request.ShowsPlacement && result.Plan is { } plan)
        {
            foreach (var record in plan.Placement) output.Line(record.Text);
        }
    }

    private static string? Save(SimulationResult result, SimulateRequest request, string? inPlace)
    {
        var plan = result.Plan;
        return Write(request["save-input"], () => result.Input.ToXml())
            ?? Write(request["save-output"], () => result.Output.ToXml())
            ?? Write(inPlace, () => result.Output.ToXml())
            ?? WriteStream(plan is null ? null : request["save-graph"], stream => TransitionGraphXml.Write(plan!.Graph, stream))
            ?? Write(plan is null ? null : request["save-dotfile"], () => Drawing(plan!, request))
            ?? Write(plan is null ? null : request["save-svg"], () => TransitionSvg.Draw(TransitionSteps.Of(plan!)) + "\n")
            ?? Write(plan is null ? null : request["save-html"], () => TransitionHtml.ToText(plan!, Title(request)));
    }

    private static string Title(SimulateRequest request) =>
        request["xml-file"] is { } file and not "-" ? $"Transition for {Path.GetFileName(file)}" : "Transition";

    private static string Drawing(Plan plan, SimulateRequest request)
    {
        using var drawing = new StringWriter(CultureInfo.InvariantCulture);
        TransitionDot.Write(plan, drawing, request.Has("all-actions"), request.Has("verbose"));
        return drawing.ToString();
    }

    private static string? Write(string? file, Func<string> text)
    {
        if (file is null) return null;
        byte[] bytes = Encoding.UTF8.GetBytes(text());
        return WriteStream(file, stream => stream.Write(bytes));
    }

    private static string? WriteStream(string? file, Action<Stream> write)
    {
        if (file is null) return null;
        try
        {
            using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            write(stream);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"Could not write {file}: {error.Message}";
        }
    }
}
