using System.Globalization;
using Mainstay.Simulator.Ring;

namespace Mainstay.Cli.RingSimulation;

/// <summary><c>mainstay ring-sim</c>: runs the deterministic ring simulator, or repeats one run of it readably.</summary>
internal sealed class RingSimulationTool : ITool
{
    private const string Usage =
        """
        usage: mainstay ring-sim [--seed N] [--count N] [--trace] [--coverage]

        Runs whole rings in one process under virtual time and checks every guarantee of the ring protocol.

          --seed N      first seed (default 1)
          --count N     number of seeds (default 1 with --seed, else 1000)
          --trace       print what happens, one line per event
          --coverage    print which states, reasons and rare paths were reached
        """;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        if (!TryParse(args, out var options, out var problem))
        {
            context.Error.WriteLine($"mainstay ring-sim: {problem}");
            context.Error.WriteLine(Usage);
            return 1;
        }

        if (options.Help)
        {
            context.Out.WriteLine(Usage);
            return 0;
        }

        return RunSeeds(context, options);
    }

    private static int RunSeeds(ToolContext context, Options options)
    {
        var coverage = new RingCoverage();
        var failed = 0L;
        var events = 0L;
        var simulated = TimeSpan.Zero;
        var slowest = TimeSpan.Zero;
        for (var index = 0UL; index < options.Count && !context.Cancellation.IsCancellationRequested; index++)
        {
            var result = Mainstay.Simulator.Ring.RingSimulation.Run(options.Seed + index, options.Trace ? context.Out : null);
            coverage.Add(result.Coverage);
            events += result.EventCount;
            simulated += result.SimulatedTime;
            slowest = result.Convergence > slowest ? result.Convergence : slowest;
            if (result.Violations.Count == 0)
            {
                continue;
            }

            failed++;
            context.Out.WriteLine($"seed {result.Seed} FAILED: {result.Violations[0]}");
            context.Out.WriteLine($"  {result.ReplayCommand}");
        }

        if (options.Coverage)
        {
            foreach (var (probe, hits) in coverage.Hits)
            {
                context.Out.WriteLine($"{hits,12} {probe}");
            }
        }

        context.Out.WriteLine(
            $"{options.Count} seeds, {failed} failed; {events} events, {simulated.TotalSeconds:0} simulated seconds, "
            + $"slowest convergence {slowest.TotalMilliseconds:0} ms");
        return failed == 0 ? 0 : 2;
    }

    private static bool TryParse(IReadOnlyList<string> args, out Options options, out string problem)
    {
        options = new Options();
        problem = "";
        ulong? count = null;
        ulong? seed = null;
        for (var index = 0; index < args.Count; index++)
        {
            switch (args[index])
            {
                case "--trace":
                    options = options with { Trace = true };
                    break;
                case "--coverage":
                    options = options with { Coverage = true };
                    break;
                case "--help" or "-h":
                    options = options with { Help = true };
                    break;
                case "--seed" when index + 1 < args.Count && ParseNumber(args[index + 1]) is { } number:
                    seed = number;
                    index++;
                    break;
                case "--count" when index + 1 < args.Count && ParseNumber(args[index + 1]) is { } number:
                    count = number;
                    index++;
                    break;
                default:
                    problem = $"unknown or incomplete argument '{args[index]}'";
                    return false;
            }
        }

        options = options with { Seed = seed ?? 1, Count = count ?? (seed is null ? 1000UL : 1UL) };
        return true;
    }

    private static ulong? ParseNumber(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Options
    {
        public ulong Seed { get; init; }

        public ulong Count { get; init; }

        public bool Trace { get; init; }

        public bool Coverage { get; init; }

        public bool Help { get; init; }
    }
}
