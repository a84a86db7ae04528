namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>
/// What ordered delivery promises (spec/totem.md section 10), checked on the records of all listeners of a group: no message twice, no gap
/// in
/// what a member sent, one order everywhere, and the same messages and views for those that stayed together.
/// </summary>
internal static class OrderCheck
{
    /// <summary>What is wrong; empty where all is well.</summary>
    public static List<string> Problems(IReadOnlyList<GroupRecord> records)
    {
        var problems = new List<string>();
        foreach (var record in records) CheckAlone(record, problems);
        for (var i = 0; i < records.Count; i++)
        {
            for (var j = i + 1; j < records.Count; j++) CheckPair(records[i], records[j], problems);
        }

        return problems;
    }

    private static void CheckAlone(GroupRecord record, List<string> problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in record.Entries)
        {
            if (entry.View is { } members)
            {
                foreach (var gone in last.Keys.Except(members).ToList()) last.Remove(gone);
                continue;
            }

            if (!seen.Add(entry.Key)) problems.Add($"{record.Name}: {entry.Key} came twice");
            if (last.TryGetValue(entry.Sender, out var before) && entry.Number != before + 1)
            {
                problems.Add($"{record.Name}: {entry.Key} came after number {before} of the same sender, who was a member all the time");
            }

            last[entry.Sender] = entry.Number;
        }
    }

    private static void CheckPair(GroupRecord a, GroupRecord b, List<string> problems)
    {
        var places = b.Entries.Where(e => e.View is null).Select((e, i) => (e.Key, i)).DistinctBy(p => p.Key)
            .ToDictionary(p => p.Key, p => p.i);
        var latest = -1;
        foreach (var entry in a.Entries.Where(e => e.View is null))
        {
            if (!places.TryGetValue(entry.Key, out var place)) continue;
            if (place < latest) problems.Add($"{a.Name} and {b.Name}: {entry.Key} is in different places");
            latest = place;
        }

        var (ours, theirs) = (Together(a, b.Self), Together(b, a.Self));
        for (var i = 0; i < Math.Min(ours.Count, theirs.Count); i++)
        {
            // Who parts from the other may have seen more or less than he did just before.
            var isLast = i == ours.Count - 1 && i == theirs.Count - 1;
            if (isLast && a.IsWhole && b.IsWhole) CheckEqual(a, b, ours[i], theirs[i], problems);
        }

        if (a.IsWhole && b.IsWhole && (ours.Count == 0 || theirs.Count == 0)) problems.Add($"{a.Name} and {b.Name} never saw each other");
    }

    private static void CheckEqual(GroupRecord a, GroupRecord b, List<string> ours, List<string> theirs, List<string> problems)
    {
        var same = ours.Zip(theirs).TakeWhile(p => p.First == p.Second).Count();
        if (same == ours.Count && same == theirs.Count) return;
        problems.Add(
            $"{a.Name} and {b.Name} stayed together and saw the same {same} of {ours.Count} and {theirs.Count}, then:\n"
            + $"  {a.Name}: {string.Join(" | ", ours.Skip(same).Take(4))}\n  {b.Name}: {string.Join(" | ", theirs.Skip(same).Take(4))}");
    }

    /// <summary>The stretches in which the other was a member, each from the view in which both are for the first time.</summary>
    private static List<List<string>> Together(GroupRecord record, string other)
    {
        var stretches = new List<List<string>>();
        var isTogether = false;
        foreach (var entry in record.Entries)
        {
            if (entry.View is { } view)
            {
                var both = view.Contains(other, StringComparer.Ordinal) && view.Contains(record.Self, StringComparer.Ordinal);
                if (both && !isTogether) stretches.Add([]);
                isTogether = both;
            }

            if (isTogether) stretches[^1].Add(entry.Key);
        }

        return stretches;
    }
}
