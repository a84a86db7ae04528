using System.Globalization;

namespace Mainstay.Scheduler;

/// <content>One method per cause of a change of scores, called right after the change.</content>
internal sealed partial class ReasonRecorder
{
    internal static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private ConfigurationPlace? MetaPlace(ClusterResource resource, string name) =>
        PlaceOf(resource.Meta.SourceOf(name));

    public ConfigurationPlace? OptionPlace(string name) =>
        PlaceOf(state.Options.Values?.Configured.SourceOf(name));

    private Reason Meta(ReasonKind kind, ClusterResource resource, string name) => new(kind)
    {
        Place = MetaPlace(resource, name),
        Resource = resource,
        Attribute = name,
        Value = resource.Meta[name],
    };

    public void Started(ClusterResource resource) => Compare(resource, new Reason(ReasonKind.Start));

    /// <summary>All resources are known: what differs now from their first tables comes from bundles.</summary>
    public void ResourcesRead()
    {
        foreach (var resource in state.AllResources) Compare(resource, new Reason(ReasonKind.Bundle));
    }

    public void Removed(ClusterResource resource) =>
        AddBelow(resource, null, -Scores.Infinity, new Reason(ReasonKind.Removed) { Resource = resource });

    /// <summary>An operation found that the resource cannot run on a node, or (without node) nowhere.</summary>
    public void Banned(ClusterResource banned, ClusterNode? where, HistoryEntry entry, ClusterResource resource, ClusterNode node) =>
        AddBelow(banned, where, -Scores.Infinity, OfEntry(ReasonKind.HardError, entry, resource, node));

    public void FailureBanned(ClusterResource resource, ClusterNode node, HistoryEntry? entry) =>
        AddBelow(resource, node, -Scores.Infinity, OfFailure(resource, node, entry));

    public void FailureBannedEverywhere(ClusterResource banned, ClusterResource resource, ClusterNode node, HistoryEntry entry)
    {
        foreach (var each in state.NodeList) Replace(banned, each, OfFailure(resource, node, entry));
    }

    private Reason OfFailure(ClusterResource resource, ClusterNode node, HistoryEntry? entry) =>
        entry is null ? new Reason(ReasonKind.Failure) { Resource = resource, Node = node }
            : OfEntry(ReasonKind.Failure, entry, resource, node);

    private Reason OfEntry(ReasonKind kind, HistoryEntry entry, ClusterResource resource, ClusterNode node) => new(kind)
    {
        Place = PlaceOf(resource.Operations.Find(o => o.Task == entry.Task && o.IntervalMs == entry.IntervalMs)?.Xml),
        Resource = resource,
        Node = node,
        Operation = entry.Key,
        Value = Text(entry.ExitStatus),
        Limit = entry.TargetResult < 0 ? null : Text(entry.TargetResult),
        Detail = entry.ExitReason,
    };

    public void MultiplyActive(ClusterResource resource)
    {
        foreach (var node in state.NodeList) Replace(resource, node, Meta(ReasonKind.MultipleActive, resource, "multiple-active"));
    }

    public void Unmanaged(ClusterResource resource, ClusterNode node) =>
        AddBelow(resource, node, Scores.Infinity, WhyUnmanaged(resource, node));

    public void Ticket(TicketConstraint constraint, ClusterResource resource) =>
        AddBelow(resource, null, -Scores.Infinity, OfTicket(constraint));

    public Reason OfTicket(TicketConstraint constraint) => new(ReasonKind.Ticket)
    {
        Place = _tickets.GetValueOrDefault(constraint),
        Resource = constraint.Resource,
        Attribute = constraint.Ticket.Id,
        Value = constraint.Ticket.IsGranted ? "standby" : "revoked",
        Detail = constraint.LossPolicy.ToString(),
    };

    public void Locked(ClusterResource resource, ClusterNode node) =>
        AddBelow(resource, node, -Scores.Infinity, new Reason(ReasonKind.ShutdownLock)
        {
            Place = OptionPlace("shutdown-lock"),
            Resource = resource,
            Node = resource.LockNode,
            Attribute = "shutdown-lock",
        });

    public void Located(LocationConstraint constraint, ClusterResource resource, ClusterNode node, int score) =>
        Add(resource, node, score, OfLocation(constraint, node));

    public Reason OfLocation(LocationConstraint constraint, ClusterNode node)
    {
        int score = constraint.Nodes.FirstOrDefault(n => n.Node == node).Score;
        if (!_locations.TryGetValue(constraint, out var read))
        {
            return new Reason(ReasonKind.NodeHealth)
            {
                Place = OptionPlace("node-health-strategy"),
                Node = node,
                Attribute = "node-health-strategy",
                Value = state.Options.Text("node-health-strategy", "none"),
                Score = score,
            };
        }

        return new Reason(ReasonKind.Location)
        {
            Place = read.Place,
            Part = read.Rule,
            Resource = constraint.Resource,
            Node = node,
            Score = score,
            Detail = constraint.RoleFilter == Role.Unknown ? null : constraint.RoleFilter.ToString(),
        };
    }

    public void Sticks(ClusterResource resource, ClusterNode node) =>
        AddBelow(resource, node, resource.Stickiness, Meta(ReasonKind.Stickiness, resource, "resource-stickiness"));

    public void ThresholdReached(ClusterResource banned, ClusterResource resource, ClusterNode node)
    {
        int count = FailCounts.Effective(state, resource, node, true, out _);
        AddBelow(banned, node, -Scores.Infinity, Meta(ReasonKind.FailureThreshold, resource, "migration-threshold") with
        {
            Node = node,
            Value = Scores.Text(count),
            Limit = Scores.Text(resource.MigrationThreshold),
        });
    }

    public void NotExclusive(ClusterResource resource, ClusterNode node) => Replace(resource, node, OfExclusive(resource, node));

    private Reason OfExclusive(ClusterResource resource, ClusterNode node)
    {
        var exclusive = _locations.Where(l => l.Key.Discovery == DiscoveryMode.Exclusive
            && (l.Key.Resource == resource.FullTop || l.Key.Resource == resource || l.Key.Resource.IsAncestorOf(resource)));
        var place = exclusive.Select(l => l.Value.Place).OfType<ConfigurationPlace>().MinBy(p => (p.Line, p.Id));
        return new Reason(ReasonKind.ExclusiveDiscovery) { Place = place, Resource = resource, Node = node };
    }

    public void NotRemote(ClusterResource resource, ClusterNode node) =>
        Replace(resource, node, new Reason(ReasonKind.NotOnRemoteNodes) { Resource = resource, Node = node });

    public void Launched(ClusterResource resource, ClusterNode node, ClusterResource launcher) =>
        AddBelow(resource, node, -Scores.Infinity, new Reason(ReasonKind.Container) { Resource = launcher });

    public void TargetRole(ClusterResource resource) => AddBelow(resource, null, -Scores.Infinity, WhyStopped(resource));

    /// <summary>Why a resource is wanted stopped before any node was looked at.</summary>
    private Reason WhyStopped(ClusterResource resource)
    {
        if (ResourcesPass.TargetRole(resource) == Role.Stopped) return Meta(ReasonKind.TargetRole, resource, "target-role");
        if (FailuresOf(resource) is [.., { } failure]) return failure;
        if (resource.IsRemoteConnection && resource.RemoteNode is { ShuttingDown: true } node)
        {
            return new Reason(ReasonKind.NodeShutdown) { Node = node, Resource = resource };
        }

        return new Reason(ReasonKind.TargetRole) { Resource = resource, Attribute = "target-role", Value = "Stopped" };
    }

    public void WithPrimary(ClusterResource resource, ColocationConstraint constraint) =>
        Compare(resource, OfColocation(constraint, false));

    public void WithDependent(ClusterResource resource, ColocationConstraint constraint) =>
        Compare(resource, OfColocation(constraint, true));

    public Reason OfColocation(ColocationConstraint constraint, bool isPrimary)
    {
        var kind = constraint.Id switch
        {
            "#group-members" => ReasonKind.Group,
            _ when !constraint.IsExplicit => ReasonKind.Container,
            _ when isPrimary => ReasonKind.DependentWishes,
            _ => ReasonKind.Colocation,
        };
        var place = _colocations.GetValueOrDefault(constraint);
        return new Reason(kind)
        {
            Place = place,
            Part = place is null || place.Id == constraint.Id ? null : SetOf(place, constraint.Id),
            Resource = isPrimary ? constraint.Dependent : constraint.Primary,
            Node = isPrimary ? null : constraint.Primary.AssignedLocation(),
            Score = constraint.Score,
            Attribute = constraint.NodeAttribute,
            Detail = constraint.PrimaryRole != Role.Unknown && !isPrimary ? constraint.PrimaryRole.ToString() : null,
        };
    }

    private ConfigurationPlace? SetOf(ConfigurationPlace place, string id) =>
        PlaceOf(place.Xml?.Elements("resource_set").FirstOrDefault(s => (string?)s.Attribute("id") == id));

    public void Overloaded(ClusterResource resource, ClusterNode node, Amounts need)
    {
        var lacking = need.First(n => n.Value > node.Utilization.GetValueOrDefault(n.Key));
        Replace(resource, node, new Reason(ReasonKind.Utilization)
        {
            Resource = resource,
            Node = node,
            Attribute = lacking.Key,
            Value = Text(lacking.Value),
            Limit = Text(node.Utilization.GetValueOrDefault(lacking.Key)),
        });
    }

    public void InstanceLimit(ClusterResource instance, ClusterResource collective, int max)
    {
        var reason = Meta(ReasonKind.InstanceLimit, collective, "clone-max") with { Limit = Text(max) };
        AddBelow(instance, null, -Scores.Infinity, reason);
        foreach (var primitive in instance.Primitives())
        {
            Placed(primitive, null);
            PlacementOf(primitive)!.Why = reason;
        }
    }

    /// <summary>An instance may not be on a node, because of the clone or bundle it belongs to or because nothing may.</summary>
    public void InstanceBanned(ClusterResource collective, ClusterResource instance, NodeTable counts, ClusterNode node, int perNode)
    {
        bool isCollectiveBanned = !counts.Contains(node) || counts.Score(node) < 0;
        var reason = instance.IsRemoved ? new Reason(ReasonKind.InstanceLimit) { Resource = collective, Attribute = "clone-max" }
            : NodeReasons.Unavailability(state, cib, node) is { } unavailable ? unavailable
            : isCollectiveBanned ? new Reason(ReasonKind.CollectiveBanned) { Resource = collective }
            : Meta(ReasonKind.InstanceLimitOnNode, collective, "clone-node-max") with { Limit = Text(perNode) };
        Replace(instance, node, reason);
        foreach (var child in instance.ChildList) Replace(child, node, reason);
    }

    public void InBundle(ClusterResource resource, ClusterNode node, ClusterNode? home) =>
        Settle(resource, node, new Reason(ReasonKind.Bundle) { Node = home }, false);

    public void PromotionPreferred(ClusterResource instance, ClusterNode node, int score) =>
        Add(instance, node, score, PromotionAttributeOf(instance, node, score));
}
