namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>One row of the interoperation matrix: how the nodes talk, and which of them are real Corosync.</summary>
/// <param name="Transport">Name in the table.</param>
/// <param name="Links">Networks that join the hosts.</param>
/// <param name="Options">Of the lab's <c>corosync</c> command.</param>
/// <param name="Edit">Changes the file that the lab writes.</param>
/// <param name="Network">Completes the hosts' network.</param>
/// <param name="Mix"><c>2c1m</c>: two Corosync and one Mainstay, and so on.</param>
/// <param name="Corosync">Hosts that run the reference.</param>
internal sealed record MatrixRing(
    string Transport, int Links, string[] Options, Func<string, string>? Edit, string? Network, string Mix, string[] Corosync)
{
    private const string AddIPv6 = "h=$(hostname)\nip -6 addr replace fd77::${h#n}/64 dev eth0 nodad";

    private static readonly (string Name, int Links, string[] Options)[] s_transports =
    [
        ("udp", 1, ["--transport", "udp"]),
        ("udpu", 1, ["--transport", "udpu"]),
        ("knet", 1, ["--transport", "knet"]),
        ("knet-aes256-sha256", 1, ["--transport", "knet", "--crypto", "--cipher", "aes256", "--hash", "sha256"]),
        ("knet-2-passive", 2, ["--transport", "knet", "--totem", "link_mode=passive"]),
        ("knet-2-rr", 2, ["--transport", "knet", "--totem", "link_mode=rr"]),
    ];

    // The addresses of the nodes in other forms.
    private static readonly (string Name, string[] Options, Func<string, string> Edit, string? Network)[] s_forms =
    [
        ("udp-broadcast", ["--transport", "udp"], text =>
            text.Replace("mcastaddr: 239.77.0.1", "broadcast: yes", StringComparison.Ordinal), null),
        ("udp-ipv6", ["--transport", "udp", "--totem", "ip_version=ipv6"], WithIPv6, AddIPv6),
        ("udpu-ipv6", ["--transport", "udpu"], WithIPv6, AddIPv6),
        ("knet-ipv6", ["--transport", "knet"], WithIPv6, AddIPv6),
        ("knet-names", ["--transport", "knet"], text =>
            text.Replace("ring0_addr: 10.77.0.", "ring0_addr: n", StringComparison.Ordinal), null),
    ];

    // A ring of the reference alone shows whether a cell fails because of the reference itself; a ring of ours alone, because of us.
    private static readonly (string Name, string[] Corosync)[] s_mixes =
        [("2c1m", ["n1", "n2"]), ("1c2m", ["n1"]), ("3c", ["n1", "n2", "n3"]), ("3m", [])];

    /// <summary>All rows, those without a mixture last.</summary>
    public static IReadOnlyList<MatrixRing> All { get; } =
    [
        .. s_mixes.SelectMany(m => s_transports.Select(t => new MatrixRing(t.Name, t.Links, t.Options, null, null, m.Name, m.Corosync))),
        .. s_mixes.SelectMany(m => s_forms.Select(f => new MatrixRing(f.Name, 1, f.Options, f.Edit, f.Network, m.Name, m.Corosync))),
    ];

    /// <summary>Transport and mixture.</summary>
    public string Name => $"{Transport}/{Mix}";

    /// <summary>Whether both kinds are in the ring.</summary>
    public bool IsMixed => Corosync.Length is 1 or 2;

    /// <summary>The last node of a kind; in a ring of one kind, the last for ours and the second for the reference.</summary>
    public string Victim(bool isCorosync) => (Corosync.Length, isCorosync) switch
    {
        (1 or 2, true) => Corosync[^1],
        (_, true) => "n2",
        _ => "n3",
    };

    private static string WithIPv6(string text) => text
        .Replace("bindnetaddr: 10.77.0.0", "bindnetaddr: fd77::", StringComparison.Ordinal)
        .Replace("mcastaddr: 239.77.0.1", "mcastaddr: ff15::77:1", StringComparison.Ordinal)
        .Replace("10.77.0.", "fd77::", StringComparison.Ordinal);
}
