using System.Text.Json.Nodes;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Resilience;

/// <summary>The report as JSON.</summary>
internal static class ResilienceJson
{
    public static string Print(ResilienceCheck check, IReadOnlyList<ScenarioOutcome> outcomes) => Json.Print(Json.Object(
        ("fencingEnabled", check.IsFencingEnabled),
        ("unsettled", Texts(check.Unsettled)),
        ("stoppedBefore", Texts(check.StoppedBefore)),
        ("notPlayedThrough", Texts(check.OtherNodes)),
        ("overflowsBefore", Json.Array(check.OverflowsBefore.Select(Overflow))),
        ("fencingGapsBefore", Json.Array(check.FencingGapsBefore.Select(Gap))),
        ("scenarios", Json.Array(outcomes.Select(Scenario))),
        ("safe", outcomes.All(o => o.IsHarmless)))) + "\n";

    private static JsonObject Scenario(ScenarioOutcome outcome) => Json.Object(
        ("lost", Texts(outcome.Lost)),
        ("quorum", outcome.HasQuorum),
        ("unsettled", Texts(outcome.Unsettled)),
        ("takenOver", outcome.Recovered),
        ("services", Json.Array(outcome.Services.Select(s => Json.Object(
            ("resource", s.Resource),
            ("loss", Word(s.Loss.ToString())),
            ("instancesBefore", s.Before),
            ("instancesAfter", s.After),
            ("cause", Word(s.Cause.ToString())),
            ("reason", s.Reason))))),
        ("overflows", Json.Array(outcome.Overflows.Select(Overflow))),
        ("fencingGaps", Json.Array(outcome.FencingGaps.Select(Gap))),
        ("safe", outcome.IsHarmless));

    private static JsonObject Overflow(NodeOverflow overflow) => Json.Object(
        ("node", overflow.Node), ("attribute", overflow.Attribute), ("capacity", overflow.Capacity), ("used", overflow.Used));

    private static JsonObject Gap(FencingGap gap) => Json.Object(("device", gap.Device), ("node", gap.Node), ("reason", gap.Reason));

    private static JsonArray Texts(IEnumerable<string> texts) => Json.Array(texts.Select(t => (JsonNode?)JsonValue.Create(t)));

    // NotPromoted -> not-promoted
    private static string Word(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
