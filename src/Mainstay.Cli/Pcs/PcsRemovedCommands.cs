namespace Mainstay.Cli.Pcs;

/// <summary>Words of older versions, with what replaced them (spec/cli-pcs.md section 18).</summary>
internal static class PcsRemovedCommands
{
    private static readonly (string Words, string Replacement)[] s_removed =
    [
        ("constraint show", "constraint config"),
        ("constraint list", "constraint config"),
        ("constraint location show", "constraint location config"),
        ("constraint order show", "constraint order config"),
        ("constraint colocation show", "constraint colocation config"),
        ("constraint ticket show", "constraint ticket config"),
        ("constraint rule", "constraint location add"),
        ("alert show", "alert config"),
        ("acl show", "acl config"),
        ("property show", "property config"),
        ("property list", "property config"),
        ("tag list", "tag config"),
        ("cluster standby", "node standby"),
        ("cluster unstandby", "node unstandby"),
        ("cluster quorum", "quorum"),
        ("cluster certkey", "pcsd certkey"),
        ("cluster pcsd-status", "status"),
        ("cluster remote-node", "cluster node add-guest"),
        ("resource show", "resource config' or 'pcs resource status"),
        ("resource master", "resource promotable"),
        ("resource failcount reset", "resource cleanup"),
        ("stonith show", "stonith config' or 'pcs stonith status"),
    ];

    /// <summary>What to use instead, or <see langword="null"/> where the words never were a command.</summary>
    public static string? ReplacementOf(List<string> words) =>
        Array.Find(s_removed, r =>
            r.Words.Split(' ') is var old && old.Length <= words.Count && old.SequenceEqual(words.Take(old.Length), StringComparer.Ordinal))
            .Replacement;
}
