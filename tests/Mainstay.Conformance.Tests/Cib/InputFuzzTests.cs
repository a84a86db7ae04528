using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mainstay.Cib;
using Mainstay.Scheduler;
using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.Cib;

/// <summary>
/// Damaged configurations through the reader, the upgrade, the validation, the planner and the simulator: whatever the input, an answer or a
/// list of problems, never an exception, and soon. docs/conformance.md says how to run many more seeds and to replay one.
/// </summary>
public sealed class InputFuzzTests(ITestOutputHelper output)
{
    private const int DefaultCount = 300;
    private const int InputSizeMax = 60_000;
    private const long Now = 1_900_000_000;

    // A run of the planner on inputs of this size takes milliseconds; what takes this long does not end.
    private static readonly TimeSpan s_tooLong = TimeSpan.FromSeconds(60);

    [Fact]
    public void Damaged_input_gives_problems_or_a_plan_and_never_an_exception()
    {
        string folder = Repository.SharedPath("cases", "scheduler", "xml");
        string[] files = [.. Directory.GetFiles(folder, "*.xml").Where(f => new FileInfo(f).Length <= InputSizeMax).Order(StringComparer.Ordinal)];
        ulong first = (ulong)Number("MAINSTAY_FUZZ_SEED", 1);
        int count = (int)Number("MAINSTAY_FUZZ_COUNT", DefaultCount);
        var failures = new List<string>();
        var slowest = TimeSpan.Zero;
        ulong current = first;
        int planned = 0;
        var worker = new Thread(() =>
        {
            for (ulong seed = first; seed < first + (ulong)count && failures.Count < 10; seed++)
            {
                Volatile.Write(ref current, seed);
                var watch = Stopwatch.StartNew();
                string text = new InputMutator(seed).Mutate(files);
                try
                {
                    if (Digest(text)) planned++;
                }
                catch (Exception error) when (error is not OutOfMemoryException)
                {
                    failures.Add($"{Replay(seed)}\n{error}");
                }

                if (watch.Elapsed > slowest) slowest = watch.Elapsed;
            }
        });
        worker.IsBackground = true;
        worker.Start();
        ulong seen = 0;
        while (!worker.Join(s_tooLong))
        {
            ulong now = Volatile.Read(ref current);
            Assert.True(now != seen, $"no end after {s_tooLong.TotalSeconds} s: {Replay(now)}");
            seen = now;
        }

        output.WriteLine($"{count} inputs from seed {first}, {planned} planned, slowest {slowest.TotalMilliseconds:F0} ms");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.True(count < 100 || planned > count / 5, $"only {planned} of {count} inputs reached the planner: the damage is too heavy");
    }

    [Fact]
    public void The_same_seed_gives_the_same_damage()
    {
        string folder = Repository.SharedPath("cases", "scheduler", "xml");
        string[] files = [.. Directory.GetFiles(folder, "*.xml").Order(StringComparer.Ordinal).Take(20)];
        Assert.Equal(new InputMutator(7).Mutate(files), new InputMutator(7).Mutate(files));
        Assert.NotEqual(new InputMutator(7).Mutate(files), new InputMutator(8).Mutate(files));
    }

    /// <summary>Everything that is done with an input; true if it got as far as a plan.</summary>
    private static bool Digest(string text)
    {
        var parsed = CibDocument.Parse(Encoding.UTF8.GetBytes(text), "input");
        if (parsed.Document is not { } document)
        {
            Assert.NotEmpty(parsed.Problems);
            return false;
        }

        _ = CibValidator.Validate(document);
        var upgraded = CibUpgrade.Upgrade(document);
        _ = CibValidator.Validate(upgraded.Document);

        // Also what does not conform to its schema is planned for, as with validation switched off.
        var options = new SimulationOptions
        {
            Planning = new PlannerOptions { Now = Now, RecordScores = true, RecordUtilization = true, IsSanitized = true },
            Scenario = new SimulationScenario { Quorum = "true", Watchdog = "false" },
        };
        var result = Simulation.Run(upgraded.Document, options);
        _ = SimulationText.Of(result, new SimulationTextOptions { Now = Now, ShowAttributes = true, ShowFailCounts = true });
        _ = TransitionGraphXml.ToText(result.Plan!.Graph);
        using var drawing = new StringWriter(CultureInfo.InvariantCulture);
        TransitionDot.Write(result.Plan!, drawing, allActions: true);
        _ = result.Output.ToXml();
        return true;
    }

    private static string Replay(ulong seed) =>
        $"MAINSTAY_FUZZ_SEED={seed} MAINSTAY_FUZZ_COUNT=1 artifacts/build/bin/Mainstay.Conformance.Tests/debug/Mainstay.Conformance.Tests "
            + "--filter-class '*InputFuzzTests'";

    private static long Number(string name, long fallback) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : fallback;
}
