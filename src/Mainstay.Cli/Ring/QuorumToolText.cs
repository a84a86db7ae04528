using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>How the quorum tool shows nodes.</summary>
internal sealed record QuorumToolStyle
{
    /// <summary>Node ids in hexadecimal.</summary>
    public bool IsHexadecimal { get; init; }

    /// <summary>Addresses instead of names.</summary>
    public bool ShowsAddresses { get; init; }

    /// <summary>Those of all links instead of the first.</summary>
    public bool ShowsAllLinks { get; init; }

    /// <summary>The column of the quorum device even where none is registered.</summary>
    public bool IsParsable { get; init; }

    /// <summary>Order of the nodes: <c>a</c> as they come, <c>n</c> by name, <c>i</c> by id.</summary>
    public char Order { get; init; } = 'a';
}

/// <summary>The text of <c>corosync-quorumtool</c> (spec/cli-crm.md section 12; cases/ring/*/quorumtool-*.txt).</summary>
internal static class QuorumToolText
{
    private static readonly (RingVoteFlags Flag, string Word)[] s_words =
    [
        (RingVoteFlags.TwoNode, "2Node"),
        (RingVoteFlags.Quorate, "Quorate"),
        (RingVoteFlags.WaitForAll, "WaitForAll"),
        (RingVoteFlags.LastManStanding, "LastManStanding"),
        (RingVoteFlags.AutoTieBreaker, "AutoTieBreaker"),
        (RingVoteFlags.AllowDownscale, "AllowDownscale"),
        (RingVoteFlags.DeviceRegistered, "Qdevice"),
    ];

    /// <summary>The whole status.</summary>
    public static string Status(QuorumFacts facts, QuorumToolStyle style, DateTimeOffset now)
    {
        var quorum = facts.Quorum;
        var text = new StringBuilder();
        text.AppendLine("Quorum information");
        text.AppendLine("------------------");
        text.AppendLine(CultureInfo.InvariantCulture, $"Date:             {now:ddd MMM} {now.Day,2} {now:HH:mm:ss yyyy}");
        text.AppendLine($"Quorum provider:  {facts.Provider}");
        text.AppendLine($"Nodes:            {quorum.Members.Count}");
        text.AppendLine($"Node ID:          {Id(facts.Identity.LocalNodeId, style)}");
        text.AppendLine($"Ring ID:          {quorum.Ring}");
        text.AppendLine($"Quorate:          {(quorum.IsQuorate ? "Yes" : "No")}");
        if (facts.Own is not { } own) return text.ToString();
        text.AppendLine();
        text.AppendLine("Votequorum information");
        text.AppendLine("----------------------");
        text.AppendLine($"Expected votes:   {own.ExpectedVotes}");
        text.AppendLine($"Highest expected: {own.HighestExpected}");
        text.AppendLine($"Total votes:      {own.TotalVotes}");
        text.AppendLine($"Quorum:           {own.Quorum} {(quorum.IsQuorate ? " " : "Activity blocked")}");
        text.AppendLine($"Flags:            {string.Concat(s_words.Where(w => own.Flags.HasFlag(w.Flag)).Select(w => w.Word + " "))}");
        return text.Append(Nodes(facts, style)).ToString();
    }

    /// <summary>The list of nodes.</summary>
    public static string Nodes(QuorumFacts facts, QuorumToolStyle style)
    {
        var text = new StringBuilder();
        text.AppendLine();
        text.AppendLine("Membership information");
        text.AppendLine("----------------------");
        var hasVotes = facts.Own is not null;
        var hasDevice = hasVotes && (style.IsParsable || facts.Own!.Flags.HasFlag(RingVoteFlags.DeviceRegistered));
        text.AppendLine($"    Nodeid{(hasVotes ? "      Votes" : string.Empty)}{(hasDevice ? "    Qdevice" : string.Empty)} Name");
        var rows = facts.Quorum.Members.Select(id => (Id: id, Name: NameOf(facts.Identity, id, style)));
        rows = style.Order switch
        {
            'n' => rows.OrderBy(r => r.Name, StringComparer.Ordinal),
            'i' => rows.OrderBy(r => r.Id),
            _ => rows,
        };
        foreach (var (id, name) in rows)
        {
            var votes = facts.Members.FirstOrDefault(m => m.NodeId == id);
            text.Append(CultureInfo.InvariantCulture, $"{Id(id, style),10} ");
            if (hasVotes) text.Append(CultureInfo.InvariantCulture, $"{votes?.Votes ?? 0,10} ");
            if (hasDevice) text.Append(CultureInfo.InvariantCulture, $"{Device(votes?.Flags ?? RingVoteFlags.None),10} ");
            text.AppendLine(name + (id == facts.Identity.LocalNodeId ? " (local)" : string.Empty));
        }

        if (facts.Own is { } own && own.Flags.HasFlag(RingVoteFlags.DeviceRegistered)) AddDevice(text, own, style);
        return text.ToString();
    }

    private static void AddDevice(StringBuilder text, RingVoteInfo own, QuorumToolStyle style)
    {
        var votes = own.Flags.HasFlag(RingVoteFlags.DeviceCastsVote);
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Id(0, style),10} {(votes ? own.DeviceVotes : 0),10} {string.Empty,10} {own.DeviceName}");
        text.AppendLine(votes ? string.Empty : $" (votes {own.DeviceVotes})");
    }

    private static string Device(RingVoteFlags flags) => flags.HasFlag(RingVoteFlags.DeviceRegistered)
        ? $"{(flags.HasFlag(RingVoteFlags.DeviceAlive) ? "A" : "NA")},{(flags.HasFlag(RingVoteFlags.DeviceCastsVote) ? "V" : "NV")},"
            + (flags.HasFlag(RingVoteFlags.DeviceMasterWins) ? "MW" : "NMW")
        : "NR";

    private static string Id(uint id, QuorumToolStyle style) =>
        style.IsHexadecimal ? $"0x{id:x8}" : id.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(RingIdentity identity, uint nodeId, QuorumToolStyle style)
    {
        if (identity.Nodes.FirstOrDefault(n => n.NodeId == nodeId) is not { } node) return nodeId.ToString(CultureInfo.InvariantCulture);
        if (style.ShowsAllLinks) return string.Join(", ", node.Addresses.Select(a => style.ShowsAddresses ? a : HostOf(a)));
        if (style.ShowsAddresses) return node.Addresses[0];
        return node.Name == node.Addresses[0] ? HostOf(node.Name) : node.Name;
    }

    private static string HostOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return address;
        try
        {
            return Dns.GetHostEntry(parsed).HostName;
        }
        catch (SocketException)
        {
            return address;
        }
    }
}
