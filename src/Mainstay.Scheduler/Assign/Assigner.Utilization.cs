namespace Mainstay.Scheduler;

/// <content>Utilization (spec/scheduler-placement.md section 12).</content>
internal sealed partial class Assigner
{
    /// <summary>Bans nodes that lack capacity; returns the most capable node if no single node can hold everything colocated.</summary>
    private ClusterNode? LimitByUtilization(ClusterResource resource)
    {
        if (state.Options.Placement == PlacementStrategy.Default) return null;
        var colocated = CollectColocated(resource);
        var need = Need(colocated);
        var usable = state.NodeList.FindAll(n => NodeOrder.IsUsable(resource.Table, n));
        if (usable.Exists(n => CanHold(n, need)))
        {
            foreach (var node in usable)
            {
                if (!CanHold(node, need)) BanOverloaded(resource, node, need);
            }

            return null;
        }

        ClusterNode? best = null;
        foreach (var node in TableOrder.Sorted(usable))
        {
            if (best is null || NodeOrder.CompareCapacity(node, best) < 0) best = node;
        }

        foreach (var node in usable)
        {
            if (!CanHold(node, resource.Utilization)) BanOverloaded(resource, node, resource.Utilization);
        }

        return best;
    }

    private void BanOverloaded(ClusterResource resource, ClusterNode node, Amounts need)
    {
        resource.Table.SetScore(node, -Scores.Infinity);
        state.Reasons?.Overloaded(resource, node, need);
    }

    private static bool CanHold(ClusterNode node, Amounts need)
    {
        foreach (var (name, amount) in need)
        {
            if (amount > node.Utilization.GetValueOrDefault(name)) return false;
        }

        return true;
    }

    private ResourceList CollectColocated(ClusterResource origin)
    {
        var list = new ResourceList();
        list.Add(origin);
        for (int i = 0; i < list.Resources.Count; i++) AddColocated(list.Resources[i], list);
        return list;
    }

    private void AddColocated(ClusterResource resource, ResourceList list)
    {
        void Visit(ClusterResource member)
        {
            foreach (var constraint in Colocations.ThisWith(member))
            {
                if (constraint.Score != Scores.Infinity || list.Contains(constraint.Primary)) continue;
                if (HasLocationEffect(resource, constraint.Primary, constraint)) list.Add(constraint.Primary);
            }

            foreach (var constraint in Colocations.WithThis(member))
            {
                if (constraint.Score != Scores.Infinity || list.Contains(constraint.Dependent)) continue;
                if (member.IsClone && !constraint.Dependent.IsClone) continue;
                if (HasLocationEffect(constraint.Dependent, resource, constraint)) list.Add(constraint.Dependent);
            }
        }

        var group = resource.IsGroup ? resource : resource.Parent is { IsGroup: true } parent ? parent : null;
        if (group is { } own && (own.IsColocatedGroup || own.Parent is { IsClone: true }))
        {
            foreach (var member in own.ChildList)
            {
                list.Add(member);
                Visit(member);
            }
        }
        else
        {
            Visit(resource);
        }
    }

    /// <summary>Resources in the order in which they were found, each once.</summary>
    private sealed class ResourceList
    {
        private readonly HashSet<ClusterResource> _known = [];

        public List<ClusterResource> Resources { get; } = [];

        public bool Contains(ClusterResource resource) => _known.Contains(resource);

        public void Add(ClusterResource resource)
        {
            if (_known.Add(resource)) Resources.Add(resource);
        }
    }

    private static bool HasLocationEffect(ClusterResource dependent, ClusterResource primary, ColocationConstraint constraint)
    {
        var dependentHolder = RoleHolder(dependent);
        var primaryHolder = RoleHolder(primary);
        if (constraint.DependentRole >= Role.Unpromoted && dependentHolder.Parent is { IsPromotable: true }
            && !dependentHolder.IsUnassigned)
        {
            return false;
        }

        if (constraint.DependentRole != Role.Unknown && constraint.DependentRole != dependentHolder.NextRole) return false;
        return constraint.PrimaryRole == Role.Unknown || constraint.PrimaryRole == primaryHolder.NextRole;
    }

    private static Amounts Need(ResourceList resources)
    {
        var need = new Amounts();
        foreach (var resource in resources.Resources) AddNeed(resource, resources, need);
        return need;
    }

    private static void AddNeed(ClusterResource resource, ResourceList all, Amounts need)
    {
        if (!resource.IsUnassigned) return;
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                foreach (var (name, amount) in resource.Utilization) need[name] = need.GetValueOrDefault(name) + amount;
                break;
            case ResourceVariant.Group:
                if (resource.ChildList.Exists(all.Contains)) return;
                foreach (var member in resource.ChildList) AddNeed(member, all, need);
                break;
            default:
                var instances = resource.Instances();
                if (instances.Count == 0 || instances.Exists(i => all.Contains(i) || i.ChildList.Exists(all.Contains))) return;
                AddNeed(instances[0], all, need);
                break;
        }
    }

    /// <summary>Section 12.4: the order in which resources are assigned under a placement strategy.</summary>
    private void SortByPlacement()
    {
        var nodes = new List<ClusterNode>(state.NodeList);
        var all = new NodeTable(state.NodesCreated);
        foreach (var node in nodes) all.Put(node, node.BaseScore, node.BaseDiscovery);
        nodes = NodeOrder.Sorted(state, all, null);
        var tables = new Dictionary<ClusterResource, NodeTable>();
        NodeTable TableOf(ClusterResource resource)
        {
            if (tables.TryGetValue(resource, out var known)) return known;
            NodeTable? table = null;
            Merge(resource, resource, ref table, null, MergeFactor.One, MergeFlags.ThisWith);
            return tables[resource] = table ?? resource.Table;
        }

        state.ReplaceResources(MergeSort.Sort(state.ResourceList, (a, b) =>
        {
            if (a.Priority != b.Priority) return b.Priority.CompareTo(a.Priority);
            var tableA = TableOf(a);
            var tableB = TableOf(b);
            int order = OnCurrent(b, tableB).CompareTo(OnCurrent(a, tableA));
            if (order != 0) return order;
            foreach (var node in nodes)
            {
                int scoreA = tableA.TryScore(node, out int first) ? first : -Scores.Infinity;
                int scoreB = tableB.TryScore(node, out int second) ? second : -Scores.Infinity;
                if (scoreA != scoreB) return scoreB.CompareTo(scoreA);
            }

            return 0;
        }));
    }

    private static int OnCurrent(ClusterResource resource, NodeTable table) =>
        resource.CurrentNode() is { } node && table.TryScore(node, out int score) ? score : -Scores.Infinity;
}

/// <summary>The order in which the reference's hash tables of nodes are iterated (section 12.5).</summary>
internal static class TableOrder
{
    private static readonly int[] Primes = [1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381, 32749];

    public static List<ClusterNode> Sorted(List<ClusterNode> nodes)
    {
        if (nodes.Count < 2) return nodes;
        int bits = 3;
        while ((1 << bits) <= nodes.Count + (nodes.Count / 16)) bits++;
        var slots = new ClusterNode?[1 << bits];
        foreach (var node in nodes)
        {
            uint slot = unchecked(Hash(node.Id) * 11) % (uint)Primes[Math.Min(bits, Primes.Length - 1)];
            for (uint step = 1; slots[slot] is not null; step++) slot = (slot + step) & (uint)(slots.Length - 1);
            slots[slot] = node;
        }

        return [.. slots.OfType<ClusterNode>()];
    }

    private static uint Hash(string id)
    {
        uint hash = 0;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(id)) hash = unchecked((hash * 31) + (uint)(sbyte)b);
        return hash < 2 ? 2 : hash;
    }
}
