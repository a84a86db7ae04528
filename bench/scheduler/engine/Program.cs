using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mainstay.Cib;

namespace Mainstay.Scheduler.Bench;

/// <summary>
/// Times the scheduler alone, warm, inside one process: <c>scheduler-engine [--seconds S] [--runs N] FILE...</c> prints one line of JSON
/// per file. The plan of each file is hashed, so that two versions can be compared.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        double seconds = 3;
        int runs = 15;
        var files = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--seconds") seconds = double.Parse(args[++i], CultureInfo.InvariantCulture);
            else if (args[i] == "--runs") runs = int.Parse(args[++i], CultureInfo.InvariantCulture);
            else files.Add(args[i]);
        }

        foreach (string file in files) Measure(file, seconds, runs);
        return files.Count == 0 ? 64 : 0;
    }

    private static void Measure(string file, double seconds, int runs)
    {
        byte[] bytes = File.ReadAllBytes(file);
        var watch = Stopwatch.StartNew();
        var document = CibUpgrade.Upgrade(CibDocument.ParseForPlanning(bytes, file).DocumentOrThrow()).Document;
        double read = watch.Elapsed.TotalMilliseconds;
        long now = IntegerText.TryReadLeading(document.PackedRoot.Value("execution-date"), out long recorded) ? recorded : 0;
        var options = new PlannerOptions { Now = now };
        var times = new List<double>();
        var processor = new List<double>();
        Plan plan;
        var paused = GC.GetTotalPauseDuration();
        int collections = GC.CollectionCount(0);
        long allocated;
        var total = Stopwatch.StartNew();
        do
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var cpu = Environment.CpuUsage.TotalTime;
            watch.Restart();
            plan = Planner.Plan(document, options);
            times.Add(watch.Elapsed.TotalMilliseconds);
            processor.Add((Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        while (times.Count < runs && total.Elapsed.TotalSeconds < seconds);

        paused = GC.GetTotalPauseDuration() - paused;
        int all = times.Count;
        collections = GC.CollectionCount(0) - collections;
        string hash = Hash(document, options);
        // The first half warms up: the runtime compiles what is hot while it goes on.
        double first = times[0];
        times.RemoveRange(0, times.Count / 2);
        processor.RemoveRange(0, processor.Count / 2);
        int kept = times.Count;
        times.Sort();
        processor.Sort();
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["file"] = Path.GetFileName(file),
            ["bytes"] = bytes.Length,
            ["read_ms"] = Math.Round(read, 1),
            ["first_ms"] = Math.Round(first, 1),
            ["median_ms"] = Math.Round(times[times.Count / 2], 2),
            ["min_ms"] = Math.Round(times[0], 2),
            ["cpu_ms"] = Math.Round(processor[processor.Count / 2], 2),
            ["runs"] = kept,
            ["gc_ms"] = Math.Round(paused.TotalMilliseconds / all, 2),
            ["collections"] = Math.Round((double)collections / all, 2),
            ["allocated"] = allocated,
            ["synapses"] = plan.Graph.Synapses.Count,
            ["hash"] = hash,
        }));
    }

    /// <summary>A hash of everything a plan shows: graph, scores, changes and drawing.</summary>
    private static string Hash(CibDocument document, PlannerOptions options)
    {
        var plan = Planner.Plan(document, options with { RecordScores = true });
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.Write(TransitionGraphXml.ToText(plan.Graph));
        TransitionDot.Write(plan, text);
        foreach (string line in plan.Changes) text.WriteLine(line);
        foreach (string line in plan.Scores) text.WriteLine(line);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}
