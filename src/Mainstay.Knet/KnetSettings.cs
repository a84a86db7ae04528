using System.Collections.Immutable;
using Mainstay.Totem;

namespace Mainstay.Knet;

/// <summary>One other host and where its links end.</summary>
/// <param name="Node">Its id, 1..65535.</param>
/// <param name="Addresses">Address by link id; every link of the settings needs one.</param>
public sealed record KnetHostSettings(NodeId Node, ImmutableSortedDictionary<int, LinkAddress> Addresses);

/// <summary>What is wrong with the settings.</summary>
/// <param name="Text">In words.</param>
/// <param name="Option">The key of section <c>totem</c> that says so, where it is a single one.</param>
public sealed record KnetSettingsProblem(string Text, string? Option = null);

/// <summary>Everything the knet layer is made of (spec/knet-wire.md section 7).</summary>
public sealed record KnetSettings
{
    /// <summary>This node, 1..65535.</summary>
    public required NodeId Self { get; init; }

    /// <summary>All other hosts.</summary>
    public required ImmutableArray<KnetHostSettings> Hosts { get; init; }

    /// <summary>The links, the same set for every host; 1 to 8.</summary>
    public required ImmutableArray<KnetLinkSettings> Links { get; init; }

    /// <summary>How packets are protected when the layer starts; later changes go through the three steps.</summary>
    public CryptoSettings Crypto { get; init; } = CryptoSettings.None;

    /// <summary><c>link_mode</c>.</summary>
    public LinkMode Mode { get; init; } = LinkMode.Passive;

    /// <summary><c>knet_pmtud_interval</c>.</summary>
    public TimeSpan PathMtuInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>knet_mtu</c>: size of packets on the wire, in bytes; 0 has it discovered.</summary>
    public int FixedMtu { get; init; }

    /// <summary><c>knet_compression_model</c>: none or zlib.</summary>
    public CompressionModel Compression { get; init; } = CompressionModel.None;

    /// <summary><c>knet_compression_threshold</c>: only longer packets are compressed; 0 is 100 bytes.</summary>
    public int CompressionThreshold { get; init; }

    /// <summary><c>knet_compression_level</c>: 1 to 9 for zlib; 0 is its default.</summary>
    public int CompressionLevel { get; init; }

    /// <summary>What is wrong with the settings, in words, or <see langword="null"/>.</summary>
    public string? Problem => FindProblem()?.Text;

    /// <summary>What is wrong with the settings, or <see langword="null"/>.</summary>
    public KnetSettingsProblem? FindProblem()
    {
        if (!IsHostId(Self)) return new($"node id {Self} is not in 1..65535");
        if (Links.Length is 0 or > KnetLimits.LinkCountMax)
        {
            return new($"{Links.Length} links; 1 to {KnetLimits.LinkCountMax} are accepted");
        }

        foreach (var link in Links)
        {
            if (FindProblem(link) is { } problem) return new($"link {link.Link}: {problem}");
        }

        if (Links.Select(l => l.Link).Distinct().Count() != Links.Length) return new("a link id appears twice");
        foreach (var host in Hosts)
        {
            if (!IsHostId(host.Node) || host.Node == Self) return new($"node id {host.Node} is not the id of another host");
            if (Links.Any(l => !host.Addresses.ContainsKey(l.Link))) return new($"node {host.Node} lacks an address for one of the links");
        }

        if (Hosts.Select(h => h.Node).Distinct().Count() != Hosts.Length) return new("a node id appears twice");
        if (!IsAvailable(Compression))
        {
            return new($"compression by {Compression} is not available; none and zlib are", "knet_compression_model");
        }

        if (FixedMtu is < 0 or > ushort.MaxValue) return new($"knet_mtu {FixedMtu} is not in 0..65535", "knet_mtu");
        if (PathMtuInterval <= TimeSpan.Zero) return new("knet_pmtud_interval must be positive", "knet_pmtud_interval");
        return Crypto.Problem is { } ofCrypto ? new(ofCrypto, "crypto_cipher") : null;
    }

    /// <summary>Whether this version can read and write a compression.</summary>
    public static bool IsAvailable(CompressionModel model) => model is CompressionModel.None or CompressionModel.Zlib;

    private static bool IsHostId(NodeId node) => node.Value is > 0 and <= ushort.MaxValue;

    private static string? FindProblem(KnetLinkSettings link)
    {
        if (link.Link is < 0 or >= KnetLimits.LinkCountMax) return "its id is not in 0..7";
        return link.PingInterval <= TimeSpan.Zero || link.PingTimeout <= TimeSpan.Zero
            ? "ping interval and timeout must be positive"
            : null;
    }
}
