using System.Globalization;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <summary>What a <see cref="RingNode"/> is made of.</summary>
public sealed record RingNodeOptions
{
    /// <summary>Options of the protocol.</summary>
    public required TotemOptions Totem { get; init; }

    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>All configured nodes, this one too.</summary>
    public required IReadOnlyList<NodeId> Nodes { get; init; }

    /// <summary>Evaluated quorum settings.</summary>
    public required QuorumSettings Quorum { get; init; }

    /// <summary><c>totem.config_version</c>, 0 where not set.</summary>
    public ulong ConfigVersion { get; init; }

    /// <summary>The ring sequence last stored, 0 where none.</summary>
    public ulong StoredRingSequence { get; init; }

    /// <summary>The tracked expected votes last stored, 0 where none.</summary>
    public uint StoredExpectedVotes { get; init; }

    /// <summary>
    /// This process, by which others know that it runs this implementation; 0 = nobody is told, and nothing goes beyond the reference.
    /// </summary>
    public uint ProcessId { get; init; }

    /// <summary>
    /// A member that answers no probe for so long is gone, where all members run this implementation: <c>totem.token</c> as written,
    /// without what is added for the number of nodes.
    /// </summary>
    public TimeSpan PeerPatience { get; init; } = TimeSpan.FromMilliseconds(3000);

    /// <summary>Keys of the configuration file, for the map.</summary>
    public IReadOnlyDictionary<string, CmapValue> Keys { get; init; } = new SortedDictionary<string, CmapValue>(StringComparer.Ordinal);

    /// <summary>Addresses of the nodes by link, for the map.</summary>
    public IReadOnlyDictionary<uint, IReadOnlyList<string>> Addresses { get; init; } = new SortedDictionary<uint, IReadOnlyList<string>>();

    /// <summary>Options from a configuration file.</summary>
    /// <param name="configuration">The validated file.</param>
    /// <param name="storedRingSequence">From the ring id file.</param>
    /// <param name="storedExpectedVotes">From the ev_tracking file.</param>
    /// <param name="problems">What the protocol refuses.</param>
    /// <returns>The options, or <see langword="null"/> where there are problems.</returns>
    public static RingNodeOptions? FromConfiguration(
        RingConfiguration configuration, ulong storedRingSequence, uint storedExpectedVotes, out IReadOnlyList<TotemProblem> problems)
    {
        var totem = configuration.Totem;
        var found = new List<TotemProblem>();
        problems = found;
        var settings = new TotemSettings
        {
            Token = totem.Token,
            TokenWarning = totem.TokenWarning,
            TokenRetransmit = totem.TokenRetransmit,
            TokenRetransmitsBeforeLoss = totem.TokenRetransmitsBeforeLoss,
            Hold = totem.Hold,
            Join = totem.Join,
            SendJoin = totem.SendJoin,
            Consensus = totem.Consensus,
            Merge = totem.Merge,
            Downcheck = totem.DownCheck,
            FailReceiveLimit = totem.FailToReceive,
            SequenceUnchangedLimit = totem.SeqnoUnchanged,
            HeartbeatFailuresAllowed = totem.HeartbeatFailuresAllowed,
            MaxNetworkDelay = totem.MaxNetworkDelay,
            WindowSize = totem.WindowSize,
            MaxMessages = totem.MaxMessages,
            AcceleratedWindow = totem.AcceleratedWindow,
            MissCountLimit = totem.MissCount,
            CancelTokenHoldOnRetransmit = totem.CancelTokenHoldOnRetransmit,
            NetMtu = totem.NetMtu,
        };

        // The coefficient is part of totem.Token already, so the count given here must not add it again.
        var options = TotemOptions.TryCreate(settings, 2, totem.Transport == RingTransport.Knet, found);
        return options is null
            ? null
            : new RingNodeOptions
            {
                Totem = options,
                Self = new NodeId(configuration.LocalNode.NodeId),
                Nodes = [.. configuration.Nodes.Select(n => new NodeId(n.NodeId)).Order()],
                Quorum = configuration.Quorum,
                ConfigVersion = totem.ConfigVersion,
                StoredRingSequence = storedRingSequence,
                StoredExpectedVotes = storedExpectedVotes,
                PeerPatience = TimeSpan.FromMilliseconds(PatienceMs(configuration)),
                Keys = KeysOf(configuration),
                Addresses = AddressesOf(configuration),
            };
    }

    private static uint PatienceMs(RingConfiguration configuration)
    {
        var written = configuration.Keys.TryGetValue("totem.token", out var value)
            && uint.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                ? token
                : 0;
        return written > 0 ? Math.Min(written, configuration.Totem.Token) : Math.Min(3000, configuration.Totem.Token);
    }

    private static SortedDictionary<string, CmapValue> KeysOf(RingConfiguration configuration)
    {
        var keys = new SortedDictionary<string, CmapValue>(StringComparer.Ordinal);
        foreach (var (key, value) in configuration.Keys) keys[key] = value;
        keys["nodelist.local_node_pos"] = CmapValue.Of((uint)configuration.LocalNode.Position);
        return keys;
    }

    // Link 0 by its address, as the reference shows it; further ones as written.
    private static SortedDictionary<uint, IReadOnlyList<string>> AddressesOf(RingConfiguration configuration)
    {
        var addresses = new SortedDictionary<uint, IReadOnlyList<string>>();
        foreach (var node in configuration.Nodes)
        {
            addresses[node.NodeId] = [node.ResolvedAddress.ToString(), .. node.Addresses.Skip(1)];
        }

        return addresses;
    }
}
