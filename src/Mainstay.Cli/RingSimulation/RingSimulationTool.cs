using System.Diagnostics;
using Mainstay.Simulator.Fuzzing;
using Mainstay.Simulator.Ring;

namespace Mainstay.Cli.RingSimulation;

/// <summary><c>mainstay ring-sim</c>: runs the deterministic ring simulator, or repeats one run of it readably.</summary>
internal sealed class RingSimulationTool : ITool
{
    /// <summary>A run found a violation.</summary>
    private const int ExitViolation = 2;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (RingSimulationOptions.Parse(args, out var problem) is not { } options)
        {
            context.Error.WriteLine($"mainstay ring-sim: {problem}");
            context.Error.WriteLine(RingSimulationOptions.Usage);
            return 1;
        }

        if (options.Help)
        {
            context.Out.WriteLine(RingSimulationOptions.Usage);
            return 0;
        }

        if (options.FuzzCount > 0)
        {
            return Fuzz(context, options);
        }

        return options.Trace ? Trace(context, options) : RunSeeds(context, options);
    }

    /// <summary>One seed after the other, readably.</summary>
    private static int Trace(ToolContext context, RingSimulationOptions options)
    {
        var failed = 0;
        for (var index = 0UL; index < options.Count && !context.Cancellation.IsCancellationRequested; index++)
        {
            var seed = options.Seed + index;
            var result = Mainstay.Simulator.Ring.RingSimulation.Run(
                seed, RingScenario.Draw(seed, options.Profile, options.Transport), context.Out);
            failed += result.Violations.Count > 0 ? 1 : 0;
            context.Out.WriteLine(
                $"seed {seed}: {result.EventCount} events, history {result.HistoryHash:x16}, {result.Violations.Count} violations");
        }

        return failed == 0 ? 0 : ExitViolation;
    }

    private static int Fuzz(ToolContext context, RingSimulationOptions options)
    {
        var clock = Stopwatch.StartNew();
        var fuzzer = DecoderFuzzer.Run(options.FuzzCount, options.Seed, options.Jobs, options.Captures, context.Cancellation);
        foreach (var (target, count) in fuzzer.Accepted)
        {
            context.Out.WriteLine($"{count,14} accepted by {target}");
        }

        foreach (var problem in fuzzer.Problems)
        {
            context.Out.WriteLine($"{problem.Target} FAILED: {problem.Problem}");
            context.Out.WriteLine($"  {Convert.ToHexString(problem.Packet)}");
        }

        context.Out.WriteLine(
            $"{fuzzer.PacketCount} packets, made of {fuzzer.CorpusSize} good ones with seed {options.Seed}, in "
            + $"{clock.Elapsed.TotalSeconds:0} s with {options.Jobs} jobs: {fuzzer.Problems.Count} problems; "
            + $"at most {fuzzer.AllocationPeak} bytes allocated by decoders for a packet, {fuzzer.AllocatedPerPacket} on average with the "
            + "machines behind them");
        return fuzzer.Problems.Count == 0 ? 0 : ExitViolation;
    }

    private static int RunSeeds(ToolContext context, RingSimulationOptions options)
    {
        var clock = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        var campaign = RingCampaign.Run(
            options.Profile, options.Seed, options.Count, options.Jobs, options.Transport, Finished, context.Cancellation);
        var report = new RingCampaignReport(campaign, options, clock.Elapsed);
        if (options.Json)
        {
            report.WriteJson(context.Out);
        }
        else
        {
            report.WriteText(context.Out);
        }

        return campaign.Failures.Count == 0 ? 0 : ExitViolation;

        void Finished(RingCampaign sofar, RingSimulationResult result)
        {
            if (result.Violations.Count > 0)
            {
                context.Error.WriteLine($"seed {result.Seed} FAILED: {result.Violations[0]}");
                context.Error.WriteLine($"  {RingCampaignReport.ReplayCommand(result.Seed, options)}");
            }

            if (options.Progress && clock.Elapsed - reported >= TimeSpan.FromMinutes(1))
            {
                reported = clock.Elapsed;
                context.Error.WriteLine(
                    $"{clock.Elapsed.TotalMinutes:0} min: {sofar.RunCount} of {options.Count} seeds, {sofar.NodeTime.TotalHours:0} "
                        + $"node-hours");
            }
        }
    }
}
