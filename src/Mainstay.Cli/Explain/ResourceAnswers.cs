using Mainstay.Scheduler;

namespace Mainstay.Cli.Explain;

/// <summary>Answers about a resource of any kind.</summary>
internal sealed class ResourceAnswers(PlannedCluster cluster)
{
    private const int MembersMax = 40;

    private readonly PrimitiveAnswers _primitives = new(cluster);

    /// <summary>Explains a resource, on one node if one is named.</summary>
    public Answer Explain(ClusterResource resource, ClusterNode? node, bool triesChanges)
    {
        var answer = new Answer { Subject = "resource", Name = resource.Id };
        if (resource.Variant == ResourceVariant.Primitive)
        {
            answer.Summary.Add(_primitives.Summary(resource));
            if (node is null) _primitives.Explain(resource, answer, triesChanges);
            else _primitives.ExplainOn(resource, node, answer, triesChanges);
            return answer;
        }

        var members = PlannedCluster.Primitives(resource).ToList();
        var running = members.FindAll(m => Plan.WillRunOn(m) is not null);
        string places = PlannedCluster.Outcome(cluster.Plan, resource.Id);
        string kind = resource.Variant.ToString().ToLowerInvariant();
        answer.Summary.Add(running.Count == 0 ? $"{resource} is a {kind} of {Count(members)}; none will run."
            : $"{resource} is a {kind} of {Count(members)}; {PlannedCluster.Number(running.Count)} will run: {places}.");
        foreach (var member in members.Take(MembersMax)) answer.Summary.Add("  " + _primitives.Summary(member));
        if (members.Count > MembersMax) answer.Summary.Add($"  ... and {PlannedCluster.Number(members.Count - MembersMax)} more.");
        foreach (var (member, on) in Chosen(resource, members, node))
        {
            if (on is null) _primitives.Explain(member, answer, triesChanges);
            else _primitives.ExplainOn(member, on, answer, triesChanges);
        }

        return answer;
    }

    private static string Count(List<ClusterResource> members) =>
        members.Count == 1 ? "1 primitive" : $"{PlannedCluster.Number(members.Count)} primitives";

    /// <summary>The members whose explanation tells most.</summary>
    private static IEnumerable<(ClusterResource Member, ClusterNode? Node)> Chosen(
        ClusterResource resource, List<ClusterResource> members, ClusterNode? node)
    {
        if (node is not null)
        {
            var there = members.Find(m => Plan.WillRunOn(m) == node);
            var free = members.Find(m => m.ActiveNodes.Contains(node)) ?? members.Find(m => Plan.WillRunOn(m) is null);
            if ((there ?? free ?? members.FirstOrDefault()) is { } asked) yield return (asked, node);
            yield break;
        }

        var stopped = members.Find(m => Plan.WillRunOn(m) is null);
        if (resource.Variant == ResourceVariant.Group)
        {
            if ((stopped ?? members.FirstOrDefault()) is { } first) yield return (first, null);
            yield break;
        }

        var running = members.Find(m => Plan.WillRunOn(m) is not null && m.NextRole == Role.Promoted)
            ?? members.Find(m => Plan.WillRunOn(m) is not null);
        if (running is not null) yield return (running, null);
        if (stopped is not null) yield return (stopped, null);
    }
}
