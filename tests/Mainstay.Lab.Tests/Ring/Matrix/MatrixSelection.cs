using System.Text.RegularExpressions;

namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>
/// Which cells run: a few without more said; all with <c>MAINSTAY_MATRIX=all</c>; those that match patterns like
/// <c>knet*/2c1m/loss,udp/*/*</c>. Mixtures without one of the two kinds run only where a pattern names them.
/// </summary>
internal static class MatrixSelection
{
    private const string Variable = "MAINSTAY_MATRIX";

    private const string Short =
        "udp/2c1m/load,udp/2c1m/kill-corosync,udp/2c1m/leave-mainstay,udpu/2c1m/loss,udpu/2c1m/power-mainstay,udpu/2c1m/power-corosync,"
        + "knet-aes256-sha256/1c2m/kill-mainstay,knet-aes256-sha256/1c2m/part-mainstay,knet-aes256-sha256/1c2m/reload,"
        + "knet-ipv6/2c1m/power-mainstay,knet-2-passive/2c1m/link";

    /// <summary>The rows with a selected cell.</summary>
    public static IReadOnlyList<string> Rings { get; } =
        [.. MatrixRing.All.Where(r => Scenarios(r).Count > 0).Select(r => r.Name)];

    /// <summary>The selected cells of a row.</summary>
    public static IReadOnlyList<Scenario> Scenarios(MatrixRing ring) =>
        [.. Scenario.All.Where(s => s.NeedsLinks <= ring.Links && IsSelected(ring, $"{ring.Name}/{s.Name}"))];

    private static bool IsSelected(MatrixRing ring, string cell)
    {
        var selection = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : Short;
        return selection == "all" ? ring.IsMixed : selection.Split(',').Any(p => Matches(p, cell, ring));
    }

    private static bool Matches(string pattern, string cell, MatrixRing ring)
    {
        var parts = pattern.Split('/');
        return parts.Length == 3 && (ring.IsMixed || !parts[1].Contains('*', StringComparison.Ordinal))
            && Regex.IsMatch(cell, $"^{Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal)}$");
    }
}
