namespace Mainstay.Scheduler;

/// <content>Applying a colocation to its dependent (spec/scheduler-placement.md sections 8.6 to 8.8).</content>
internal sealed partial class Assigner
{
    /// <summary>Applies "dependent with primary"; returns what was added to the dependent's promotion priority.</summary>
    private int ApplyColocation(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        if (dependent.IsGroup) return ApplyToGroup(dependent, primary, constraint);
        if (dependent.IsCloneOrBundle) return 0;
        return primary.Variant switch
        {
            ResourceVariant.Primitive => WithPrimitive(dependent, primary, constraint),
            ResourceVariant.Group => WithGroup(dependent, primary, constraint),
            ResourceVariant.Clone => WithClone(dependent, primary, constraint),
            _ => WithBundle(dependent, primary, constraint),
        };
    }

    private int ApplyToGroup(ClusterResource group, ClusterResource primary, ColocationConstraint constraint)
    {
        if (group.IsColocatedGroup)
        {
            int delta = ApplyColocation(group.ChildList[0], primary, constraint);
            group.Priority = Scores.Add(delta, group.Priority);
            return delta;
        }

        if (constraint.IsMandatory) return 0;
        int sum = 0;
        foreach (var member in group.ChildList) sum += ApplyColocation(member, primary, constraint);
        return sum;
    }

    private static ClusterResource RoleHolder(ClusterResource resource) => resource.Replica is { Child: { } child } replica
        && replica.Container == resource
        ? child : resource;

    private int WithPrimitive(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        if (primary.IsUnassigned) return 0;
        var dependentHolder = RoleHolder(dependent);
        var primaryHolder = RoleHolder(primary);
        if (constraint.DependentRole >= Role.Unpromoted && dependentHolder.Parent is { IsPromotable: true }
            && !dependentHolder.IsUnassigned)
        {
            return RoleEffect(dependent, primary, constraint);
        }

        if (!dependent.IsUnassigned) return 0;
        if (constraint.DependentRole != Role.Unknown && constraint.DependentRole != dependentHolder.NextRole) return 0;
        if (constraint.PrimaryRole != Role.Unknown && constraint.PrimaryRole != primaryHolder.NextRole) return 0;
        LocationEffect(dependent, primary, constraint);
        return 0;
    }

    private void LocationEffect(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        var work = dependent.Table.Copy();
        int score = constraint.Score;
        state.Work.Scores += state.NodeList.Count;
        if (primary.AssignedNode is not { } target)
        {
            if (score < 0) return;
            foreach (var node in state.NodeList)
            {
                if (work.Contains(node)) work.AddScore(node, -score);
            }
        }
        else
        {
            foreach (var node in state.NodeList)
            {
                if (!work.Contains(node)) continue;
                if (NodeAttributes.Matches(constraint, target, primary, node, dependent))
                {
                    if (score < Scores.Infinity) work.AddScore(node, score);
                }
                else if (score >= Scores.Infinity)
                {
                    work.SetScore(node, -Scores.Infinity);
                }
            }
        }

        if (constraint.IsMandatory || NodeOrder.AnyUsable(state, work)) dependent.Table = work;
    }

    private static int RoleEffect(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        if (dependent.AssignedNode is not { } node) return 0;
        var target = primary.AssignedNode;
        if (target is not null && constraint.PrimaryRole != Role.Unknown && constraint.PrimaryRole != RoleHolder(primary).NextRole)
        {
            return 0;
        }
        bool matches = target is not null
            ? NodeAttributes.Matches(constraint, node, dependent, target, primary)
            : NodeAttributes.Value(node, constraint.NodeAttribute ?? "#uname", dependent, false) is null;
        int delta;
        if (!matches)
        {
            if (constraint.Score != Scores.Infinity || constraint.DependentRole != Role.Promoted) return 0;
            delta = -constraint.Score;
        }
        else
        {
            delta = constraint.DependentRole == Role.Unpromoted ? -constraint.Score : constraint.Score;
        }

        dependent.Priority = Scores.Add(delta, dependent.Priority);
        return delta;
    }

    private int WithGroup(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        if (primary.IsUnassigned) return 0;
        if (primary.IsColocatedGroup)
        {
            var member = constraint.Score >= Scores.Infinity ? primary.ChildList[^1] : primary.ChildList[0];
            return ApplyColocation(dependent, member, constraint);
        }

        if (constraint.IsMandatory) return 0;
        int sum = 0;
        foreach (var member in primary.ChildList) sum += ApplyColocation(dependent, member, constraint);
        return sum;
    }

    private int WithClone(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        if (primary.IsUnassigned) return 0;
        if (primary.IsPromotable && constraint.PrimaryRole != Role.Unknown)
        {
            if (dependent.IsUnassigned)
            {
                WithPromotable(dependent, primary, constraint);
                return 0;
            }

            if (constraint.DependentRole == Role.Promoted) return RoleEffectWithClone(dependent, primary, constraint);
        }

        if (Interleaved(constraint, out bool isError))
        {
            if (isError) return 0;
            var match = FindCompatible(dependent, primary, Role.Unknown, constraint, current: false);
            if (match is not null) return ApplyColocation(dependent, match, constraint);
            if (constraint.Score >= Scores.Infinity) AssignNowhere(dependent, constraint);
            return 0;
        }

        if (constraint.Score >= Scores.Infinity)
        {
            var hosts = new HashSet<ClusterNode>();
            foreach (var instance in primary.ChildList)
            {
                if (instance.AssignedLocation() is { } node && !instance.AnyBlocked()) hosts.Add(node);
            }

            BanExcept(dependent, hosts);
            return 0;
        }

        int sum = 0;
        foreach (var instance in primary.ChildList) sum += ApplyColocation(dependent, instance, constraint);
        return sum;
    }

    private void AssignNowhere(ClusterResource dependent, ColocationConstraint constraint)
    {
        Finalize(dependent, null, stopIfFail: true, force: true);
        state.Reasons?.Excluded(dependent, constraint);
    }

    private void BanExcept(ClusterResource dependent, HashSet<ClusterNode> hosts)
    {
        foreach (var node in state.NodeList)
        {
            if (dependent.Table.Contains(node) && !hosts.Contains(node)) dependent.Table.SetScore(node, -Scores.Infinity);
        }
    }

    /// <summary>Whether the configured dependent is interleaved; an interleaved clone with another number per node is an error.</summary>
    private static bool Interleaved(ColocationConstraint constraint, out bool isError)
    {
        isError = false;
        if (!constraint.Dependent.IsCloneOrBundle || !constraint.Dependent.Interleaves()) return false;
        isError = constraint.Dependent.MaxPerNode() != constraint.Primary.MaxPerNode();
        return true;
    }

    private void WithPromotable(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        var found = new List<(ClusterNode Node, int Score)>();
        foreach (var instance in primary.ChildList)
        {
            if (instance.AssignedLocation() is not { } node || instance.State(false) != constraint.PrimaryRole) continue;
            if (constraint.Score < Scores.Infinity)
            {
                foreach (var each in state.NodeList)
                {
                    if (!dependent.Table.Contains(each)) continue;
                    if (NodeAttributes.Matches(constraint, node, instance, each, dependent))
                    {
                        dependent.Table.AddScore(each, constraint.Score);
                    }
                }
            }

            int assigned = instance.Primitives().First(p => p.AssignedNode == node).AssignedScore;
            found.RemoveAll(f => f.Node == node);
            found.Add((node, assigned));
        }

        if (constraint.Score < Scores.Infinity) return;
        if (constraint is { DependentRole: Role.Promoted, PrimaryRole: Role.Promoted }) return;
        foreach (var node in state.NodeList)
        {
            if (!dependent.Table.Contains(node)) continue;
            int index = found.FindIndex(f => f.Node == node);
            if (index < 0) dependent.Table.SetScore(node, -Scores.Infinity);
            else dependent.Table.AddScore(node, found[index].Score);
        }
    }

    private int RoleEffectWithClone(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        var match = FindCompatible(dependent, primary, constraint.PrimaryRole, constraint, current: false);
        int delta = 0;
        if (match is not null) delta = constraint.Score;
        else if (constraint.Score >= Scores.Infinity) delta = -Scores.Infinity;
        dependent.Priority = Scores.Add(delta, dependent.Priority);
        return delta;
    }

    private int WithBundle(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        if (primary.IsUnassigned) return 0;
        if (constraint.Dependent.IsCloneOrBundle)
        {
            var container = CompatibleContainer(dependent, primary);
            if (container is not null) return ApplyColocation(dependent, container, constraint);
            if (constraint.Score >= Scores.Infinity) AssignNowhere(dependent, constraint);
            return 0;
        }

        int sum = 0;
        var hosts = new HashSet<ClusterNode>();
        foreach (var replica in primary.Bundle!.Replicas)
        {
            if (constraint.Score < Scores.Infinity)
            {
                sum += ApplyColocation(dependent, replica.Container, constraint);
                continue;
            }

            if (replica.Container.AssignedNode is not { } host || replica.Container.AnyBlocked()) continue;
            if (constraint.PrimaryRole >= Role.Promoted && replica.Child is null or { NextRole: not Role.Promoted }) continue;
            hosts.Add(host);
        }

        if (constraint.Score >= Scores.Infinity) BanExcept(dependent, hosts);
        return sum;
    }

    private ClusterResource? CompatibleContainer(ClusterResource dependent, ClusterResource bundle)
    {
        static ClusterNode? Host(ClusterNode node) => node.IsBundleNode ? node.Connection?.Launcher?.AssignedNode : node;

        var candidates = dependent.AssignedLocation() is { } location
            ? [location] : NodeOrder.Sorted(state, dependent.Table, null);
        foreach (var candidate in candidates)
        {
            if (Host(candidate) is not { } host) continue;
            foreach (var replica in bundle.Bundle!.Replicas)
            {
                if (replica.Container.AssignedNode == host && !replica.Container.AnyBlocked()) return replica.Container;
            }
        }

        return null;
    }

    /// <summary>The instance of a collective that goes with a resource (section 8.8).</summary>
    public ClusterResource? FindCompatible(
        ClusterResource resource, ClusterResource collective, Role role, ColocationConstraint? constraint, bool current)
    {
        var location = current ? CurrentLocation(resource) : resource.AssignedLocation();
        if (location is not null) return MatchOn(resource, collective, location, role, constraint, current);
        foreach (var node in NodeOrder.Sorted(state, resource.Table, null))
        {
            if (MatchOn(resource, collective, node, role, constraint, current) is { } match) return match;
        }

        return null;
    }

    private static InstanceMap InstancesByNode(ClusterResource collective, bool current)
    {
        object list = collective.IsBundle ? collective.Bundle! : collective.ChildList;
        var known = current ? collective.ActiveInstances : collective.AssignedInstances;
        if (known is not null && known.IsCurrent(collective.Family, list)) return known;
        var map = new InstanceMap(collective.Family, list);
        foreach (var instance in collective.Instances())
        {
            if (!instance.AnyBlocked() && (current ? CurrentLocation(instance) : instance.AssignedLocation()) is { } location)
            {
                map.Add(location, instance);
            }
        }

        if (current) collective.ActiveInstances = map;
        else collective.AssignedInstances = map;
        return map;
    }

    private static ClusterNode? CurrentLocation(ClusterResource resource)
    {
        ClusterNode? location = null;
        foreach (var primitive in resource.Primitives())
        {
            foreach (var node in primitive.Active)
            {
                if (location is not null && location != node) return null;
                location = node;
            }
        }

        return location;
    }

    private static ClusterResource? MatchOn(
        ClusterResource resource, ClusterResource collective, ClusterNode node, Role role, ColocationConstraint? constraint, bool current)
    {
        if (role == Role.Unknown && constraint is not { NodeAttribute: not null }) return InstancesByNode(collective, current).On(node);
        foreach (var instance in collective.Instances())
        {
            if (instance.AnyBlocked()) continue;
            if (role != Role.Unknown && instance.State(current) != role) continue;
            var location = current ? CurrentLocation(instance) : instance.AssignedLocation();
            if (location is null) continue;
            bool matches = constraint is { NodeAttribute: not null }
                ? NodeAttributes.Matches(constraint, location, instance, node, resource) : location == node;
            if (matches) return instance;
        }

        return null;
    }
}
