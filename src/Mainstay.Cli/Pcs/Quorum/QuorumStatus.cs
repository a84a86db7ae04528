using Mainstay.Cli.Rendering;
using Mainstay.Cli.Ring;
using Mainstay.Ring.Client;

namespace Mainstay.Cli.Pcs.Quorum;

/// <summary><c>quorum status</c>: the text of corosync-quorumtool (spec/cli-crm.md section 12), and <c>quorum expected-votes</c>.</summary>
internal static class QuorumStatus
{
    /// <summary><c>quorum status</c>: not being quorate is an answer, not an error.</summary>
    public static int Run(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        var (identity, status) = Ask(session, static async ring => (ring.Identity, await ring.GetStatusAsync(CancellationToken.None)));
        if (session.ShowsTables)
        {
            return session.Show(QuorumListings.All(identity, status));
        }

        if (session.OutputFormat == "json")
        {
            session.Out.Write(RingStatusText.Json(identity, status));
            return 0;
        }

        var facts = Ask(session, static ring => QuorumFacts.ReadAsync(ring, CancellationToken.None));
        session.Out.Write(QuorumToolText.Status(facts, new QuorumToolStyle { IsParsable = true }, session.Context.Now));
        return 0;
    }

    /// <summary><c>quorum expected-votes VOTES</c>.</summary>
    public static int ExpectedVotes(PcsSession session, IReadOnlyList<string> args)
    {
        session.RequireLive();
        if (args is not [var text] || !uint.TryParse(text, out var votes) || votes == 0)
        {
            throw new UsageFailure("a positive number of votes is expected");
        }

        Ask(session, async ring =>
        {
            await ring.Votes.SetExpectedAsync(votes, CancellationToken.None);
            return "";
        });
        return 0;
    }

    private static T Ask<T>(PcsSession session, Func<RingClient, Task<T>> question)
    {
        try
        {
            return AskAsync().GetAwaiter().GetResult();
        }
        catch (RingException e)
        {
            throw new CommandFailure(
                $"Unable to get quorum status: {e.Message}; start the cluster on this host with 'mainstay cluster start'");
        }

        async Task<T> AskAsync()
        {
            await using var ring = await RingClient.ConnectAsync(RingTool.SocketPath(session.Context, null), session.Context.Cancellation);
            return await question(ring);
        }
    }
}
