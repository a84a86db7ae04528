using System.Globalization;
using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary>The native tool <c>corosync-cpgtool</c> on mainstay-ring (spec/cli-crm.md section 12).</summary>
internal sealed class CpgTool : CorosyncTool
{
    private const string Usage = """
        usage: corosync-cpgtool [-n] [-e] [-d DELIMITER]

          Shows the process groups of the ring and their members.

          -n            names of the groups only
          -e            names as they are, unprintable characters too
          -d DELIMITER  one line a member, with this character between the fields
          -h            this help

        """;

    /// <inheritdoc/>
    protected override string Name => "corosync-cpgtool";

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args)
    {
        var options = PosixOptions.Parse(Name, "d:enh", [], args);
        if (options.Given.Exists(o => o.Name == "h"))
        {
            context.Out.Write(Usage);
            return 0;
        }

        if (options.Error is not null)
        {
            context.Error.WriteLine(options.Error);
            return 1;
        }

        await using var ring = await ConnectAsync(context, e => $"Could not initialize corosync cpg API error {(int)e}");
        if (ring is null) return 1;
        var groups = await ring.GetGroupsAsync(context.Cancellation);
        var delimiter = options.Given.LastOrDefault(o => o.Name == "d").Value is { Length: > 0 } text ? text[0] : (char?)null;
        var escapes = !options.Given.Exists(o => o.Name == "e");
        context.Out.Write(options.Given.Exists(o => o.Name == "n")
            ? NamesText(groups, delimiter, escapes)
            : MembersText(ring.Identity, groups, delimiter, escapes));
        return 0;
    }

    /// <summary>The names of the groups.</summary>
    internal static string NamesText(IReadOnlyList<RingGroup> groups, char? delimiter, bool escapes)
    {
        var names = string.Concat(groups.Select(g => $"{NameOf(g, escapes)}{delimiter ?? '\n'}"));
        return delimiter is null ? names : names + "\n";
    }

    /// <summary>The groups with their members, or one line a member with a delimiter.</summary>
    internal static string MembersText(RingIdentity identity, IReadOnlyList<RingGroup> groups, char? delimiter, bool escapes)
    {
        var text = new StringBuilder();
        if (delimiter is { } d)
        {
            text.Append($"GRP_NAME{d}PID{d}NODEID\n");
            foreach (var group in groups)
            {
                foreach (var member in group.Members)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{NameOf(group, escapes)}{d}{member.ProcessId}{d}{member.NodeId}\n");
                }
            }

            return text.ToString();
        }

        text.Append("Group Name\t       PID\t   Node ID\n");
        foreach (var group in groups)
        {
            text.Append(NameOf(group, escapes)).Append('\n');
            foreach (var member in group.Members)
            {
                var address = AddressesOf(identity, member.NodeId);
                text.Append(CultureInfo.InvariantCulture, $"\t\t{member.ProcessId,10}\t{member.NodeId,10} ({address})\n");
            }
        }

        return text.ToString();
    }

    private static string NameOf(RingGroup group, bool escapes)
    {
        if (!escapes) return Encoding.UTF8.GetString(group.Name.Span);
        var text = new StringBuilder();
        foreach (var character in group.Name.Span)
        {
            if (character == '\\') text.Append("\\\\");
            else if (character is >= 0x20 and < 0x7f) text.Append((char)character);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{character:x2}");
        }

        return text.ToString();
    }
}
