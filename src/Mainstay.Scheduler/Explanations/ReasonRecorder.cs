using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Keeps what the passes tell about their reasons while they work. It only looks at the state, so planning with and without it gives the
/// same plan. Each change of a score is checked against the last one known: what does not follow is recorded as
/// <see cref="ReasonKind.Unattributed"/>, so that no change can be forgotten unseen.
/// </summary>
internal sealed partial class ReasonRecorder(ClusterState state, CibDocument cib)
{
    private readonly List<ScoreTrace> _traces = [];
    private readonly Dictionary<LocationConstraint, (ConfigurationPlace? Place, ConfigurationPlace? Rule)> _locations = [];
    private readonly Dictionary<ColocationConstraint, ConfigurationPlace?> _colocations = [];
    private readonly Dictionary<TicketConstraint, ConfigurationPlace?> _tickets = [];
    private readonly IdIndex _ids = new(cib.Root);
    private XElement? _constraint;

    /// <summary>The configured constraint that is being read, or null.</summary>
    public void Reading(XElement? constraint) => _constraint = constraint;

    public void Read(LocationConstraint constraint, XElement? rule) =>
        _locations[constraint] = (PlaceOf(_constraint), PlaceOf(rule));

    public void Read(ColocationConstraint constraint)
    {
        if (constraint.IsExplicit) _colocations[constraint] = PlaceOf(_constraint);
    }

    public void Read(TicketConstraint constraint) => _tickets[constraint] = PlaceOf(_constraint);

    /// <summary>
    /// Where an element is in the document: copies (of templates, of what bundles contain) are traced back by their id; elements that the
    /// scheduler made itself have no place.
    /// </summary>
    public ConfigurationPlace? PlaceOf(XElement? element)
    {
        if (element is null) return null;
        if (element.AncestorsAndSelf().Last() == cib.Root) return ConfigurationPlace.Of(element);
        return element.Id() is { } id ? ConfigurationPlace.Of(_ids.Find(element.Name.LocalName, id)) : null;
    }

    private ScoreTrace Trace(ClusterResource resource)
    {
        while (_traces.Count <= resource.Index) _traces.Add(new ScoreTrace());
        return _traces[resource.Index];
    }

    private static int? Actual(ClusterResource resource, ClusterNode node) =>
        resource.Table.TryScore(node, out int score) ? score : null;

    /// <summary>An amount was added to one score.</summary>
    private void Add(ClusterResource resource, ClusterNode node, int amount, Reason reason)
    {
        var trace = Trace(resource);
        int? actual = Actual(resource, node);
        int? before = trace.Last(node);
        if (before is null && actual is not null)
        {
            // A new node starts with its own score, or with none where a location constraint alone names it.
            int start = Scores.Add(node.BaseScore, amount) == actual ? node.BaseScore : 0;
            trace.Append(new ScoreChange(node, ScoreOperation.Enter, start, null, start, new Reason(ReasonKind.Start)));
            before = start;
        }

        int? after = before is { } known ? Scores.Add(known, amount) : null;
        if (after != actual) Settle(resource, node, new Reason(ReasonKind.Unattributed), false);
        else if (actual is not null) trace.Append(new ScoreChange(node, ScoreOperation.Add, amount, before, actual, reason));
    }

    /// <summary>A score was replaced; bans of what is banned already are kept as further reasons.</summary>
    private void Replace(ClusterResource resource, ClusterNode node, Reason reason) => Settle(resource, node, reason, true);

    /// <summary>Records the difference between what is known and what is, if there is one.</summary>
    private void Settle(ClusterResource resource, ClusterNode node, Reason reason, bool always)
    {
        var trace = Trace(resource);
        int? actual = Actual(resource, node);
        int? before = trace.Last(node);
        if (actual == before && !(always && actual <= -Scores.Infinity)) return;
        if (actual is not { } after)
        {
            trace.Append(new ScoreChange(node, ScoreOperation.Leave, 0, before, null, reason));
            return;
        }

        if (before is not { } old)
        {
            trace.Append(new ScoreChange(node, ScoreOperation.Enter, after, null, after, reason));
            return;
        }

        int amount = Math.Abs(after) >= Scores.Infinity ? after : after - old;
        var operation = Scores.Add(old, amount) == after ? ScoreOperation.Add : ScoreOperation.Set;
        trace.Append(new ScoreChange(node, operation, operation == ScoreOperation.Add ? amount : after, old, after, reason));
    }

    /// <summary>Records all differences of a resource's table.</summary>
    private void Compare(ClusterResource resource, Reason reason)
    {
        foreach (var node in state.NodeList) Settle(resource, node, reason, false);
    }

    /// <summary>An amount was added for one node, or every node, in the tables of a resource and everything below it.</summary>
    private void AddBelow(ClusterResource resource, ClusterNode? node, int amount, Reason reason)
    {
        foreach (var each in resource.SelfAndDescendants())
        {
            if (node is not null)
            {
                Add(each, node, amount, reason);
                continue;
            }

            foreach (var any in state.NodeList) Add(each, any, amount, reason);
        }
    }

    /// <summary>Nothing must have changed unaccounted for.</summary>
    public void Verify(ClusterResource resource) => Compare(resource, new Reason(ReasonKind.Unattributed));

    /// <summary>Remembers how far the traces of a resource and everything below it have come.</summary>
    public ReasonMark Mark(ClusterResource resource) =>
        new([.. resource.SelfAndDescendants().Select(r => (r, Trace(r).Changes.Count))]);

    /// <summary>Forgets what was recorded since the mark, because the tables were restored.</summary>
    public void Rewind(ReasonMark? mark)
    {
        foreach (var (resource, count) in mark?.Counts ?? [])
        {
            Trace(resource).Truncate(count);
            Compare(resource, new Reason(ReasonKind.Unattributed));
        }
    }

    /// <summary>The changes of one resource's scores so far, and the last score per node.</summary>
    private sealed class ScoreTrace
    {
        private readonly List<int?> _last = [];

        public List<ScoreChange> Changes { get; } = [];

        public int? Last(ClusterNode node) => node.Index < _last.Count ? _last[node.Index] : null;

        public void Append(ScoreChange change)
        {
            Changes.Add(change);
            SetLast(change.Node, change.After);
        }

        public void Truncate(int count)
        {
            Changes.RemoveRange(count, Changes.Count - count);
            _last.Clear();
            foreach (var change in Changes) SetLast(change.Node, change.After);
        }

        private void SetLast(ClusterNode node, int? score)
        {
            while (_last.Count <= node.Index) _last.Add(null);
            _last[node.Index] = score;
        }
    }
}

/// <summary>How far the traces of some resources had come.</summary>
/// <param name="Counts">Number of changes by resource.</param>
internal sealed record ReasonMark(IReadOnlyList<(ClusterResource Resource, int Count)> Counts);
