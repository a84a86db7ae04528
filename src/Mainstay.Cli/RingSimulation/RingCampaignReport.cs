using System.Text.Json;
using Mainstay.Simulator.Ring;
using Mainstay.Totem;

namespace Mainstay.Cli.RingSimulation;

/// <summary>What <c>mainstay ring-sim</c> prints of a campaign, for people and for programs.</summary>
internal sealed class RingCampaignReport(RingCampaign campaign, RingSimulationOptions options, TimeSpan elapsed)
{
    private double Seconds => Math.Max(elapsed.TotalSeconds, 0.001);

    private double EventsPerSecond => campaign.EventCount / Seconds;

    /// <summary>Virtual node time by real time.</summary>
    private double NodeRatio => campaign.NodeTime.TotalSeconds / Seconds;

    private double FaultsPerNodeHour => campaign.Faults.Events / Math.Max(campaign.NodeTime.TotalHours, 1e-9);

    /// <summary>The command that repeats one run, readably.</summary>
    public static string ReplayCommand(ulong seed, RingSimulationOptions options) =>
        $"mainstay ring-sim --profile {Name(options.Profile)}{(options.Transport == RingTransport.Knet ? " --transport knet" : "")} "
        + $"--seed {seed} --trace";

    public void WriteText(TextWriter output)
    {
        if (options.Coverage)
        {
            WriteCoverage(output);
        }

        foreach (var failure in campaign.Failures)
        {
            output.WriteLine($"seed {failure.Seed} FAILED: {failure.Violations[0]}");
            output.WriteLine($"  {ReplayCommand(failure.Seed, options)}");
        }

        output.WriteLine(
            $"profile {Name(options.Profile)}{(options.Transport == RingTransport.Knet ? " on knet" : "")}, "
            + $"seeds {options.Seed} to {options.Seed + campaign.RunCount - 1}: {campaign.RunCount} runs, "
            + $"{campaign.Failures.Count} with violations; history {campaign.HistoryHash:x16}");
        output.WriteLine(
            $"{campaign.SimulatedTime.TotalHours:0.00} virtual hours, {campaign.NodeTime.TotalHours:0.00} node-hours; "
            + $"{campaign.Faults.Events} faults of nodes and paths ({FaultsPerNodeHour:0.0} per node-hour), "
            + $"{campaign.Faults.Datagrams} of datagrams; slowest agreement after healing {campaign.SlowestConvergence.TotalSeconds:0.0} s "
            + $"(seed {campaign.SlowestSeed})");
        WriteStandstill(output);
        output.WriteLine(
            $"{campaign.EventCount} events in {Seconds:0.0} s with {options.Jobs} jobs: {EventsPerSecond / 1000:0} thousand events per "
                + $"second, "
            + $"node time {NodeRatio:0} times real time");
    }

    public void WriteJson(TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("profile", Name(options.Profile));
            writer.WriteString("transport", options.Transport == RingTransport.Knet ? "knet" : "plain");
            writer.WriteNumber("firstSeed", options.Seed);
            writer.WriteNumber("runs", campaign.RunCount);
            writer.WriteString("history", campaign.HistoryHash.ToString("x16"));
            writer.WriteNumber("virtualHours", Math.Round(campaign.SimulatedTime.TotalHours, 3));
            writer.WriteNumber("nodeHours", Math.Round(campaign.NodeTime.TotalHours, 3));
            writer.WriteNumber("slowestAgreementSeconds", Math.Round(campaign.SlowestConvergence.TotalSeconds, 3));
            writer.WriteNumber("longestStandstillSeconds", Math.Round(campaign.LongestStandstill.TotalSeconds, 3));
            writer.WriteNumber("standstillPermille", campaign.StandstillPermille);
            writer.WriteNumber("events", campaign.EventCount);
            writer.WriteNumber("realSeconds", Math.Round(Seconds, 3));
            writer.WriteNumber("jobs", options.Jobs);
            writer.WriteNumber("eventsPerSecond", Math.Round(EventsPerSecond));
            writer.WriteNumber("nodeTimeToRealTime", Math.Round(NodeRatio));
            writer.WriteStartArray("violations");
            foreach (var failure in campaign.Failures)
            {
                writer.WriteStartObject();
                writer.WriteNumber("seed", failure.Seed);
                writer.WriteString("rule", failure.Violations[0].Rule);
                writer.WriteString("text", failure.Violations[0].Text);
                writer.WriteString("repeat", ReplayCommand(failure.Seed, options));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("faults");
            foreach (var kind in Enum.GetValues<FaultKind>())
            {
                writer.WriteNumber(kind.ToString(), campaign.Faults[kind]);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("coverage");
            foreach (var (probe, hits) in campaign.Coverage.Hits)
            {
                writer.WriteNumber(probe, hits);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static string Name(RingProfile profile) => profile switch
    {
        RingProfile.Endurance => "endurance",
        RingProfile.Accelerated => "accelerated",
        RingProfile.HalfDead => "half-dead",
        _ => "storm",
    };

    /// <summary>What a half-dead node cost the others.</summary>
    private void WriteStandstill(TextWriter output)
    {
        if (options.Profile == RingProfile.HalfDead)
        {
            output.WriteLine(
                $"beside the half-dead node the worst of the others delivered nothing for {campaign.StandstillPermille / 10.0:0.0} % of "
                + $"the time, {campaign.LongestStandstill.TotalSeconds:0.0} s at once");
        }
    }

    private void WriteCoverage(TextWriter output)
    {
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            output.WriteLine($"{campaign.Faults[kind],14} fault {kind}");
        }

        output.WriteLine();
        output.WriteLine($"{"input",-24} {string.Join(' ', Enum.GetValues<TotemState>().Select(state => $"{state,12}"))}");
        foreach (var input in Enum.GetValues<TotemInput>())
        {
            var counts = Enum.GetValues<TotemState>().Select(state => $"{campaign.Coverage.Inputs(state, input),12}");
            output.WriteLine($"{input,-24} {string.Join(' ', counts)}");
        }

        output.WriteLine();
        foreach (var (probe, hits) in campaign.Coverage.Hits)
        {
            if (!probe.StartsWith("input ", StringComparison.Ordinal))
            {
                output.WriteLine($"{hits,14} {probe}");
            }
        }

        foreach (var rule in Enum.GetValues<TotemRule>())
        {
            if (campaign.Coverage.Rules(rule) == 0)
            {
                output.WriteLine($"{0,14} rule {rule}");
            }
        }

        output.WriteLine();
    }
}
