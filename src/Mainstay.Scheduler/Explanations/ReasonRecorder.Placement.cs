namespace Mainstay.Scheduler;

/// <content>The choice of nodes and of promoted instances.</content>
internal sealed partial class ReasonRecorder
{
    private readonly List<PlacementTrace?> _placements = [];
    private readonly List<PromotionTrace?> _promotions = [];
    private (ClusterResource Resource, ClusterNode? Preferred, List<ClusterNode> Order)? _ranking;

    /// <summary>The nodes of a resource were sorted, best first.</summary>
    public void Ranked(ClusterResource resource, ClusterNode? preferred, List<ClusterNode> order) =>
        _ranking = (resource, preferred, order);

    /// <summary>A primitive is about to be assigned, or to be assigned nowhere.</summary>
    public void Placed(ClusterResource resource, ClusterNode? node)
    {
        var (preferred, order) = _ranking is { } ranking && ranking.Resource == resource ? (ranking.Preferred, ranking.Order) : (null, []);
        _ranking = null;
        var standings = new List<NodeStanding>();
        foreach (var each in state.NodeList)
        {
            bool counts = state.Options.Placement != PlacementStrategy.Default;
            standings.Add(new NodeStanding(
                each, Actual(resource, each), each.IsAvailable, each.AssignedCount, counts ? [.. each.Utilization] : [],
                order.IndexOf(each))
            {
                Unavailability = each.IsAvailable ? null : NodeReasons.Unavailability(state, cib, each),
                Absence = Actual(resource, each) is null ? WhyAbsent(resource, each) : null,
            });
        }

        while (_placements.Count <= resource.Index) _placements.Add(null);
        _placements[resource.Index] = new PlacementTrace(resource)
        {
            Chosen = node,
            Why = WhyChosen(resource, node, preferred, order),
            Nodes = standings,
            Changes = [.. Trace(resource).Changes],
        };
    }

    /// <summary>A resource lost its node because of a colocation that no node can meet.</summary>
    public void Excluded(ClusterResource resource, ColocationConstraint constraint) => Excluded(resource, OfColocation(constraint, false));

    /// <summary>An interleaved instance lost its node because there is no instance of the other clone to go with.</summary>
    public void Excluded(ClusterResource instance, PlanAction first) => Excluded(instance, new Reason(ReasonKind.OrderBlocks)
    {
        Resource = first.Resource,
        Operation = state.Tasks.KeyText(first),
        Attribute = "interleave",
        Place = MetaPlace(instance.Parent ?? instance, "interleave"),
    });

    private void Excluded(ClusterResource resource, Reason why)
    {
        foreach (var primitive in resource.Primitives())
        {
            if (PlacementOf(primitive) is { } trace) trace.Why = why;
        }
    }

    public PlacementTrace? PlacementOf(ClusterResource resource) =>
        resource.Index < _placements.Count ? _placements[resource.Index] : null;

    public PromotionTrace? PromotionOf(ClusterResource instance) =>
        instance.Index < _promotions.Count ? _promotions[instance.Index] : null;

    private Reason WhyChosen(ClusterResource resource, ClusterNode? node, ClusterNode? preferred, List<ClusterNode> order)
    {
        if (!resource.IsManaged) return WhyUnmanaged(resource, node);
        if (state.Options.StopAllResources)
        {
            return new Reason(ReasonKind.StopAllResources) { Place = OptionPlace("stop-all-resources"), Attribute = "stop-all-resources" };
        }

        if (node is null) return new Reason(ReasonKind.NoNode);
        var others = order.FindAll(n => n != node && NodeOrder.IsUsable(resource.Table, n));
        if (others.Count == 0) return new Reason(ReasonKind.OnlyNode) { Node = node };
        int score = resource.Table.Score(node);
        var rival = others[0];
        if (score > resource.Table.Score(rival)) return new Reason(ReasonKind.HighestScore) { Node = rival };
        if (node == preferred) return new Reason(ReasonKind.Preferred) { Node = rival };
        return new Reason(TieBreak(resource, node, rival)) { Node = rival };
    }

    private Reason WhyAbsent(ClusterResource resource, ClusterNode node)
    {
        if (resource.IsBundled) return new Reason(ReasonKind.Bundle) { Resource = resource };
        if (node.IsBundleNode) return new Reason(ReasonKind.Bundle) { Node = node };
        return state.Options.Symmetric ? OfExclusive(resource, node)
            : new Reason(ReasonKind.NotAllowed)
            {
                Place = OptionPlace("symmetric-cluster"),
                Resource = resource,
                Node = node,
                Attribute = "symmetric-cluster",
                Value = "false",
            };
    }

    private ReasonKind TieBreak(ClusterResource resource, ClusterNode node, ClusterNode rival)
    {
        var strategy = state.Options.Placement;
        if (strategy == PlacementStrategy.Balanced && NodeOrder.CompareCapacity(node, rival) < 0) return ReasonKind.TieCapacity;
        if (node == resource.CurrentNode()) return ReasonKind.TieCurrentNode;
        bool counts = strategy != PlacementStrategy.Minimal;
        return counts && node.AssignedCount < rival.AssignedCount ? ReasonKind.TieFewerResources : ReasonKind.TieName;
    }

    /// <summary>Why the cluster leaves a resource alone.</summary>
    public Reason WhyUnmanaged(ClusterResource resource, ClusterNode? node)
    {
        if (resource.IsBlocked)
        {
            return FailuresOf(resource) is [.., { } failure] ? failure with { Kind = ReasonKind.Blocked }
                : new Reason(ReasonKind.Blocked) { Resource = resource, Node = node };
        }

        if (state.Options.MaintenanceMode)
        {
            return new Reason(ReasonKind.Maintenance)
            {
                Place = OptionPlace("maintenance-mode"),
                Resource = resource,
                Attribute = "maintenance-mode",
            };
        }

        foreach (string name in (string[])["maintenance", "is-managed"])
        {
            var value = Cib.CibBoolean.Parse(resource.Meta[name]);
            if (value == (name == "maintenance")) return Meta(ReasonKind.Maintenance, resource, name);
        }

        if (resource.Active.Find(n => n.Maintenance) is { } at)
        {
            return new Reason(ReasonKind.NodeMaintenance)
            {
                Place = NodeReasons.AttributePlace(cib, at, "maintenance"),
                Node = at,
                Resource = resource,
                Attribute = "maintenance",
            };
        }

        if (resource.IsRemoved)
        {
            return new Reason(ReasonKind.Removed) { Resource = resource, Attribute = "stop-removed-resources" };
        }

        if (state.Options.FencingEnabled && !Fencing.IsPossible(state))
        {
            return new Reason(ReasonKind.NoFenceDevice) { Place = OptionPlace("fencing-enabled"), Attribute = "fencing-enabled" };
        }

        return new Reason(ReasonKind.Unmanaged) { Resource = resource };
    }

    private Reason PromotionAttributeOf(ClusterResource instance, ClusterNode node, int score)
    {
        var names = instance.Primitives().SelectMany(p => (string[])[p.HistoryName, ClusterResource.WithoutInstanceNumber(p.HistoryName)]);
        string? attribute = names.Select(n => "master-" + n).FirstOrDefault(node.Attributes.ContainsKey);
        if (attribute is null) return new Reason(ReasonKind.NoPromotionScore) { Resource = instance, Node = node };
        return new Reason(ReasonKind.PromotionScore)
        {
            Place = NodeReasons.AttributePlace(cib, node, attribute),
            Resource = instance,
            Node = node,
            Attribute = attribute,
            Score = score,
        };
    }

    private void Promotion(ClusterResource instance, ScoreOperation operation, int amount, int before, Reason reason)
    {
        while (_promotions.Count <= instance.Index) _promotions.Add(null);
        var node = instance.AssignedLocation()!;
        if (_promotions[instance.Index] is not { } trace || operation == ScoreOperation.Enter)
        {
            trace = _promotions[instance.Index] = new PromotionTrace(instance) { Node = node };
        }

        trace.Score = instance.Priority;
        int? old = operation == ScoreOperation.Enter ? null : before;
        trace.Changes = [.. trace.Changes, new ScoreChange(node, operation, amount, old, instance.Priority, reason)];
    }

    /// <summary>The promotion score of an instance begins with what its agent wishes.</summary>
    public void PromotionBegins(ClusterResource instance, ClusterNode node)
    {
        var reason = instance.State(false) is Role.Unpromoted or Role.Stopped
            ? WhyStopped(instance) : PromotionAttributeOf(instance, node, instance.Priority);
        Promotion(instance, ScoreOperation.Enter, instance.Priority, 0, reason);
    }

    public void PromotionLocated(ClusterResource instance, ClusterNode node, LocationConstraint location, int score, int before)
    {
        _ = node;
        Promotion(instance, ScoreOperation.Add, score, before, OfLocation(location, node));
    }

    public void PromotionColocated(ClusterResource instance, ColocationConstraint constraint, int before)
    {
        if (instance.Priority == before || instance.AssignedLocation() is null) return;
        int amount = Math.Abs(instance.Priority) >= Scores.Infinity ? instance.Priority : instance.Priority - before;
        Promotion(instance, ScoreOperation.Add, amount, before, OfColocation(constraint, false));
    }

    /// <summary>The promotion score of an instance was added to the clone's score of its node.</summary>
    public void PromotionCounted(ClusterResource clone, ClusterResource instance, ClusterNode node)
    {
        var reason = new Reason(ReasonKind.PromotionScore) { Resource = instance, Node = node, Score = instance.PromotionPriority };
        Settle(clone, node, reason, false);
    }

    public void PromotionForbidden(ClusterResource clone)
    {
        var ticket = clone.Tickets.Find(t => t.Role == Role.Promoted && t.Ticket.IsLost)!;
        foreach (var resource in clone.SelfAndDescendants()) Compare(resource, OfTicket(ticket));
    }

    /// <summary>The promotion score is final.</summary>
    public void PromotionDecided(ClusterResource clone, ClusterResource instance)
    {
        while (_promotions.Count <= instance.Index) _promotions.Add(null);
        var node = instance.AssignedLocation();
        var trace = _promotions[instance.Index] ??= new PromotionTrace(instance);
        trace.Node = node;
        trace.Score = instance.PromotionPriority;
        if (node is null || instance.PromotionPriority < 0) return;
        trace.CloneChanges = [.. Trace(clone).Changes.Where(c => c.Node == node)];
    }
}
