using Mainstay.Cli.Configuration;
using Mainstay.Client;

namespace Mainstay.Cli.Rendering;

/// <summary>The history of fencing as a listing.</summary>
internal static class FencingListing
{
    /// <summary>The listing.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="events">The events, in the order shown.</param>
    public static Listing Make(string? title, IEnumerable<FencingEvent> events)
    {
        var listing = new Listing(title, "Node", "Action", "Result", "By", "For", "Completed")
        {
            TextColumns = new HashSet<int> { 2, 4, 5 },
        };
        foreach (var entry in events)
        {
            listing.Add(
                entry.Target,
                entry.Action,
                entry.State switch
                {
                    "success" => new Cell("successful", Tone.Good),
                    "failed" => new Cell(entry.ExitReason is { Length: > 0 } why ? $"failed: {why}" : "failed", Tone.Alarm),
                    var other => new Cell(other, Tone.Warning),
                },
                entry.State == "pending" ? "" : entry.Delegate,
                $"{entry.Client} on {entry.Origin}",
                entry.State == "pending" ? "" : FencingText.Time(entry.Completed));
        }

        return listing;
    }
}
