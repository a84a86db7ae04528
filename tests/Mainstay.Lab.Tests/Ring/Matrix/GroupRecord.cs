using System.Text;

namespace Mainstay.Lab.Tests.Ring.Matrix;

/// <summary>What one listener saw of a group, in its order: views of the membership and messages.</summary>
/// <param name="Name">Whose record.</param>
/// <param name="IsWhole">Whether the listener lived to the end; else its record just stops.</param>
/// <param name="Self">The listener's own name in the views.</param>
/// <param name="Entries">What it saw.</param>
internal sealed record GroupRecord(string Name, bool IsWhole, string Self, IReadOnlyList<GroupEntry> Entries)
{
    private const int PrintedWhole = 60;

    /// <summary>Reads a listener's lines: <c>members NODE/PID...</c> and <c>message NODE/PID TEXT</c>; others are passed over.</summary>
    public static GroupRecord Parse(string name, bool isWhole, IEnumerable<string> lines)
    {
        var entries = new List<GroupEntry>();
        var self = string.Empty;
        foreach (var line in lines)
        {
            var words = line.Split(' ', 3);
            if (words is ["message", var sender, var text])
            {
                entries.Add(new GroupEntry(null, sender, Digest(text)));
            }
            else if (words[0] == "members")
            {
                if (self.Length == 0) self = line[(line.IndexOf(" joined ", StringComparison.Ordinal) + 8)..].Split(' ', ':')[0];
                entries.Add(new GroupEntry(MembersOf(line), string.Empty, string.Empty));
            }
        }

        return new GroupRecord(name, isWhole, self, entries);
    }

    /// <summary>The members that a line names.</summary>
    public static List<string> MembersOf(string line) => [.. line.Split(' ').Skip(1).TakeWhile(w => w is not ("left" or "joined"))];

    // The reference's client prints long texts so; ours prints them whole.
    private static string Digest(string text)
    {
        if (text.Length <= PrintedWhole || text.Contains(" length ", StringComparison.Ordinal)) return text;
        var sum = 0u;
        foreach (var octet in Encoding.UTF8.GetBytes(text)) sum = (sum * 31) + octet;
        return $"{text[..text.IndexOf('.', StringComparison.Ordinal)]} length {text.Length} sum {sum}";
    }
}

/// <summary>A view, or a message.</summary>
/// <param name="View">Members; <see langword="null"/> in a message.</param>
/// <param name="Sender">Sender of a message.</param>
/// <param name="Text">Its text, or the digest of a long one.</param>
internal sealed record GroupEntry(IReadOnlyList<string>? View, string Sender, string Text)
{
    /// <summary>What makes the entry equal to another listener's.</summary>
    public string Key => View is null ? $"{Sender} {Text}" : $"view {string.Join(' ', View)}";

    /// <summary>The number at the end of the message's first word: <c>n1-0-17</c> is 17.</summary>
    public int Number
    {
        get
        {
            var word = Text.Split(' ')[0].TrimEnd('.');
            return int.Parse(word[(word.LastIndexOf('-') + 1)..]);
        }
    }
}
