using System.Xml.Linq;

namespace Mainstay.Scheduler;

/// <summary>What happens to a resource, in the words of the list of changes (<c>Move</c>, <c>Restart</c> ...).</summary>
/// <param name="Change">The word.</param>
/// <param name="From">Where it is now, or null.</param>
/// <param name="To">Where it will be, or null.</param>
/// <param name="IsBlocked">True if the change cannot be carried out.</param>
public sealed record PlannedChange(string Change, ClusterNode? From, ClusterNode? To, bool IsBlocked);

/// <content>Failures, fencing and flags of actions.</content>
internal sealed partial class ReasonRecorder
{
    private readonly SortedDictionary<int, List<Reason>> _failures = [];
    private readonly SortedDictionary<int, List<Reason>> _fencings = [];
    private readonly SortedDictionary<int, List<FlagChange>> _flags = [];
    private readonly SortedDictionary<int, List<PlannedChange>> _changes = [];
    private readonly List<(Ordering Ordering, XElement Place)> _orderings = [];

    /// <summary>An ordering was made while a configured constraint was read.</summary>
    public void Read(Ordering ordering)
    {
        if (_constraint is not null) _orderings.Add((ordering, _constraint));
    }

    /// <summary>The configured orderings with the elements they come from.</summary>
    public IReadOnlyList<(Ordering Ordering, XElement Place)> Orderings => _orderings;

    /// <summary>What the failures of a resource on a node ask for.</summary>
    public void OnFailApplies(ClusterResource resource, ClusterNode node, HistoryEntry? failure, OnFail onFail)
    {
        if (onFail == OnFail.Ignore) return;
        Append(_failures, resource.Index, OfFailure(resource, node, failure) with { Attribute = "on-fail", Limit = OnFailText(onFail) });
    }

    private static string OnFailText(OnFail onFail) => onFail switch
    {
        OnFail.ResetRemote => "reset-remote",
        OnFail.RestartContainer => "restart-container",
        _ => onFail.ToString().ToLowerInvariant(),
    };

    /// <summary>The failures that have consequences for a resource, in the order in which history showed them.</summary>
    public IReadOnlyList<Reason> FailuresOf(ClusterResource resource) => _failures.TryGetValue(resource.Index, out var list) ? list : [];

    /// <summary>Fencing of a node was asked for, with the reference's words.</summary>
    public void Fenced(ClusterNode node, string text) =>
        Append(_fencings, node.Index, new Reason(ReasonKind.Fencing) { Node = node, Detail = text });

    public IReadOnlyList<Reason> FencingsOf(ClusterNode node) => _fencings.TryGetValue(node.Index, out var list) ? list : [];

    public void Cleared(PlanAction action, ActionFlags flag, PlanAction cause, bool isColocation)
    {
        if (!_flags.TryGetValue(action.Id, out var list)) _flags.Add(action.Id, list = []);
        var change = new FlagChange(flag, cause, isColocation);
        if (!list.Contains(change)) list.Add(change);
    }

    public IReadOnlyList<FlagChange> FlagsOf(PlanAction action) => _flags.TryGetValue(action.Id, out var list) ? list : [];

    /// <summary>A line of the list of changes.</summary>
    public void Changes(string change, ClusterResource resource, ClusterNode? from, ClusterNode? to, bool isBlocked)
    {
        if (!_changes.TryGetValue(resource.Index, out var list)) _changes.Add(resource.Index, list = []);
        list.Add(new PlannedChange(change, from, to, isBlocked));
    }

    public IReadOnlyList<PlannedChange> ChangesOf(ClusterResource resource) =>
        _changes.TryGetValue(resource.Index, out var list) ? list : [];

    private static void Append(SortedDictionary<int, List<Reason>> lists, int key, Reason reason)
    {
        if (!lists.TryGetValue(key, out var list)) lists.Add(key, list = []);
        if (!list.Contains(reason)) list.Add(reason);
    }
}

/// <summary>A flag of an action was cleared because of another action.</summary>
/// <param name="Flag">The flag.</param>
/// <param name="Cause">The other action.</param>
/// <param name="IsColocation">True if a colocation is the link between the two, false if an ordering is.</param>
internal readonly record struct FlagChange(ActionFlags Flag, PlanAction Cause, bool IsColocation);
