using System.Text;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Ring;

/// <summary><c>mainstay ring listen</c> and <c>send</c>.</summary>
internal static class RingGroupCommands
{
    /// <summary>Prints what the group delivers, one line each.</summary>
    public static async Task<int> ListenAsync(ToolContext context, RingClient ring, RingArguments arguments, CancellationToken stopping)
    {
        await ring.JoinAsync(arguments.Operands[0], stopping);
        var left = arguments.Count;
        await foreach (var happened in ring.Events.ReadAllAsync(stopping))
        {
            context.Out.WriteLine(Line(happened));
            if (happened is RingMessage && arguments.Count > 0 && --left == 0) return 0;
            if (happened is RingDisconnected) return 2;
        }

        return 0;
    }

    /// <summary>Sends texts, or with <c>-</c> the lines of standard input, and waits until the own messages came back in agreed
    /// order.</summary>
    public static async Task<int> SendAsync(ToolContext context, RingClient ring, RingArguments arguments, CancellationToken stopping)
    {
        await ring.JoinAsync(arguments.Operands[0], stopping);
        var self = new GroupMember(ring.Identity.LocalNodeId, (uint)Environment.ProcessId);
        var sending = arguments.Operands is [_, "-"] ? SendLinesAsync(context.In, ring, stopping)
            : SendTextsAsync(ring, arguments, stopping);
        Task<bool>? arrival = null;
        var delivered = 0L;
        while (!sending.IsCompleted || delivered < await sending)
        {
            arrival ??= ring.Events.WaitToReadAsync(stopping).AsTask();
            await (sending.IsCompleted ? (Task)arrival : Task.WhenAny(arrival, sending));
            if (!arrival.IsCompleted) continue;
            if (!await arrival) throw new RingException("the connection to the ring daemon ended");
            arrival = null;
            while (ring.Events.TryRead(out var happened))
            {
                if (happened is RingMessage message && message.Sender == self) delivered++;
                if (happened is RingDisconnected end) throw new RingException(end.Reason);
            }
        }

        await ring.LeaveAsync(stopping);
        return 0;
    }

    private static async Task<long> SendTextsAsync(RingClient ring, RingArguments arguments, CancellationToken stopping)
    {
        for (var round = 0; round < arguments.Repeat; round++)
        {
            foreach (var text in arguments.Operands.Skip(1)) await ring.MulticastAsync(Encoding.UTF8.GetBytes(text), stopping);
        }

        return (long)arguments.Repeat * (arguments.Operands.Count - 1);
    }

    private static async Task<long> SendLinesAsync(TextReader lines, RingClient ring, CancellationToken stopping)
    {
        var sent = 0L;

        // Waiting for a line must not keep events from being read: the console's reader blocks.
        while (await Task.Run(lines.ReadLine, stopping) is { } line)
        {
            await ring.MulticastAsync(Encoding.UTF8.GetBytes(line), stopping);
            sent++;
        }

        return sent;
    }

    private static string Line(RingEvent happened) => happened switch
    {
        RingMessage m => $"message {Name(m.Sender)} {Encoding.UTF8.GetString(m.Payload.Span)}",
        RingGroupChange g => $"members {string.Join(' ', g.Members.Select(Name))}"
            + Changes(" left ", g.Left) + Changes(" joined ", g.Joined),
        RingQuorumChange q => $"ring {q.Ring} {(q.IsQuorate ? "quorate" : "not quorate")} nodes {string.Join(' ', q.Members)}"
            + $" votes {q.Votes} of {q.ExpectedVotes}",
        RingDisconnected d => $"disconnected {d.Reason}",
        _ => happened.ToString(),
    };

    private static string Name(GroupMember member) => $"{member.NodeId}/{member.ProcessId}";

    private static string Changes(string word, IReadOnlyList<GroupMemberChange> changes) =>
        changes.Count == 0 ? string.Empty : word + string.Join(' ', changes.Select(c => $"{Name(c.Member)}:{c.Reason}"));
}
