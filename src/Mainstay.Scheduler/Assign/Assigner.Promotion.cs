using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <content>Choosing which instances of a promotable clone are promoted (spec/scheduler-placement.md section 9.5).</content>
internal sealed partial class Assigner
{
    private readonly Dictionary<(ClusterResource Top, string Name), SiblingSet> _siblings = [];

    private void AddPromotionScores(ClusterResource clone)
    {
        if (clone.HasPromotionScores) return;
        clone.HasPromotionScores = true;
        foreach (var instance in clone.ChildList)
        {
            foreach (var node in state.NodeList)
            {
                if (!instance.Table.Contains(node) || !node.IsAvailable) continue;
                int score = PromotionScore(instance, node, out _);
                if (score > 0) instance.Table.AddScore(node, score);
                if (score > 0) state.Reasons?.PromotionPreferred(instance, node, score);
                if (score > instance.Priority) instance.Priority = score;
            }
        }
    }

    /// <summary>Section 9.5.1.</summary>
    private int PromotionScore(ClusterResource instance, ClusterNode node, out bool isDefault)
    {
        isDefault = true;
        if (instance.IsGroup)
        {
            int sum = 0;
            foreach (var member in instance.ChildList)
            {
                sum += PromotionScore(member, node, out bool memberDefault);
                isDefault &= memberDefault;
            }

            return sum;
        }

        if (!PromotionScoreApplies(instance, node)) return 0;
        string name = instance.HistoryName;
        string? text = PromotionAttribute(instance, node, name);
        if (text is null && !instance.IsUnique) text = PromotionAttribute(instance, node, ClusterResource.WithoutInstanceNumber(name));
        if (text is null) return 0;
        isDefault = false;
        return Score.Parse(text).Value;
    }

    private static string? PromotionAttribute(ClusterResource instance, ClusterNode node, string name)
    {
        string attribute = "master-" + name;
        bool onHost = node.IsGuest
            && string.Equals(instance.Meta["container-attribute-target"], "host", StringComparison.OrdinalIgnoreCase);
        if (!onHost) return node.Attributes.GetValueOrDefault(attribute);
        var container = node.Connection?.Launcher;
        var host = instance.IsUnassigned ? container?.CurrentNode() : container?.AssignedNode;
        return host?.Attributes.GetValueOrDefault(attribute);
    }

    private bool PromotionScoreApplies(ClusterResource instance, ClusterNode node)
    {
        bool applies = false;
        if (!instance.IsUnique)
        {
            var siblings = Siblings(instance);
            var active = siblings.ActiveOn(node);
            applies = active is null ? siblings.Probed.Contains(node) : active == instance;
        }

        applies |= (!instance.IsActiveAnywhere && instance.Probed.IsEmpty)
            || instance.Probed.Contains(node) || instance.Active.Contains(node);
        return applies && instance.Table.TryScore(node, out int score) && score >= 0;
    }

    /// <summary>The corresponding primitives of all instances of the clone, this one included.</summary>
    private SiblingSet Siblings(ClusterResource primitive)
    {
        var key = (primitive.Top, primitive.BaseName);
        if (_siblings.TryGetValue(key, out var known)) return known;
        var set = new SiblingSet();
        foreach (var sibling in primitive.Top.Primitives())
        {
            if (sibling.BaseName == primitive.BaseName) set.Add(sibling, state.NodeList);
        }

        _siblings.Add(key, set);
        return set;
    }

    /// <summary>Where corresponding primitives are active and were looked for; assignment does not change it.</summary>
    private sealed class SiblingSet
    {
        private readonly Dictionary<ClusterNode, ClusterResource> _active = [];
        private NodeSet _probed;

        public ref NodeSet Probed => ref _probed;

        /// <summary>The first one that is active on a node, or null.</summary>
        public ClusterResource? ActiveOn(ClusterNode node) => _active.GetValueOrDefault(node);

        public void Add(ClusterResource sibling, List<ClusterNode> nodes)
        {
            foreach (var node in sibling.Active) _active.TryAdd(node, sibling);
            foreach (var node in nodes)
            {
                if (sibling.Probed.Contains(node)) _probed.Add(node);
            }
        }
    }

    /// <summary>Section 9.5.2.</summary>
    private void ChoosePromoted(ClusterResource clone)
    {
        clone.Clone!.RolesStarted = true;
        clone.Table.ClearCounts();
        foreach (var instance in clone.ChildList) SetInstancePriority(clone, instance);
        SetPromotionPriorities(clone);
        var order = new InstanceOrder(this);
        clone.ChildList = MergeSort.Sort(clone.ChildList, (a, b) =>
        {
            if (a.PromotionPriority != b.PromotionPriority) return b.PromotionPriority.CompareTo(a.PromotionPriority);
            var roleA = a.State(true);
            var roleB = b.State(true);
            return roleA != roleB ? roleB.CompareTo(roleA) : order.Compare(a, b);
        });

        int promoted = 0;
        foreach (var instance in clone.ChildList)
        {
            DumpPromotion(instance);
            if (TryPromote(clone, instance, promoted)) promoted++;
        }

        clone.Clone.PromotedCount = promoted;
    }

    private void SetInstancePriority(ClusterResource clone, ClusterResource instance)
    {
        if (instance.State(true) == Role.Started)
        {
            foreach (var resource in instance.SelfAndDescendants())
            {
                if (resource.CurrentRole == Role.Started) resource.CurrentRole = Role.Unpromoted;
            }
        }

        instance.PromotionPriority = instance.Priority;
        if (instance.AssignedLocation() is not { } node) return;
        var next = instance.State(false);
        if (next is Role.Started or Role.Unknown)
        {
            int score = PromotionScore(instance, node, out bool isDefault);
            instance.Priority = isDefault ? -1 : score;
        }
        else if (next is Role.Unpromoted or Role.Stopped)
        {
            instance.Priority = -Scores.Infinity;
        }

        state.Reasons?.PromotionBegins(instance, node);
        AddPromotedLocations(instance, instance, node);
        AddPromotedLocations(clone, instance, node);
        foreach (var constraint in Colocations.ThisWith(instance))
        {
            int before = instance.Priority;
            ApplyColocation(instance, constraint.Primary, constraint);
            state.Reasons?.PromotionColocated(instance, constraint, before);
        }

        instance.PromotionPriority = next == Role.Promoted ? Scores.Infinity : instance.Priority;
    }

    private void AddPromotedLocations(ClusterResource owner, ClusterResource instance, ClusterNode node)
    {
        foreach (var location in owner.Locations)
        {
            if (location.RoleFilter != Role.Promoted) continue;
            foreach (var (each, score) in location.Nodes)
            {
                if (each != node) continue;
                int before = instance.Priority;
                instance.Priority = Scores.Add(score, before);
                state.Reasons?.PromotionLocated(instance, node, location, score, before);
            }
        }
    }

    private void SetPromotionPriorities(ClusterResource clone)
    {
        clone.IsMerging = true;
        foreach (var instance in clone.ChildList)
        {
            if (instance.PromotionPriority < 0 || instance.AssignedLocation() is not { } node) continue;
            if (clone.Table.Contains(node)) clone.Table.SetScore(node, Scores.Add(instance.PromotionPriority, clone.Table.Score(node)));
            state.Reasons?.PromotionCounted(clone, instance, node);
        }

        foreach (var constraint in Colocations.WithThis(clone))
        {
            if (constraint.PrimaryRole != Role.Promoted || !Colocations.Influences(constraint)) continue;
            NodeTable? table = clone.Table;
            Merge(
                constraint.Dependent,
                clone,
                ref table,
                constraint,
                MergeFactor.One.Times(constraint.Score),
                MergeFlags.Rollback | MergeFlags.Nonnegative);
            clone.Table = table!;
            state.Reasons?.WithDependent(clone, constraint);
        }

        if (clone.Tickets.Exists(t => t.Role == Role.Promoted && t.Ticket.IsLost)) BanTable(clone);
        foreach (var instance in clone.ChildList)
        {
            SetFinalPriority(clone, instance);
            state.Reasons?.PromotionDecided(clone, instance);
        }

        clone.IsMerging = false;
    }

    private void BanTable(ClusterResource clone)
    {
        foreach (var resource in clone.SelfAndDescendants())
        {
            foreach (var node in state.NodeList)
            {
                if (resource.Table.Contains(node)) resource.Table.SetScore(node, -Scores.Infinity);
            }
        }

        state.Reasons?.PromotionForbidden(clone);
    }

    private static void SetFinalPriority(ClusterResource clone, ClusterResource instance)
    {
        var node = instance.AssignedLocation();
        if (!instance.IsManaged && instance.State(false) == Role.Promoted) instance.PromotionPriority = Scores.Infinity;
        else if (node is null) instance.PromotionPriority = -Scores.Infinity;
        else if (instance.PromotionPriority >= 0 && clone.Table.Contains(node)) instance.PromotionPriority = clone.Table.Score(node);
    }

    private void DumpPromotion(ClusterResource instance)
    {
        if (!RecordsScores) return;
        state.PlacementRecords.Add(
            new PlacementRecord.Promotion(instance.Id, instance.AssignedLocation()?.Name, instance.PromotionPriority));
    }

    private bool TryPromote(ClusterResource clone, ClusterResource instance, int promoted)
    {
        var node = instance.AssignedLocation();
        bool isEligible = instance.PromotionPriority >= 0
            && (promoted < clone.Clone!.PromotedMax || !clone.IsManaged) && CanBePromoted(clone, instance);
        if (!isEligible)
        {
            KeepUnpromoted(instance);
            return false;
        }

        if (instance.CurrentRole < Role.Promoted && instance.State(true) != Role.Promoted
            && !state.HasQuorum && state.Options.QuorumPolicy == QuorumPolicy.Freeze)
        {
            KeepUnpromoted(instance);
            return false;
        }

        clone.Table.AddCount(node!, 1);
        foreach (var resource in instance.SelfAndDescendants())
        {
            if (resource.NextRole == Role.Unknown) resource.NextRole = Role.Promoted;
        }

        return true;
    }

    /// <summary>Each member by itself: one that got no node stops, also where others of its group run.</summary>
    private static void KeepUnpromoted(ClusterResource instance)
    {
        foreach (var resource in instance.SelfAndDescendants())
        {
            resource.NextRole = resource.AssignedLocation() is null ? Role.Stopped : Role.Unpromoted;
        }
    }

    private static bool CanBePromoted(ClusterResource clone, ClusterResource instance)
    {
        if (instance.ChildList.Count > 0)
        {
            foreach (var child in instance.ChildList)
            {
                if (!CanBePromoted(clone, child)) return false;
            }
        }

        if (instance.AssignedLocation() is not { } node) return false;
        if (!instance.IsManaged) return instance.State(true) == Role.Promoted;
        if (instance.Priority < 0) return false;
        bool isUsable = node.IsGuest ? node.Connection?.Launcher?.AssignedNode is not null : node.IsAvailable;
        return isUsable && clone.Table.Contains(node) && clone.Table.Count(node) < clone.Clone!.PromotedNodeMax;
    }
}
