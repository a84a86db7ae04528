using System.Diagnostics;
using System.Text.Json;
using Xunit.Sdk;

namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>
/// Rings of Mainstay and real Corosync, every transport with every fault, under steady load of all nodes: members, votes, quorum and
/// ring id agree on all nodes by their own tools, and the group's order by the records of all of them (<see cref="OrderCheck"/>).
/// </summary>
/// <remarks><c>eng/interop-matrix.py</c> runs the whole matrix and writes the table in docs/conformance.md.</remarks>
[Collection("lab")]
public sealed class InteropMatrixTests
{
    /// <summary>Token timeout before the coefficient for the third node.</summary>
    internal const int TokenMs = 1000;

    private const string ResultsVariable = "MAINSTAY_MATRIX_RESULTS";
    private const int LeastMessages = 40;

    /// <summary>The rows of this run.</summary>
    public static TheoryData<string> Rings => [.. MatrixSelection.Rings];

    [Theory]
    [MemberData(nameof(Rings))]
    public async Task All_nodes_agree_whatever_happens(string ring)
    {
        var row = MatrixRing.All.First(r => r.Name == ring);
        var failures = new List<string>();
        RingLab? lab = null;
        try
        {
            foreach (var scenario in MatrixSelection.Scenarios(row))
            {
                var watch = Stopwatch.StartNew();
                try
                {
                    lab ??= await UpAsync(row);
                    await RunAsync(row, scenario, lab);
                    Record(row, scenario, null, watch.Elapsed);
                }
                catch (Exception failure) when (failure is (XunitException and not SkipException) or InvalidOperationException)
                {
                    // The next cell begins with a ring that has nothing behind it.
                    failures.Add($"== {ring}/{scenario.Name}\n{failure.Message}\n{lab?.Logs()}");
                    Record(row, scenario, failure.Message, watch.Elapsed);
                    lab?.Dispose();
                    lab = null;
                }
            }
        }
        finally
        {
            lab?.Dispose();
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    private static async Task<RingLab> UpAsync(MatrixRing row)
    {
        var lab = RingLab.Up($"matrix-{row.Transport}-{row.Mix}", row.Corosync, TokenMs, row.Links, row.Options, edit: row.Edit,
            network: row.Network);
        await lab.UntilAgreedAsync(RingLab.Nodes, [1, 2, 3], limit: ScenarioRun.Patience);
        return lab;
    }

    private static async Task RunAsync(MatrixRing row, Scenario scenario, RingLab lab)
    {
        var load = new SteadyLoad(lab, $"matrix-{scenario.Name}");
        var run = new ScenarioRun(row, lab, load);
        await load.StartAsync(RingLab.Nodes);
        await run.FlowAsync(30);
        await scenario.RunAsync(run);
        var records = await load.StopAsync();
        await run.UntilWholeAsync();
        var problems = OrderCheck.Problems(records);
        Assert.True(problems.Count == 0, $"{problems.Count} problems of order:\n{string.Join('\n', problems.Take(10))}");
        foreach (var record in records.Where(r => r.IsWhole))
        {
            // Who came back in the middle has seen less; nothing was proven by records that are empty.
            var count = record.Entries.Count(e => e.View is null);
            Assert.True(count >= LeastMessages, $"{record.Name} saw {count} messages only");
        }

        load.Dispose();
    }

    private static void Record(MatrixRing row, Scenario scenario, string? failure, TimeSpan time)
    {
        if (Environment.GetEnvironmentVariable(ResultsVariable) is not { Length: > 0 } path) return;
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("transport", row.Transport);
            json.WriteString("mix", row.Mix);
            json.WriteString("scenario", scenario.Name);
            json.WriteString("failure", failure);
            json.WriteNumber("seconds", Math.Round(time.TotalSeconds, 1));
            json.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(text.ToArray());
    }
}
