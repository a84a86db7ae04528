using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>Everything that the quorum tool shows, read at one time.</summary>
/// <param name="Identity">The node and the node list.</param>
/// <param name="Provider"><c>quorum.provider</c>; empty where none is configured.</param>
/// <param name="Quorum">Membership and quorum.</param>
/// <param name="Members">Votes of the members and their flags, ascending by id; those without a provider have none.</param>
internal sealed record QuorumFacts(
    RingIdentity Identity, string Provider, RingQuorumChange Quorum, IReadOnlyList<RingVoteInfo> Members)
{
    /// <summary>The one provider that votes.</summary>
    public const string Votequorum = "corosync_votequorum";

    /// <summary>This node's own view; <see langword="null"/> without votes.</summary>
    public RingVoteInfo? Own => Members.FirstOrDefault(m => m.NodeId == Identity.LocalNodeId);

    /// <summary>Asks the daemon.</summary>
    public static async Task<QuorumFacts> ReadAsync(RingClient ring, CancellationToken cancellationToken)
    {
        var keys = await ring.Map.ListAsync("quorum.provider", cancellationToken);
        var provider = keys.Count > 0 ? keys[0].Value.ToString() : string.Empty;
        var status = await ring.GetStatusAsync(cancellationToken);
        var members = new List<RingVoteInfo>();
        if (provider == Votequorum)
        {
            foreach (var member in status.Quorum.Members)
            {
                if (await FindAsync(ring, member, cancellationToken) is { } votes) members.Add(votes);
            }
        }

        return new QuorumFacts(ring.Identity, provider, status.Quorum, members);
    }

    // A member that has only just come may not have told its votes yet.
    private static async Task<RingVoteInfo?> FindAsync(RingClient ring, uint member, CancellationToken cancellationToken)
    {
        try
        {
            return await ring.Votes.GetAsync(member, cancellationToken);
        }
        catch (RingException failure) when (failure.Error == RingError.NotFound)
        {
            return null;
        }
    }
}
