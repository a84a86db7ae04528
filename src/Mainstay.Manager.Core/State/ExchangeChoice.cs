namespace Mainstay.Manager.Core;

/// <summary>Who keeps its state after an exchange, and who donates it.</summary>
internal sealed record ExchangeChoice(HelloCommand Donor, SortedSet<uint> Keepers)
{
    /// <summary>
    /// The newest configuration by (term, version) wins: it holds every acknowledged change. Among equals a running history wins over one
    /// that only a disk remembers, then the history that more members share, then the longer one, then the lowest node id.
    /// </summary>
    public static ExchangeChoice Make(IReadOnlyList<HelloCommand> hellos)
    {
        Invariant.Check(hellos.Count > 0, "an exchange has participants");
        var shares = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var hello in hellos)
        {
            if (hello.IsLive) shares[hello.Digest] = shares.GetValueOrDefault(hello.Digest) + 1;
        }

        var donor = hellos
            .OrderByDescending(hello => hello.Term)
            .ThenByDescending(hello => hello.AdminEpoch)
            .ThenByDescending(hello => hello.Epoch)
            .ThenByDescending(hello => hello.IsLive)
            .ThenByDescending(hello => hello.IsLive ? shares[hello.Digest] : 0)
            .ThenByDescending(hello => hello.Position)
            .ThenBy(hello => hello.NodeId)
            .First();
        var keepers = new SortedSet<uint> { donor.NodeId };
        foreach (var hello in hellos)
        {
            if (donor.IsLive && hello.IsLive && hello.Digest == donor.Digest) keepers.Add(hello.NodeId);
        }

        return new ExchangeChoice(donor, keepers);
    }
}
