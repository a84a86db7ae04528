using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Keeps colocations sorted per resource and collects those in force (spec/scheduler-placement.md section 8.3).</summary>
internal static class Colocations
{
    private const OrderFlags AntiFlags = OrderFlags.IfRequiredOnSameNode;

    public static void Add(ClusterState state, OrderStore orders, ColocationConstraint constraint)
    {
        if (constraint.Score == 0) return;
        state.Reasons?.Read(constraint);
        Insert(constraint.Dependent.ThisWith, constraint, ComparePrimary);
        Insert(constraint.Primary.WithThis, constraint, CompareDependent);
        if (constraint.Score > -Scores.Infinity) return;

        // What must not run together must not overlap in time either (spec/scheduler-ordering.md section 5.5).
        OrderLossBeforeGain(orders, constraint.Dependent, constraint.DependentRole, constraint.Primary, constraint.PrimaryRole);
        OrderLossBeforeGain(orders, constraint.Primary, constraint.PrimaryRole, constraint.Dependent, constraint.DependentRole);
    }

    private static void OrderLossBeforeGain(OrderStore orders, ClusterResource x, Role xRole, ClusterResource y, Role yRole)
    {
        TaskKind[] losses = xRole switch
        {
            Role.Promoted => [TaskKind.Demote],
            Role.Unpromoted => [TaskKind.Stop, TaskKind.Promote],
            _ => [TaskKind.Stop],
        };
        TaskKind[] gains = yRole switch
        {
            Role.Promoted => [TaskKind.Promote],
            Role.Unpromoted => [TaskKind.Start, TaskKind.Demote],
            _ => [TaskKind.Start],
        };
        foreach (var loss in losses)
        {
            foreach (var gain in gains) orders.Add(x, loss, y, gain, AntiFlags);
        }
    }

    public static int ComparePrimary(ColocationConstraint a, ColocationConstraint b) => Compare(a.Primary, b.Primary);

    public static int CompareDependent(ColocationConstraint a, ColocationConstraint b) => Compare(a.Dependent, b.Dependent);

    /// <summary>Negative if <paramref name="a"/> comes first.</summary>
    private static int Compare(ClusterResource a, ClusterResource b)
    {
        if (a.Priority != b.Priority) return b.Priority.CompareTo(a.Priority);
        if (a.Variant != b.Variant) return ((int)b.Variant).CompareTo((int)a.Variant);
        if (a.IsClone && a.IsPromotable != b.IsPromotable) return a.IsPromotable ? -1 : 1;
        return OrdinalText.Compare(a.Id, b.Id);
    }

    private static void Insert(List<ColocationConstraint> list, ColocationConstraint constraint, Comparison<ColocationConstraint> compare)
    {
        int position = list.FindIndex(other => compare(other, constraint) >= 0);
        list.Insert(position < 0 ? list.Count : position, constraint);
    }

    private static void AddList(List<ColocationConstraint> target, List<ColocationConstraint> list,
        Comparison<ColocationConstraint> compare)
    {
        if (target.Count == 0)
        {
            target.AddRange(list);
            return;
        }

        // As the reference does: into a list that has elements already, only the first of the others is added, as often as
        // there are others (spec/scheduler-placement.md section 8.3, example E5).
        for (int i = 0; i < list.Count; i++) Insert(target, list[0], compare);
    }

    /// <summary>Colocations in which the resource is the primary, with those of its ancestors that concern it.</summary>
    public static List<ColocationConstraint> WithThis(ClusterResource resource)
    {
        var list = new List<ColocationConstraint>();
        CollectWithThis(resource, resource, list);
        return list;
    }

    /// <summary>Colocations in which the resource is the dependent, with those of its ancestors that concern it.</summary>
    public static List<ColocationConstraint> ThisWith(ClusterResource resource)
    {
        var list = new List<ColocationConstraint>();
        CollectThisWith(resource, resource, list);
        return list;
    }

    private static void AddExplicit(List<ColocationConstraint> target, List<ColocationConstraint> list,
        Comparison<ColocationConstraint> compare)
    {
        foreach (var constraint in list)
        {
            if (constraint.IsExplicit) Insert(target, constraint, compare);
        }
    }

    private static void CollectWithThis(ClusterResource resource, ClusterResource origin, List<ColocationConstraint> list)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                AddList(list, resource.WithThis, CompareDependent);
                if (resource.Parent is { } parent) CollectWithThis(parent, origin, list);
                break;
            case ResourceVariant.Group:
                if (origin != resource && origin != resource.ChildList[^1]) return;
                AddList(list, resource.WithThis, CompareDependent);
                if (resource.Parent is { } clone) CollectWithThis(clone, origin, list);
                if (!resource.IsColocatedGroup) return;
                foreach (var member in resource.ChildList)
                {
                    if (member != origin) AddExplicit(list, member.WithThis, CompareDependent);
                }

                break;
            case ResourceVariant.Clone:
                AddList(list, resource.WithThis, CompareDependent);
                if (resource.Parent is { } bundle) CollectWithThis(bundle, origin, list);
                break;
            default:
                if (BundleApplies(resource, origin)) AddList(list, resource.WithThis, CompareDependent);
                break;
        }
    }

    private static void CollectThisWith(ClusterResource resource, ClusterResource origin, List<ColocationConstraint> list)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                AddList(list, resource.ThisWith, ComparePrimary);
                if (resource.Parent is { } parent) CollectThisWith(parent, origin, list);
                break;
            case ResourceVariant.Group:
                CollectGroupThisWith(resource, origin, list);
                break;
            case ResourceVariant.Clone:
                AddList(list, resource.ThisWith, ComparePrimary);
                if (resource.Parent is { } bundle) CollectThisWith(bundle, origin, list);
                break;
            default:
                if (BundleApplies(resource, origin)) AddList(list, resource.ThisWith, ComparePrimary);
                break;
        }
    }

    private static void CollectGroupThisWith(ClusterResource group, ClusterResource origin, List<ColocationConstraint> list)
    {
        if (origin == group || origin == group.ChildList[0])
        {
            AddList(list, group.ThisWith, ComparePrimary);
            if (group.Parent is { } clone) CollectThisWith(clone, origin, list);
            if (!group.IsColocatedGroup) return;
            foreach (var member in group.ChildList)
            {
                if (member != origin) AddExplicit(list, member.ThisWith, ComparePrimary);
            }

            return;
        }

        foreach (var member in group.ChildList)
        {
            if (member == origin) return;
            if (member.IsManaged) continue;
            foreach (var constraint in group.ThisWith)
            {
                if (constraint.Score == Scores.Infinity) Insert(list, constraint, ComparePrimary);
            }

            return;
        }
    }

    private static bool BundleApplies(ClusterResource bundle, ClusterResource origin)
    {
        if (origin == bundle || origin.Replica?.Container == origin) return true;
        var clone = bundle.Bundle!.InnerClone;
        if (clone is null) return false;
        if (origin == clone) return clone.IsPromotable && clone.Clone!.RolesStarted;
        return origin.Parent == clone && clone.IsPromotable && !origin.IsUnassigned;
    }

    /// <summary>Whether the dependent's wishes count for the primary (section 8.4).</summary>
    public static bool Influences(ColocationConstraint constraint, ClusterResource? resource = null)
    {
        resource ??= constraint.Primary;
        var dependent = constraint.Dependent;
        if (dependent is { IsRemoteConnection: true, IsInBundle: true } && !resource.IsFailed && resource.Active.Count == 1) return false;
        return constraint.HasInfluence || !resource.IsActiveAnywhere;
    }
}
