using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>The status of nodes and resources as text (spec/scheduler-output.md section 5).</summary>
internal sealed partial class StatusText(ClusterState state, TextList output, bool showPending)
{
    public void Write()
    {
        output.Heading("Node List");
        WriteNodes();
        output.End();
        output.Blank();
        output.Heading("Full List of Resources");
        bool any = false;
        foreach (var resource in state.ResourceList) any |= WriteResource(resource);
        if (!any) output.Item("No resources");
        output.End();
    }

    private void WriteNodes()
    {
        var lists = new SortedDictionary<int, (string Title, List<string> Names)>();
        foreach (var node in state.NodeList)
        {
            if (IsPrintedAlone(node))
            {
                output.Item($"{KindName(node)} {node.Name}: {NodeStatus(node)}{HealthText(node)}");
                continue;
            }

            (int order, string title) = (node.Kind, node.Online) switch
            {
                (NodeKind.Cluster, true) => (0, "Online"),
                (NodeKind.Cluster, false) => (1, "OFFLINE"),
                (NodeKind.Remote, true) => (2, "RemoteOnline"),
                (NodeKind.Remote, false) => (3, "RemoteOFFLINE"),
                (_, true) => (4, "GuestOnline"),
                _ => (-1, ""),
            };
            if (order < 0) continue;
            if (!lists.TryGetValue(order, out var list)) lists.Add(order, list = (title, []));
            list.Names.Add(node.Name);
        }

        foreach (var (_, (title, names)) in lists) output.Item($"[ {string.Join(' ', names)} ]", title);
    }

    private static bool IsPrintedAlone(ClusterNode node) =>
        node.Unclean || node.Pending || (node.FailStandby && node.Online) || node.Standby || node.Maintenance
            || node.Health != NodeHealth.Green;

    private static string KindName(ClusterNode node) => node.Kind switch
    {
        NodeKind.Remote => "RemoteNode",
        NodeKind.Guest => "GuestNode",
        _ => "Node",
    };

    private static string HealthText(ClusterNode node) => node.Health switch
    {
        NodeHealth.Red => " (health is RED)",
        NodeHealth.Yellow => " (health is YELLOW)",
        _ => "",
    };

    private static string NodeStatus(ClusterNode node)
    {
        if (node.Unclean) return node.Online ? "UNCLEAN (online)" : node.Pending ? "UNCLEAN (pending)" : "UNCLEAN (offline)";
        if (node.Pending) return "pending";
        if (node.FailStandby && node.Online) return "standby (on-fail)";
        if (node.Standby && !node.Online) return "OFFLINE (standby)";
        if (node.Standby) return node.Running.Count == 0 ? "standby" : "standby (with active resources)";
        if (node.Maintenance) return node.Online ? "maintenance" : "OFFLINE (maintenance)";
        return node.Online ? "online" : "OFFLINE";
    }

    private bool WriteResource(ClusterResource resource)
    {
        if (resource.IsImplicit || (resource.IsRemoved && !resource.IsPartlyActive())) return false;
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                output.Item(PrimitiveLine(resource));
                break;
            case ResourceVariant.Group:
                WriteGroup(resource);
                break;
            case ResourceVariant.Clone:
                WriteClone(resource);
                break;
            default:
                WriteBundle(resource);
                break;
        }

        return true;
    }

    private void WriteGroup(ClusterResource group)
    {
        output.Heading($"Resource Group: {group.Id}{Attributes(CollectiveFlags(group))}");
        foreach (var member in group.ChildList) output.Item(PrimitiveLine(member));
        output.End();
    }

    private static List<string> CollectiveFlags(ClusterResource resource)
    {
        var flags = new List<string>();
        if (IsDisabled(resource)) flags.Add("disabled");
        if (resource.IsInMaintenance) flags.Add("maintenance");
        else if (!resource.IsManaged) flags.Add("unmanaged");
        return flags;
    }

    private static string Attributes(List<string> flags) => flags.Count == 0 ? "" : $" ({string.Join(", ", flags)})";

    private static bool IsDisabled(ClusterResource resource) =>
        ConfigReader.ParseRole(resource.Meta["target-role"]) == Role.Stopped;

    private string PrimitiveLine(ClusterResource resource) => PrimitiveLine(
        resource, resource.IsUnique ? resource.Id : resource.BaseName, resource.CurrentNode(), "");

    private string PrimitiveLine(ClusterResource resource, string name, ClusterNode? node, string suffix)
    {
        if (node is null && showPending) node = resource.PendingNode;
        node ??= resource.LockNode;
        string provider = resource.AgentClass == "ocf" ? $":{resource.Provider}" : "";
        var text = new System.Text.StringBuilder();
        text.Append(name).Append(suffix).Append("\t(").Append(resource.AgentClass).Append(provider).Append(':').Append(resource.AgentType)
            .Append("):\t");
        if (resource.IsRemoved) text.Append(" ORPHANED");
        text.Append(' ').Append(StateText(resource));
        bool isMultiple = resource.Active.Count > 1;
        if (node is not null && !isMultiple) text.Append(' ').Append(node.Name);
        if (resource.CurrentRole == Role.Stopped && FailedProbe(resource, node) is { } probe) text.Append(" (").Append(probe).Append(") ");
        text.Append(Attributes(PrimitiveFlags(resource, isMultiple ? null : node)));
        if (isMultiple)
        {
            if (resource.Config.Attribute("description")?.Value is { } description) text.Append(" (").Append(description).Append(')');
            text.Append(" [ ").AppendJoin(' ', resource.Active.Select(n => n.Name)).Append(" ]");
        }

        return text.ToString();
    }

    private string StateText(ClusterResource resource)
    {
        if (resource.IsFailed) return resource.CurrentRole > Role.Unpromoted ? "FAILED Promoted" : "FAILED";
        if (showPending)
        {
            string? pending = resource.PendingTask switch
            {
                "start" => "Starting",
                "stop" => "Stopping",
                "migrate_to" or "migrate_from" => "Migrating",
                "promote" => "Promoting",
                "demote" => "Demoting",
                _ => null,
            };
            if (pending is not null) return pending;
        }

        return resource.CurrentRole == Role.Started && resource.Top.IsPromotable ? nameof(Role.Unpromoted) : RoleName(resource.CurrentRole);
    }

    private static string RoleName(Role role) => role == Role.Unknown ? "Stopped" : role.ToString();

    private string? FailedProbe(ClusterResource resource, ClusterNode? node)
    {
        foreach (var failure in state.FailedList)
        {
            if (!failure.IsMaskableProbe || (node is not null && failure.Node != node)) continue;
            if (failure.ResourceId == resource.Id) return ExitStatusText(failure.ExitStatus);
        }

        return null;
    }

    private static string ExitStatusText(int status) => status switch
    {
        0 => "OK",
        1 => "Error occurred",
        2 => "Invalid parameter",
        3 => "Unimplemented",
        4 => "Insufficient privileges",
        5 => "Not installed",
        6 => "Not configured",
        7 => "Not running",
        8 => "Promoted",
        9 => "Failed in promoted role",
        _ => status.ToString(CultureInfo.InvariantCulture),
    };

    private List<string> PrimitiveFlags(ClusterResource resource, ClusterNode? node)
    {
        var flags = new List<string>();
        if (node is { Online: false, Unclean: true }) flags.Add("UNCLEAN");
        if (node is not null && node == resource.LockNode) flags.Add("LOCKED");
        if (showPending && resource is { PendingTask: "monitor", PendingIntervalMs: > 0 }) flags.Add("Monitoring");
        var target = ConfigReader.ParseRole(resource.Meta["target-role"]);
        if (target == Role.Stopped) flags.Add("disabled");
        else if (target == Role.Unpromoted && resource.Top.IsPromotable && resource.CurrentRole > Role.Unpromoted)
        {
            flags.Add("target-role:" + resource.Meta["target-role"]);
        }
        if (resource.IsBlocked) flags.Add("blocked");
        else if (resource.IsInMaintenance) flags.Add("maintenance");
        else if (!resource.IsManaged) flags.Add("unmanaged");
        if (resource.IsFailureIgnored) flags.Add("failure ignored");
        return flags;
    }

    private void WriteClone(ClusterResource clone)
    {
        var flags = new List<string>();
        if (clone.IsPromotable) flags.Add("promotable");
        if (clone.IsUnique) flags.Add("unique");
        flags.AddRange(CollectiveFlags(clone));
        output.Heading($"Clone Set: {clone.Id} [{clone.Clone!.ChildId}]{Attributes(flags)}");
        var promoted = new List<ClusterNode>();
        var started = new List<ClusterNode>();
        int collected = 0;
        foreach (var instance in clone.ChildList)
        {
            bool isPartlyActive = instance.Primitives().Any(IsActive);
            if (instance.IsRemoved && !isPartlyActive) continue;
            if (IsPrintedAlone(clone, instance, isPartlyActive))
            {
                WriteResource(instance);
                continue;
            }

            if (!isPartlyActive || CommonNode(instance) is not { } node) continue;
            collected++;
            if (instance.State(true) > Role.Unpromoted) promoted.Add(node);
            else started.Add(node);
        }

        WriteNodeList("Promoted", promoted);
        bool isUnpromotedWanted = clone.IsPromotable && ConfigReader.ParseRole(clone.Meta["target-role"]) == Role.Unpromoted;
        string title = !clone.IsPromotable ? "Started" : isUnpromotedWanted ? "Unpromoted (target-role)" : "Unpromoted";
        WriteNodeList(title, started);
        if (!clone.IsUnique && clone.Clone.Max > collected) WriteStopped(clone);
        output.End();
    }

    private bool IsPrintedAlone(ClusterResource clone, ClusterResource instance, bool isPartlyActive)
    {
        if (clone.IsUnique) return true;
        if (showPending && instance.Primitives().Any(p => p.PendingTask is not null)) return true;
        if (!isPartlyActive) return false;
        if (instance.SelfAndDescendants().Any(r => r.IsRemoved || !r.IsManaged || r.IsFailed)) return true;
        if (instance.Primitives().Any(p => p.IsFailureIgnored && p.IsBlocked)) return true;
        return CommonNode(instance) is not { } node || (!node.Online && node.Unclean) || !instance.Primitives()
            .All(p => p.IsActiveAnywhere);
    }

    /// <summary>Active in the eyes of the reader: not on a node that is known to be down.</summary>
    private static bool IsActive(ClusterResource primitive) =>
        primitive.Active.Exists(n => n.Unclean || n.Online || !primitive.IsManaged);

    /// <summary>The one node everything active below is on, or null.</summary>
    private static ClusterNode? CommonNode(ClusterResource instance)
    {
        ClusterNode? common = null;
        foreach (var node in instance.Primitives().SelectMany(p => p.Active))
        {
            if (common is not null && common != node) return null;
            common = node;
        }

        return common;
    }

    private void WriteNodeList(string title, List<ClusterNode> nodes)
    {
        if (nodes.Count == 0) return;
        var names = state.NodeList.Where(nodes.Contains).Select(n => n.Name);
        output.Item($"{title}: [ {string.Join(' ', names)} ]");
    }

    private void WriteStopped(ClusterResource clone)
    {
        var byStatus = new SortedDictionary<string, List<ClusterNode>>(StringComparer.Ordinal);
        var nodes = state.NodeList.FindAll(clone.Table.IsEmpty ? clone.Probed.Contains : clone.Table.Contains);
        foreach (var node in nodes)
        {
            if (clone.Primitives().Any(p => p.Active.Contains(node))) continue;
            string status = "Stopped";
            if (IsDisabled(clone) || (clone.ChildList.Count > 0 && IsDisabled(clone.ChildList[0]))) status = "Stopped (disabled)";
            else if (clone.Primitives().Select(p => FailedProbe(p, node)).FirstOrDefault(p => p is not null) is { } probe)
            {
                status = $"Stopped ({probe})";
            }
            if (!byStatus.TryGetValue(status, out var list)) byStatus.Add(status, list = []);
            list.Add(node);
        }

        foreach (var (status, list) in byStatus) WriteNodeList(status, list);
    }

    private void WriteBundle(ClusterResource bundle)
    {
        var settings = bundle.Bundle!;
        string set = settings.Replicas.Count > 1 ? " set" : "";
        string unique = bundle.IsUnique ? " (unique)" : "";
        string managed = bundle.IsInMaintenance ? " (maintenance)" : bundle.IsManaged ? "" : " (unmanaged)";
        output.Heading($"Container bundle{set}: {bundle.Id} [{settings.Image}]{unique}{managed}");
        foreach (var replica in settings.Replicas)
        {
            var resource = replica.Child ?? replica.Container;
            string name = (replica.Connection ?? replica.Container).Id;
            string address = replica.IpAddress is { } ip ? $" ({ip})" : "";
            output.Item(PrimitiveLine(resource, name, replica.Container.CurrentNode(), address));
        }

        output.End();
    }
}
