using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary><c>iso8601</c>: shows dates, durations and periods as rules understand them.</summary>
internal sealed class Iso8601Tool : NativeTool
{
    // From 0001-01-01 to 1970-01-01.
    private const long SecondsToEpoch = 62_135_596_800;

    /// <inheritdoc/>
    protected override string Name => "iso8601";

    /// <inheritdoc/>
    protected override string Summary => "Display and parse ISO 8601 dates and times";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('n', "now", null, "Display the current date/time"),
        new('d', "date", "DATE", "Parse an ISO 8601 date/time, e.g. '2019-09-24 00:30:00 +01:00' or '2019-040'"),
        new('p', "period", "PERIOD", "Parse an ISO 8601 period, e.g. '2005-040/2005-043'"),
        new('D', "duration", "DURATION", "Parse an ISO 8601 duration, e.g. 'P1M'"),
        new('E', "expected", "TEXT", "Exit with 1 if the result does not match this text"),
        new('s', "seconds", null, "Show the result as seconds since 0001-001 00:00:00Z"),
        new('S', "epoch", null, "Show the result as seconds since 1970-001 00:00:00Z"),
        new('L', "local", null, "Show the result in its own time zone"),
        new('O', "ordinal", null, "Show the result with the day of the year"),
        new('W', "week", null, "Show the result with week and weekday"),
    ];

    /// <inheritdoc/>
    protected override int Run(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var clock = context.Now;
        var now = new CibDateTime(clock.ToUnixTimeSeconds(), (int)clock.Offset.TotalSeconds);
        CibDateTime? date = null;
        if (options.Has("now"))
        {
            date = now;
            Show(output, "now", "Current date/time", Text(now, options));
        }

        if (options["date"] is { } text)
        {
            if (!CibDateTime.TryParse(text, now, out var parsed))
            {
                return output.Fail(NativeExit.InvalidParameter, $"iso8601: Invalid date/time specified: {text}");
            }

            date = parsed;
            Show(output, "date", "Date", Text(parsed, options));
        }

        if (options["period"] is { } periodText)
        {
            if (!CibPeriod.TryParse(periodText, now, out var period) || !IsPair(periodText))
            {
                return output.Fail(NativeExit.InvalidParameter, $"iso8601: Invalid interval specified: {periodText}");
            }

            output.Line($"Period: {Text(period.Start, options)} to {Text(period.End, options)}");
            output.Element(new XElement(
                "period", new XElement("start", Text(period.Start, options)), new XElement("end", Text(period.End, options))));
        }

        if (options["duration"] is { } durationText)
        {
            if (!CibDuration.TryParse(durationText, out var duration))
            {
                return output.Fail(NativeExit.InvalidParameter, $"iso8601: Invalid duration specified: {durationText}");
            }

            Show(output, "duration", "Duration", DurationText(duration));
            if (date is { } start)
            {
                date = start.Add(duration);
                Show(output, "duration_ends", "Duration ends at", Text(date.Value, options, keepOffset: true));
            }
        }

        return Judge(options, output, date);
    }

    private static int Judge(NativeOptions options, NativeOutput output, CibDateTime? date)
    {
        if (options["expected"] is { } expected)
        {
            return date is { } value
                ? output.Finish(Text(value, options) == expected ? NativeExit.Ok : NativeExit.Error)
                : output.Usage("--expected requires -n or -d");
        }

        return new[] { "now", "date", "period", "duration" }.Any(options.Has)
            ? output.Finish(NativeExit.Ok)
            : output.Usage("one of -n, -d, -p, -D is required");
    }

    /// <summary>Here a period needs both of its parts.</summary>
    private static bool IsPair(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < text.Length - 1
            && !(CibDuration.TryParse(text[..slash], out _) && CibDuration.TryParse(text[(slash + 1)..], out _));
    }

    private static void Show(NativeOutput output, string element, string label, string text)
    {
        output.Line($"{label}: {text}");
        output.Element(new XElement(element, text));
    }

    private static string Text(CibDateTime date, NativeOptions options, bool keepOffset = false)
    {
        var shown = keepOffset || options.Has("local") ? date : date.ToUtc();
        if (options.Has("seconds"))
        {
            return (date.EpochSeconds + SecondsToEpoch).ToString(CultureInfo.InvariantCulture);
        }

        if (options.Has("epoch"))
        {
            return date.EpochSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return options.Has("ordinal") ? shown.ToOrdinalText() : options.Has("week") ? shown.ToWeekText() : shown.ToString();
    }

    private static string DurationText(CibDuration duration)
    {
        var text = new StringBuilder();
        Append(text, duration.Years, 4, "year");
        Append(text, duration.Months, 2, "month");
        Append(text, (duration.Weeks * 7L) + duration.Days, 2, "day");
        var seconds = (duration.Hours * 3600L) + (duration.Minutes * 60L) + duration.Seconds;
        if (seconds == 0)
        {
            return text.ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"{seconds} second{(seconds == 1 ? string.Empty : "s")}");
        var magnitude = Math.Abs(seconds);
        if (magnitude >= 60)
        {
            (long Value, string Unit)[] parts = [(magnitude / 3600, "hour"), (magnitude / 60 % 60, "minute"), (magnitude % 60, "second")];
            var words = parts.Where(part => part.Value != 0)
                .Select(part => $"{part.Value} {part.Unit}{(part.Value == 1 ? string.Empty : "s")}");
            text.Append(CultureInfo.InvariantCulture, $" ({string.Join(' ', words)})");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, long value, int width, string unit)
    {
        if (value != 0)
        {
            text.Append(value.ToString(CultureInfo.InvariantCulture).PadLeft(width)).Append(' ').Append(unit)
                .Append(value == 1 ? " " : "s ");
        }
    }
}
