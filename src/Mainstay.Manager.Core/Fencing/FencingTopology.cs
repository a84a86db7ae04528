using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <summary>One level of a target's topology: all its devices must succeed.</summary>
internal sealed record TopologyLevel(int Index, IReadOnlyList<string> Devices);

/// <summary>Reads <c>fencing-topology</c> (spec/fencing.md section 4).</summary>
internal static class FencingTopology
{
    private const int IndexMax = 9;
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>Levels of a target in ascending order; empty where no topology is configured for it.</summary>
    public static IReadOnlyList<TopologyLevel> LevelsFor(CibDocument configuration, string target)
    {
        List<XElement> levels = [.. configuration.Configuration?.Elements("fencing-topology").Elements("fencing-level") ?? []];

        // Name, then attribute, then pattern, each in document order; all levels come from one kind of entry.
        Func<XElement, bool>[] kinds =
        [
            level => IsNamed(level, target),
            level => HasAttribute(level, target, configuration),
            level => IsMatched(level, target),
        ];
        foreach (var matches in kinds)
        {
            var first = levels.Find(level => matches(level));
            if (first is null) continue;
            var byIndex = new SortedDictionary<int, List<string>>();
            foreach (var level in levels.Where(level => matches(level) && IsSameEntry(level, first)))
            {
                if (!int.TryParse(level.Value("index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) continue;
                if (index is < 1 or > IndexMax) continue;
                if (!byIndex.TryGetValue(index, out var devices)) byIndex[index] = devices = [];
                devices.AddRange(
                    (level.Value("devices") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }

            return [.. byIndex.Select(pair => new TopologyLevel(pair.Key, pair.Value))];
        }

        return [];
    }

    private static bool IsSameEntry(XElement level, XElement first) =>
        level.Value("target") == first.Value("target")
        && level.Value("target-pattern") == first.Value("target-pattern")
        && level.Value("target-attribute") == first.Value("target-attribute")
        && level.Value("target-value") == first.Value("target-value");

    private static bool IsNamed(XElement level, string target) =>
        string.Equals(level.Value("target"), target, StringComparison.OrdinalIgnoreCase);

    private static bool HasAttribute(XElement level, string target, CibDocument configuration)
    {
        if (level.Value("target-attribute") is not { } name) return false;
        var node = configuration.Section("nodes")?.Elements("node")
            .FirstOrDefault(element => string.Equals(element.Value("uname"), target, StringComparison.OrdinalIgnoreCase));
        return node?.Elements("instance_attributes").Elements("nvpair")
            .Any(pair => pair.Value("name") == name && pair.Value("value") == level.Value("target-value")) == true;
    }

    private static bool IsMatched(XElement level, string target)
    {
        if (level.Value("target-pattern") is not { Length: > 0 } pattern) return false;
        try
        {
            return Regex.IsMatch(target, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
