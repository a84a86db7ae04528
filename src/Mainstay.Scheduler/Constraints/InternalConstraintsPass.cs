namespace Mainstay.Scheduler;

/// <summary>
/// Pass 10: orderings and colocations that follow from the structure of resources (spec/scheduler-ordering.md section 5).
/// </summary>
internal sealed partial class InternalConstraintsPass(ClusterState state, ActionStore actions, OrderStore orders)
{
    private const OrderFlags Ordered = OrderFlags.Ordered;
    private const OrderFlags Blocks = OrderFlags.UnrunnableFirstBlocks;
    private const OrderFlags ImpliesThen = OrderFlags.FirstImpliesThen;
    private const OrderFlags ImpliesFirst = OrderFlags.ThenImpliesFirst;
    private const OrderFlags ThenGraphed = OrderFlags.FirstImpliesThenGraphed;
    private const OrderFlags FirstGraphed = OrderFlags.ThenImpliesFirstGraphed;

    public void Run()
    {
        foreach (var resource in state.ResourceList) Add(resource);
    }

    private void Add(ClusterResource resource)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                AddPrimitive(resource);
                break;
            case ResourceVariant.Group:
                AddGroup(resource);
                break;
            case ResourceVariant.Clone:
                AddClone(resource);
                break;
            default:
                AddBundle(resource);
                break;
        }
    }

    private void AddPrimitive(ClusterResource resource)
    {
        if (!resource.IsManaged) return;
        orders.Add(resource, TaskKind.Stop, resource, TaskKind.Start, Ordered | ImpliesThen | OrderFlags.IntermediateStop);
        if (resource.Top.IsPromotable || resource.CurrentRole > Role.Unpromoted)
        {
            orders.Add(resource, TaskKind.Demote, resource, TaskKind.Stop, OrderFlags.PromotedThenImpliesFirst);
            orders.Add(resource, TaskKind.Start, resource, TaskKind.Promote, Blocks);
        }

        orders.Add(resource, TaskKind.LrmDelete, resource, TaskKind.Monitor, OrderFlags.IfOnSameNode | OrderFlags.ThenCancelsFirst);
        if (resource.NeedsUnfencing && !resource.IsFenceDevice) Unfencing.Order(state, actions, orders, resource);
        if (state.Options.Placement != PlacementStrategy.Default && resource.Utilization.Count > 0) AddLoadStopped(resource);
        if (resource.Launcher is { } launcher) AddLaunched(resource, launcher);
        if (resource.IsRemoteConnection || resource.IsFenceDevice)
        {
            foreach (var node in state.NodeList.Where(n => n is { IsRemoteOrGuest: true, Connection: not null }
                && resource.Table.Contains(n)))
            {
                resource.Table.SetScore(node, -Scores.Infinity);
                state.Reasons?.NotRemote(resource, node);
            }
        }
    }

    private void AddLoadStopped(ClusterResource resource)
    {
        const OrderFlags LoadFlags = OrderFlags.IfOnSameNodeOrTarget;
        foreach (var node in resource.Active)
        {
            orders.Add(resource, TaskKind.Stop, LoadStopped(node), LoadFlags);
        }

        foreach (var node in state.NodeList.Where(resource.Table.Contains))
        {
            var load = LoadStopped(node);
            orders.Add(load, resource, TaskKind.Start, LoadFlags);
            orders.Add(load, resource, TaskKind.MigrateTo, LoadFlags);
        }
    }

    private PlanAction LoadStopped(ClusterNode node)
    {
        var action = actions.Pseudo("load_stopped_" + node.Name, TaskKind.LoadStopped);
        action.Node ??= node;
        action.Clear(ActionFlags.Optional);
        return action;
    }

    private void AddLaunched(ClusterResource resource, ClusterResource launcher)
    {
        ClusterNode? remote = null;
        if (!resource.IsRemoteConnection)
        {
            remote = launcher.IsRemoteConnection ? launcher.RemoteNode
                : launcher.Launched.Find(r => r.IsRemoteConnection)?.RemoteNode;
        }

        if (launcher.Launched.Exists(r => r.IsRemoteConnection) && !launcher.IsInBundle)
        {
            foreach (var node in state.NodeList.Where(n => n.IsRemoteOrGuest && launcher.Table.Contains(n)))
            {
                launcher.Table.SetScore(node, -Scores.Infinity);
                state.Reasons?.NotRemote(launcher, node);
            }
        }

        if (resource.IsRemoteConnection) orders.Add(launcher, TaskKind.Monitor, resource, TaskKind.Stop, Ordered);
        if (remote is not null)
        {
            foreach (var node in state.NodeList)
            {
                if (node == remote) continue;
                resource.AddLocation(state, node, -Scores.Infinity);
                state.Reasons?.Launched(resource, node, launcher);
            }

            return;
        }

        orders.Add(launcher, TaskKind.Start, resource, TaskKind.Start, ImpliesThen | Blocks);
        orders.Add(resource, TaskKind.Stop, launcher, TaskKind.Stop, ImpliesFirst);
        bool isBundleConnection = resource.IsRemoteConnection && resource.IsInBundle;
        Colocate("#resource-with-container", resource, launcher, isBundleConnection ? 10000 : Scores.Infinity, hasInfluence: true);
    }

    private void Colocate(string id, ClusterResource dependent, ClusterResource primary, int score, bool hasInfluence) =>
        Colocations.Add(state, orders, new ColocationConstraint
        {
            Id = id,
            Dependent = dependent,
            Primary = primary,
            Score = score,
            HasInfluence = hasInfluence,
        });

    private void AddGroup(ClusterResource group)
    {
        orders.Add(group, TaskKind.Stop, group, TaskKind.Stopped, Blocks);
        orders.Add(group, TaskKind.Stopped, group, TaskKind.Start, Ordered);
        orders.Add(group, TaskKind.Start, group, TaskKind.Started, Blocks);
        ClusterResource? previous = null;
        ClusterResource? lastActive = null;
        bool isPromotable = group.Top.IsPromotable;
        foreach (var member in group.ChildList)
        {
            Add(member);
            if (previous is not null && group.IsColocatedGroup)
            {
                Colocate("#group-members", member, previous, Scores.Infinity, member.IsCritical);
            }

            AddGroupMember(group, member, previous is null, isPromotable);
            if (group.IsOrdered && previous is not null) AddOrderedMember(group, member, previous, lastActive, isPromotable);
            if (!group.IsOrdered)
            {
                orders.Add(group, TaskKind.Start, member, TaskKind.Start, ImpliesThen | Blocks | FirstGraphed);
                if (isPromotable) orders.Add(group, TaskKind.Promote, member, TaskKind.Promote, ImpliesThen | Blocks | FirstGraphed);
            }

            if (member.IsActiveAnywhere) lastActive = member;
            previous = member;
        }
    }

    private void AddGroupMember(ClusterResource group, ClusterResource member, bool isFirst, bool isPromotable)
    {
        var down = FirstGraphed;
        var postDown = ThenGraphed;
        if (group.IsOrdered && isFirst)
        {
            down |= Ordered;
            postDown = ImpliesThen;
        }

        const OrderFlags Up = Blocks | ImpliesThen | ThenGraphed;
        if (isPromotable)
        {
            orders.Add(group, TaskKind.Demote, member, TaskKind.Demote, down);
            orders.Add(member, TaskKind.Demote, group, TaskKind.Demoted, postDown);
            orders.Add(member, TaskKind.Promote, group, TaskKind.Promoted, Up);
            orders.Add(group, TaskKind.Promote, member, TaskKind.Promote, FirstGraphed);
        }

        orders.Add(group, TaskKind.Stop, member, TaskKind.Stop, down);
        orders.Add(member, TaskKind.Stop, group, TaskKind.Stopped, postDown);
        orders.Add(group, TaskKind.Start, member, TaskKind.Start, FirstGraphed);
        orders.Add(member, TaskKind.Start, group, TaskKind.Started, Up);
    }

    private void AddOrderedMember(
        ClusterResource group, ClusterResource member, ClusterResource previous, ClusterResource? lastActive, bool isPromotable)
    {
        _ = group;
        orders.Add(previous, TaskKind.Start, member, TaskKind.Start, ImpliesThen | Blocks);
        orders.Add(member, TaskKind.Stop, previous, TaskKind.Stop, Ordered | OrderFlags.IntermediateStop);
        if (member.IsActiveAnywhere && !previous.IsActiveAnywhere)
        {
            orders.Add(member, TaskKind.Stop, previous, TaskKind.Start, ImpliesFirst | Blocks);
        }

        if (isPromotable)
        {
            orders.Add(previous, TaskKind.Promote, member, TaskKind.Promote, ImpliesThen | Blocks);
            orders.Add(member, TaskKind.Demote, previous, TaskKind.Demote, Ordered);
        }

        if (member.IsActiveAnywhere && !previous.IsActiveAnywhere && lastActive is not null)
        {
            orders.Add(member, TaskKind.Stop, lastActive, TaskKind.Stop, Ordered);
        }
    }
}
