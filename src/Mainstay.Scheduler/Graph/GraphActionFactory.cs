using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Describes planned actions for the graph (spec/scheduler-output.md section 2.6).</summary>
internal sealed class GraphActionFactory(ClusterState state, ConfigReader config, ActionStore actions)
{
    private readonly Dictionary<string, string> _metaNames = new(StringComparer.Ordinal);

    public GraphAction Create(int id) => Create(state.Actions[id - 1]);

    public GraphAction Create(PlanAction action)
    {
        bool isOrdinaryPseudo = action.IsPseudo && action.Task != TaskKind.Stonith;
        var node = isOrdinaryPseudo ? null : action.Node;
        string key = actions.Names.KeyText(action);
        string? internalKey = null;
        if (action.Resource is { HistoryId: { } history } && HistoryKey(action, history) is { } renamed)
        {
            internalKey = key;
            key = renamed;
        }

        return new GraphAction
        {
            Id = action.Id,
            Kind = Kind(action),
            Task = action.IsPseudo && action.FixedKey is { } fixedKey && action.Task != TaskKind.Stonith ? fixedKey
                : actions.Names.Name(action.Task),
            Key = key,
            InternalKey = internalKey,
            NodeName = node?.Name,
            NodeId = node?.Id,
            RouterNode = node is null || action.Resource is null ? null : RemoteConnections.Router(action)?.Name,
            ShutdownLock = LockTime(action),
            Mode = action.Task == TaskKind.LrmDelete ? "cib" : null,
            Resource = action.IsPseudo || action.Resource is null ? null : Describe(action.Resource),
            Source = this,
            Planned = action,
            Downed = Downed(action),
            Maintenance = action.Task == TaskKind.MaintenanceNodes ? Maintenance() : [],
        };
    }

    /// <summary>
    /// Looks up the parameters of an action if they depend on rules, because that tells when to look again, and otherwise once for its
    /// resource.
    /// </summary>
    public void LookUp(PlanAction action)
    {
        if (!ConcernsParameters(action)) return;
        if (action.Resource is { HasParameterRules: false, ParameterCache: not null }) return;
        config.Parameters(action.Resource!, action.Node);
    }

    private static GraphActionKind Kind(PlanAction action)
    {
        if (action.Task == TaskKind.Stonith) return action.IsPseudo ? GraphActionKind.PseudoEvent : GraphActionKind.CrmEvent;
        if (action.Task is TaskKind.Shutdown or TaskKind.ClearFailCount or TaskKind.LrmDelete) return GraphActionKind.CrmEvent;
        return action.IsPseudo ? GraphActionKind.PseudoEvent : GraphActionKind.ResourceOperation;
    }

    private string HistoryKey(PlanAction action, string history)
    {
        if (action.Task == TaskKind.Notify)
        {
            string type = action.Meta.GetValueOrDefault("notify_type", "");
            string operation = action.Meta.GetValueOrDefault("notify_operation", "");
            return $"{history}_{type}_notify_{operation}_0";
        }

        var task = action.Task == TaskKind.Cancel ? action.CancelTask : action.Task;
        return actions.Names.KeyText(history, new ActionKey(task, action.Key.IntervalMs));
    }

    private static long? LockTime(PlanAction action)
    {
        if (action.Resource is not { LockNode: { } locked } resource || action.Node != locked) return null;
        return !locked.ShuttingDown || action.Task == TaskKind.Stop ? resource.LockTime : null;
    }

    private static GraphResource Describe(ClusterResource resource) => resource.GraphDescription ??= Description(resource);

    private static GraphResource Description(ClusterResource resource)
    {
        string id = resource.Id;
        string? longId = null;
        if (resource is { IsRemoved: true, HistoryId: { } history })
        {
            (id, longId) = (history, resource.Id);
        }
        else if (!resource.IsUnique)
        {
            id = resource.BaseName;
            longId = resource.HistoryId is { } known && known != id ? known : resource.Id;
        }

        return new GraphResource(id, longId, resource.AgentClass, resource.Provider, resource.AgentType);
    }

    private static IReadOnlyList<string> Downed(PlanAction action)
    {
        if (action.Node is not { } node || action.Task is not (TaskKind.Shutdown or TaskKind.Stonith or TaskKind.Stop)) return [];
        var downed = new List<string>();
        switch (action.Task)
        {
            case TaskKind.Shutdown:
                downed.Add(node.Id);
                break;
            case TaskKind.Stonith when action.Meta.GetValueOrDefault("stonith_action") is "off" or "reboot":
                downed.Add(node.Id);
                foreach (var resource in node.Running)
                {
                    if (resource is { IsRemoteConnection: true, RemoteNode: { IsGuest: true } guest }) downed.Add(guest.Id);
                }

                break;
            case TaskKind.Stop when action is { IsPseudo: false, Resource: { IsRemoteConnection: true } connection }:
                if (!Migrates(connection, action)) downed.Add(connection.Id);
                break;
            default:
                break;
        }

        return downed;
    }

    private static bool Migrates(ClusterResource connection, PlanAction stop) => stop.Before.Exists(i =>
        i.IsGraphed && i.Action is { Task: TaskKind.MigrateFrom } from && from.Resource == connection);

    private IReadOnlyList<MaintenanceChange> Maintenance() => state.NodeList
        .Where(n => n.IsRemoteOrGuest && n.Maintenance != n.RemoteMaintenanceSent)
        .Select(n => new MaintenanceChange(n.Id, n.Maintenance))
        .ToList();

    private static bool ConcernsParameters(PlanAction action) =>
        action.Resource is { } resource && (action.Node is not null || resource.IsPrimitive);

    /// <summary>The attributes of an action, sorted bytewise by name.</summary>
    public List<KeyValuePair<string, string>> Attributes(PlanAction action)
    {
        var map = new AttributeMap();
        map.TryAdd("crm_feature_set", TransitionGraphXml.FeatureSet);
        if (action.Extra is { } extra)
        {
            foreach (var (name, value) in extra) map.TryAdd(name, value);
        }

        if (ConcernsParameters(action)) AddParameters(map, action.Resource!, action.Node);
        if (action.Node is { } node && (!action.IsPseudo || action.Task == TaskKind.Stonith))
        {
            map.TryAdd("CRM_meta_on_node", node.Name);
            map.TryAdd("CRM_meta_on_node_uuid", node.Id);
        }

        foreach (var (name, value) in action.Meta)
        {
            if (name.AsSpan().IndexOfAny('#', ':') < 0) map.TryAdd(MetaName(name), value);
        }

        if (action.Resource is { } owner) AddResourceMeta(map, owner);
        AddHost(map, action);
        return map.Sorted();
    }

    private string MetaName(string name)
    {
        if (!_metaNames.TryGetValue(name, out string? meta)) _metaNames.Add(name, meta = "CRM_meta_" + name.Replace('-', '_'));
        return meta;
    }

    private void AddParameters(AttributeMap map, ClusterResource resource, ClusterNode? node)
    {
        if (resource.IsBundleConnectionByName(config) && (resource.Launcher?.AssignedNode ?? resource.Launcher?.CurrentNode()) is { } host)
        {
            map.TryAdd("addr", host.Name);
        }

        var parameters = config.Parameters(resource, node).Values;
        for (int i = 0; i < parameters.Count; i++) map.TryAdd(parameters[i].Name, parameters[i].Value);
    }

    private static void AddResourceMeta(AttributeMap map, ClusterResource resource)
    {
        for (var r = resource; r is not null; r = r.Parent)
        {
            if (r.InstanceNumber >= 0 && r.Parent is not { IsBundle: true } && r.IsPrimitive)
            {
                map["CRM_meta_clone"] = Text(r.InstanceNumber);
            }
            if (r.RemoteTarget is { } guest && r.IsPrimitive) map["CRM_meta_remote_node"] = guest;
            if (r.Launcher is { } launcher && r.IsPrimitive) map["CRM_meta_container"] = launcher.Id;
            if (r.Clone is { } clone) AddCloneMeta(map, r, clone);
            if (r.Replica is { IpAddress: { } address } replica && replica.Child == r) map["pcmk_external_ip"] = address;
        }
    }

    private static void AddCloneMeta(AttributeMap map, ClusterResource resource, CloneSettings clone)
    {
        map["CRM_meta_globally_unique"] = resource.IsUnique ? "true" : "false";
        map["CRM_meta_notify"] = resource.IsNotified ? "true" : "false";
        map["CRM_meta_clone_max"] = Text(clone.Max);
        map["CRM_meta_clone_node_max"] = Text(clone.NodeMax);
        if (!resource.IsPromotable) return;
        map["CRM_meta_promoted_max"] = map["CRM_meta_master_max"] = Text(clone.PromotedMax);
        map["CRM_meta_promoted_node_max"] = map["CRM_meta_master_node_max"] = Text(clone.PromotedNodeMax);
    }

    /// <summary>Agents on guests may keep their attributes on the host (spec/scheduler-actions.md section 16.4).</summary>
    private static void AddHost(AttributeMap map, PlanAction action)
    {
        if (action.Resource is not { } resource || action.Node is not { IsGuest: true, Connection.Launcher: { } container }) return;
        var task = action.Key.Phase != NotifyPhase.None ? action.Key.Task : action.Task;
        var host = task switch
        {
            TaskKind.Stop or TaskKind.Stopped or TaskKind.Demote or TaskKind.Demoted => container.CurrentNode(),
            TaskKind.Start or TaskKind.Started or TaskKind.Monitor or TaskKind.Promote or TaskKind.Promoted => container.AssignedNode,
            _ => null,
        };
        if (host is null) return;
        if (resource.Meta["container-attribute-target"] is { } target) map.TryAdd("CRM_meta_container_attribute_target", target);
        map.TryAdd("CRM_meta_physical_host", host.Name);
    }

    /// <summary>A dozen attributes, found by comparing names.</summary>
    private sealed class AttributeMap
    {
        private readonly List<KeyValuePair<string, string>> _pairs = new(12);

        public string this[string name]
        {
            set
            {
                int place = Find(name);
                if (place < 0) _pairs.Add(new(name, value));
                else _pairs[place] = new(name, value);
            }
        }

        public void TryAdd(string name, string value)
        {
            if (Find(name) < 0) _pairs.Add(new(name, value));
        }

        public List<KeyValuePair<string, string>> Sorted()
        {
            // A parameter without a name cannot be handed to an agent.
            _pairs.RemoveAll(static pair => pair.Key.Length == 0);
            for (int i = 1; i < _pairs.Count; i++)
            {
                var pair = _pairs[i];
                int place = i;
                for (; place > 0 && OrdinalText.Compare(_pairs[place - 1].Key, pair.Key) > 0; place--) _pairs[place] = _pairs[place - 1];
                _pairs[place] = pair;
            }

            return _pairs;
        }

        private int Find(string name)
        {
            for (int i = 0; i < _pairs.Count; i++)
            {
                if (_pairs[i].Key == name) return i;
            }

            return -1;
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
