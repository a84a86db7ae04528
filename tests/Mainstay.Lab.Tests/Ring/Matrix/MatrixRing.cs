namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>One row of the interoperation matrix: how the nodes talk, and which of them are real Corosync.</summary>
/// <param name="Transport">Name in the table.</param>
/// <param name="Links">Networks that join the hosts.</param>
/// <param name="Options">Of the lab's <c>corosync</c> command.</param>
/// <param name="Mix"><c>2c1m</c>: two Corosync and one Mainstay, and so on.</param>
/// <param name="Corosync">Hosts that run the reference.</param>
internal sealed record MatrixRing(string Transport, int Links, string[] Options, string Mix, string[] Corosync)
{
    private static readonly (string Name, int Links, string[] Options)[] s_transports =
    [
        ("udp", 1, ["--transport", "udp"]),
        ("udpu", 1, ["--transport", "udpu"]),
        ("knet", 1, ["--transport", "knet"]),
        ("knet-aes256-sha256", 1, ["--transport", "knet", "--crypto", "--cipher", "aes256", "--hash", "sha256"]),
        ("knet-2-passive", 2, ["--transport", "knet", "--totem", "link_mode=passive"]),
        ("knet-2-rr", 2, ["--transport", "knet", "--totem", "link_mode=rr"]),
    ];

    // A ring of the reference alone shows whether a cell fails because of the reference itself; a ring of ours alone, because of us.
    private static readonly (string Name, string[] Corosync)[] s_mixes =
        [("2c1m", ["n1", "n2"]), ("1c2m", ["n1"]), ("3c", ["n1", "n2", "n3"]), ("3m", [])];

    /// <summary>All rows, those without a mixture last.</summary>
    public static IReadOnlyList<MatrixRing> All { get; } =
        [.. s_mixes.SelectMany(m => s_transports.Select(t => new MatrixRing(t.Name, t.Links, t.Options, m.Name, m.Corosync)))];

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
}
