using Mainstay.Scheduler;

namespace Mainstay.Cli.Monitor;

/// <summary>Resources in the words of crm_mon (spec/cli-crm.md section 4.1).</summary>
internal sealed class ResourceText
{
    private readonly ClusterSnapshot _snapshot;
    private readonly MonitorOptions _options;
    private readonly StatusFilter _filter;

    /// <summary>A printer for one snapshot.</summary>
    public ResourceText(ClusterSnapshot snapshot, MonitorOptions options, StatusFilter filter)
    {
        _snapshot = snapshot;
        _options = options;
        _filter = filter;
    }

    /// <summary>The lines of top-level resources; inner ones are indented.</summary>
    /// <param name="belongs">Which of them; <see langword="null"/>: all.</param>
    public IEnumerable<string> Lines(Func<ClusterResource, bool>? belongs = null)
    {
        var shown = _snapshot.State.Resources.Where(r => !r.IsImplicit && _filter.Shows(r) && belongs?.Invoke(r) != false).ToList();
        return _options.Brief
            ? BriefLines(shown.Where(r => r.Variant == ResourceVariant.Primitive))
                .Concat(shown.Where(r => r.Variant != ResourceVariant.Primitive).SelectMany(r => Lines(r, forced: false)))
            : shown.SelectMany(r => Lines(r, forced: false));
    }

    /// <summary>The lines of top-level resources that are not active in all their parts.</summary>
    public IEnumerable<string> InactiveLines() => _snapshot.State.Resources
        .Where(r => !r.IsImplicit && _filter.Shows(r) && !IsWhollyActive(r))
        .SelectMany(r => Lines(r, forced: true));

    /// <summary>The lines of a node's active primitives, without the node's name.</summary>
    public IEnumerable<string> LinesOn(ClusterNode node) => node.ActiveResources
        .Where(r => r.Variant == ResourceVariant.Primitive && !IsConnectionOfBundle(r) && _filter.Shows(r))
        .Select(r => Primitive(r, DisplayName(r), node, withNode: false));

    /// <summary>Whether the primitive is a bundle's own connection, which bundles show themselves.</summary>
    public static bool IsConnectionOfBundle(ClusterResource resource) =>
        resource is { AgentType: "remote", Provider: "pacemaker" } && resource.Parent?.Variant == ResourceVariant.Bundle;

    /// <summary>Class, provider and type.</summary>
    public static string Agent(ClusterResource resource) =>
        string.Join(':', new[] { resource.AgentClass, resource.Provider, resource.AgentType }.Where(p => !string.IsNullOrEmpty(p)));

    /// <summary>The id as shown: anonymous instances without their number.</summary>
    public static string DisplayName(ClusterResource resource)
    {
        var colon = resource.Id.LastIndexOf(':');
        return !resource.IsUnique && colon > 0 ? resource.Id[..colon] : resource.Id;
    }

    /// <summary>Whether target-role wants the resource stopped.</summary>
    public static bool IsDisabled(ClusterResource resource) =>
        string.Equals(resource.Meta["target-role"], "Stopped", StringComparison.OrdinalIgnoreCase);

    /// <summary>Active somewhere, in whole or in part.</summary>
    public static bool IsActive(ClusterResource resource) => resource.Variant == ResourceVariant.Primitive
        ? resource.ActiveNodes.Count > 0
        : resource.Children.Any(IsActive);

    private static bool IsWhollyActive(ClusterResource resource) => resource.Variant == ResourceVariant.Primitive
        ? resource.ActiveNodes.Count > 0
        : resource.Children.All(IsWhollyActive);

    private IEnumerable<string> Lines(ClusterResource resource, bool forced)
    {
        if (!_options.ShowInactive && !forced && !IsActive(resource))
        {
            return [];
        }

        return resource.Variant switch
        {
            ResourceVariant.Primitive => [Primitive(resource, DisplayName(resource), null, withNode: true)],
            ResourceVariant.Group => Group(resource),
            ResourceVariant.Clone => Clone(resource),
            _ => BundleText.Lines(resource, _snapshot, this, _options, _filter),
        };
    }

    /// <summary>One primitive.</summary>
    /// <param name="resource">The primitive.</param>
    /// <param name="name">The name to show.</param>
    /// <param name="node">The node to judge it on; <see langword="null"/>: where it is active.</param>
    /// <param name="withNode">Whether the node's name is shown.</param>
    public string Primitive(ClusterResource resource, string name, ClusterNode? node, bool withNode)
    {
        var active = node is null ? Nodes(resource) : [node];
        var state = State(resource, active);
        var flags = Brackets(Flags(resource, active));
        var where = withNode && active.Count == 1 ? " " + active[0].Name : "";
        var list = withNode && active.Count > 1 ? $" [ {string.Join(' ', active.Select(n => n.Name))} ]" : "";
        return $"{name}\t({Agent(resource)}):\t "
            + $"{(resource.IsRemoved ? "ORPHANED " : "")}{state}{where}{flags}{list}{Description(resource)}";
    }

    /// <summary>Primitives by agent and node in numbers; with inactive ones the number of all is shown too.</summary>
    public IEnumerable<string> BriefLines(IEnumerable<ClusterResource> primitives)
    {
        foreach (var agent in primitives.GroupBy(Agent, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var nodes = agent.SelectMany(Nodes).GroupBy(n => n.Name, StringComparer.Ordinal)
                .OrderBy(g => g.Key, Mainstay.Cib.NaturalOrder.Comparer).ToList();
            var total = _options.ShowInactive ? $"/{agent.Count()}" : "";
            foreach (var node in nodes)
            {
                yield return $"{node.Count()}{total}\t({agent.Key}):\tActive {node.Key}";
            }

            if (nodes.Count == 0 && _options.ShowInactive)
            {
                yield return $"0{total}\t({agent.Key}):\tActive";
            }
        }
    }

    private string Description(ClusterResource resource) =>
        _options.ShowDescription && resource.Meta["description"] is { Length: > 0 } words ? $" ({words})" : "";

    /// <summary>Where a primitive is active, in the order of names.</summary>
    public IReadOnlyList<ClusterNode> Nodes(ClusterResource resource) => [.. resource.ActiveNodes.Where(_filter.Shows)];

    /// <summary>The state of a primitive in words: its role, or what goes on with it.</summary>
    public string State(ClusterResource resource, IReadOnlyList<ClusterNode> active)
    {
        if (resource.IsFailed)
        {
            return resource.CurrentRole == Role.Promoted ? "FAILED Promoted" : "FAILED";
        }

        if (Pending(resource) is { } pending)
        {
            return pending;
        }

        if (active.Count == 0 || resource.CurrentRole <= Role.Stopped)
        {
            return "Stopped" + (FailedProbe(resource) is { } reason ? $" ({reason})" : "");
        }

        return RoleOf(resource).ToString();
    }

    /// <summary>The role as shown: an instance of a promotable clone that is started is unpromoted.</summary>
    public static Role RoleOf(ClusterResource resource) =>
        resource.CurrentRole == Role.Started && IsInPromotable(resource) ? Role.Unpromoted : resource.CurrentRole;

    private static string? Pending(ClusterResource resource) => resource.PendingTask switch
    {
        "start" => "Starting",
        "stop" => "Stopping",
        "promote" => "Promoting",
        "demote" => "Demoting",
        "migrate_to" or "migrate_from" => "Migrating",
        _ => null,
    };

    private string? FailedProbe(ClusterResource resource)
    {
        var id = DisplayName(resource);
        return _snapshot.State.FailedOperations
            .Where(f => f.IsMaskableProbe && StatusFilter.BaseName(f.ResourceId) == id)
            .Select(f => OcfText.Of(f.ExitStatus))
            .FirstOrDefault();
    }

    /// <summary>What is unusual about a primitive, in words.</summary>
    public static List<string> Flags(ClusterResource resource, IReadOnlyList<ClusterNode> active)
    {
        var flags = new List<string>();
        if (active.Any(n => n.Unclean && !n.Online))
        {
            flags.Add("UNCLEAN");
        }

        if (resource.LockNode is not null)
        {
            flags.Add("LOCKED");
        }

        if (resource.PendingTask == "monitor" && resource.PendingIntervalMs > 0)
        {
            flags.Add("Monitoring");
        }

        if (IsDisabled(resource))
        {
            flags.Add("disabled");
        }
        else if (string.Equals(resource.Meta["target-role"], "Unpromoted", StringComparison.OrdinalIgnoreCase) && IsInPromotable(resource))
        {
            flags.Add("target-role:Unpromoted");
        }

        if (resource.IsBlocked)
        {
            flags.Add("blocked");
        }
        else if (resource.IsInMaintenance)
        {
            flags.Add("maintenance");
        }
        else if (!resource.IsManaged)
        {
            flags.Add("unmanaged");
        }

        if (resource.IsFailureIgnored)
        {
            flags.Add("failure ignored");
        }

        return flags;
    }

    private static bool IsInPromotable(ClusterResource resource)
    {
        for (var r = resource; r is not null; r = r.Parent)
        {
            if (r is { Variant: ResourceVariant.Clone, IsPromotable: true })
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<string> Group(ClusterResource group)
    {
        var members = group.Children.Where(c => _filter.ShowsMember(group, c)).ToList();
        var shown = members.Where(m => _options.ShowInactive || IsActive(m)).ToList();
        var attributes = new List<string>();
        var hidden = _options.ShowInactive ? 0 : group.Children.Count(m => !IsActive(m));
        if (hidden > 0)
        {
            attributes.Add($"{hidden} member{(hidden == 1 ? "" : "s")} inactive");
        }

        AddState(attributes, group);
        yield return $"Resource Group: {group.Id}{Brackets(attributes)}:";
        foreach (var line in _options.Brief ? BriefLines(group.Children) : shown.SelectMany(m => Lines(m, forced: false)))
        {
            yield return "  " + line;
        }
    }

    private IEnumerable<string> Clone(ClusterResource clone)
    {
        var instances = clone.Children.Where(c => _filter.ShowsMember(clone, c)).ToList();
        var attributes = new List<string>();
        if (clone.IsPromotable)
        {
            attributes.Add("promotable");
        }

        if (instances.FirstOrDefault()?.IsUnique == true)
        {
            attributes.Add("unique");
        }

        AddState(attributes, clone);
        var inner = clone.Children.Count > 0 ? BaseName(clone.Children[0]) : "";
        yield return $"Clone Set: {clone.Id} [{inner}]{Brackets(attributes)}:";
        var single = new List<ClusterResource>();
        var lists = new SortedDictionary<Role, List<ClusterNode>>();
        var stopped = new List<ClusterResource>();
        foreach (var instance in instances)
        {
            if (!IsActive(instance))
            {
                stopped.Add(instance);
            }
            else if (IsPlain(instance, out var role, out var node))
            {
                if (_filter.Shows(node))
                {
                    (lists.TryGetValue(role, out var list) ? list : lists[role] = []).Add(node);
                }
            }
            else if (instance.Variant != ResourceVariant.Primitive || Nodes(instance).Count > 0 || _filter.ShowsAllNodes)
            {
                single.Add(instance);
            }
        }

        foreach (var line in single.SelectMany(s => Lines(s, forced: true)))
        {
            yield return "  " + line;
        }

        foreach (var (role, heading) in new[] { (Role.Promoted, "Promoted"), (Role.Unpromoted, "Unpromoted"), (Role.Started, "Started") })
        {
            if (lists.TryGetValue(role, out var nodes))
            {
                var names = nodes.OrderBy(n => n.Name, Mainstay.Cib.NaturalOrder.Comparer).Select(n => n.Name);
                yield return $"  {heading}: [ {string.Join(' ', names)} ]";
            }
        }

        foreach (var line in Stopped(clone, instances, stopped))
        {
            yield return "  " + line;
        }
    }

    // Inactive instances have no node; shown are the nodes that could run one and do not.
    private IEnumerable<string> Stopped(ClusterResource clone, List<ClusterResource> instances, List<ClusterResource> stopped)
    {
        if (stopped.Count == 0)
        {
            return [];
        }

        if (_options.ShowDetail || instances[0].IsUnique)
        {
            var failed = stopped.Where(s => _options.ShowInactive || (s.Variant == ResourceVariant.Primitive && FailedProbe(s) is not null))
                .ToList();
            return failed.SelectMany(s => Lines(s, forced: true));
        }

        if (!_options.ShowInactive)
        {
            return [];
        }

        var busy = instances.SelectMany(i =>
            i.Variant == ResourceVariant.Primitive ? i.ActiveNodes : i.Children.SelectMany(c => c.ActiveNodes)).ToHashSet();
        var free = _snapshot.State.Nodes.Where(n => n is { Online: true, IsRemoteOrGuest: false } && !busy.Contains(n) && _filter.Shows(n))
            .Take(stopped.Count).ToList();
        if (free.Count == 0)
        {
            return [];
        }

        var failures = _snapshot.State.FailedOperations.Where(f =>
            f.IsMaskableProbe && StatusFilter.BaseName(f.ResourceId) == BaseName(clone.Children[0])).ToList();
        return free.GroupBy(Heading, StringComparer.Ordinal).Select(g => $"{g.Key}: [ {string.Join(' ', g.Select(n => n.Name))} ]");

        string Heading(ClusterNode n) => failures.FirstOrDefault(f => f.Node == n) is { } failure
            ? $"Stopped ({OcfText.Of(failure.ExitStatus)})"
            : IsDisabled(clone) ? "Stopped (disabled)" : "Stopped";
    }

    private bool IsPlain(ClusterResource instance, out Role role, out ClusterNode node)
    {
        var primitives = instance.Variant == ResourceVariant.Primitive ? [instance] : instance.Children.ToList();
        node = primitives.SelectMany(p => p.ActiveNodes).FirstOrDefault()!;
        role = primitives.Select(RoleOf).DefaultIfEmpty(Role.Stopped).Max();
        var only = node;
        return !_options.ShowDetail && !instance.IsUnique && node is { Online: true, Unclean: false }
            && primitives.All(p =>
                p.ActiveNodes.Count == 1 && p.ActiveNodes[0] == only && !p.IsFailed && !p.IsRemoved && p.IsManaged && !p.IsBlocked
                && Pending(p) is null && !(p.PendingTask == "monitor" && p.PendingIntervalMs > 0) && !p.IsFailureIgnored
                    && p.LockNode is null);
    }

    private static string BaseName(ClusterResource instance)
    {
        var colon = instance.Id.LastIndexOf(':');
        return colon > 0 ? instance.Id[..colon] : instance.Id;
    }

    /// <summary>Adds the words about the state of a group, clone or bundle.</summary>
    public static void AddState(List<string> attributes, ClusterResource resource)
    {
        if (IsDisabled(resource))
        {
            attributes.Add("disabled");
        }

        if (resource.IsInMaintenance)
        {
            attributes.Add("maintenance");
        }
        else if (!resource.IsManaged)
        {
            attributes.Add("unmanaged");
        }
    }

    /// <summary>Words in brackets, with a leading blank; nothing for none.</summary>
    public static string Brackets(List<string> words) => words.Count > 0 ? $" ({string.Join(", ", words)})" : "";
}
