using System.Globalization;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Pass 4: resources with their meta-attributes, flags and first node tables (spec/cib-model.md section 7).</summary>
internal sealed partial class ResourcesPass(ClusterState state, ConfigReader config)
{
    /// <summary>The most instances of a clone, or one per node: more are a mistake, and each costs memory and time.</summary>
    private const int InstancesMax = 2_000;

    /// <summary>The most replicas of a bundle, or one per node: each is a container, an address, a connection and a node.</summary>
    private const int ReplicasMax = 100;

    public void Run()
    {
        var implied = NodesPass.AddImplied(state, config);
        foreach (var element in (config.Cib.Section("resources")?.Elements() ?? []).Concat(implied))
        {
            if (Unpack(element, null, null) is { } resource) state.ResourceList.Add(resource);
        }

        LinkLaunchers();
        foreach (var resource in state.AllResources) LinkConnection(resource);
        state.ReplaceResources(MergeSort.Sort(state.ResourceList, static (a, b) => b.Priority.CompareTo(a.Priority)));
        state.Reasons?.ResourcesRead();
        state.HasFenceDevice = state.AllResources.Exists(r => r.IsFenceDevice);
    }

    /// <summary>Unpacks one resource with everything below it; null if it is to be ignored.</summary>
    public ClusterResource? Unpack(XElement element, ClusterResource? parent, int? instance)
    {
        ResourceVariant? variant = element.Name.LocalName switch
        {
            "primitive" => ResourceVariant.Primitive,
            "group" => ResourceVariant.Group,
            "clone" or "master" => ResourceVariant.Clone,
            "bundle" => ResourceVariant.Bundle,
            _ => null,
        };
        if (variant is null || element.Id() is not { } id) return null;
        var effective = Templates.Expand(element, config.Ids, out var problem);
        if (effective is null)
        {
            if (problem is not null) state.ProblemList.Add(problem);
            return null;
        }

        if (!ReferenceEquals(effective, element)) config.Ids.Add(effective);
        if (variant == ResourceVariant.Clone && !IsUsableClone(effective)) return null;
        if (instance is { } number) id = string.Create(CultureInfo.InvariantCulture, $"{id}:{number}");
        int known = state.AllResources.Count;
        var resource = Create(id, variant.Value, effective, parent);
        resource.InstanceNumber = instance ?? -1;
        if (!UnpackVariant(resource, instance))
        {
            Forget(known);
            return null;
        }

        BuildTable(resource);
        state.Reasons?.Started(resource);
        return resource;
    }

    /// <summary>What was made of a resource that turns out to be unusable must not be found by constraints.</summary>
    private void Forget(int known)
    {
        foreach (var resource in state.AllResources.Skip(known))
        {
            if (state.ResourcesById.TryGetValue(resource.Id, out var named) && named == resource) state.ResourcesById.Remove(resource.Id);
        }

        state.AllResources.RemoveRange(known, state.AllResources.Count - known);
    }

    private ClusterResource Create(string id, ResourceVariant variant, XElement effective, ClusterResource? parent)
    {
        bool isPrimitive = variant == ResourceVariant.Primitive;
        var resource = new ClusterResource(state.AllResources.Count, id, variant, effective)
        {
            Parent = parent,
            AgentClass = isPrimitive ? effective.Value("class") : null,
            Provider = isPrimitive ? effective.Value("provider") : null,
            AgentType = isPrimitive ? effective.Value("type") : null,
        };
        if (parent is not null) resource.Family = parent.Family;
        state.AllResources.Add(resource);
        state.ResourcesById.TryAdd(id, resource);
        ReadMeta(resource);
        if (isPrimitive)
        {
            ReadOperations(resource);
            var utilization = new NvTable();
            config.Collect(utilization, effective, "utilization");
            foreach (var pair in utilization.Values) resource.Utilization[pair.Name] = ConfigReader.Integer(pair.Value);
        }

        return resource;
    }

    private bool UnpackVariant(ClusterResource resource, int? instance)
    {
        switch (resource.Variant)
        {
            case ResourceVariant.Primitive:
                ReadFlags(resource);
                return true;
            case ResourceVariant.Group:
                ReadFlags(resource);
                UnpackGroup(resource, instance);
                return true;
            case ResourceVariant.Clone:
                return UnpackClone(resource);
            default:
                return UnpackBundle(resource);
        }
    }

    private void UnpackGroup(ClusterResource group, int? instance)
    {
        group.IsOrdered = CibBoolean.Parse(group.Meta["ordered"]) ?? true;
        group.IsColocatedGroup = CibBoolean.Parse(group.Meta["collocated"]) ?? true;
        foreach (var element in group.Config.Elements("primitive"))
        {
            if (Unpack(element, group, instance) is { } member) group.ChildList.Add(member);
        }

        // Without members (the schema forbids it) there is nothing to be together with.
        group.IsColocatedGroup &= group.ChildList.Count > 0;
    }

    private bool IsUsableClone(XElement clone)
    {
        var child = clone.Elements().FirstOrDefault(e => e.Name.LocalName is "primitive" or "group");
        if (child is null) return false;
        bool isPromotable = clone.Elements("meta_attributes").Elements("nvpair")
            .Any(p => p.Value("name") == "promotable" && CibBoolean.IsTrue(p.Value("value")));
        if (!isPromotable || AllPrimitives(child).All(p => ClassOf(p) == "ocf")) return true;
        state.ProblemList.Add(CibProblem.Error(clone, "only ocf agents can be promotable; the clone is ignored", "use an ocf agent"));
        return false;
    }

    private string? ClassOf(XElement primitive) => Templates.Expand(primitive, config.Ids, out _)?.Value("class");

    private static IEnumerable<XElement> AllPrimitives(XElement element) =>
        element.Name.LocalName == "primitive" ? [element] : element.Elements("primitive");

    private bool UnpackClone(ClusterResource clone)
    {
        var child = clone.Config.Elements().First(e => e.Name.LocalName is "primitive" or "group");
        var meta = clone.Meta;
        if (!meta.Contains("resource-stickiness")) meta.Set("resource-stickiness", "1");
        int Number(string name, string? legacy, int fallback)
        {
            string? text = meta[name] ?? (legacy is null ? null : meta[legacy]);
            return text is null ? fallback : IntegerText.AtLeast(text, 0);
        }

        var settings = new CloneSettings { ChildConfig = child, ChildId = child.Id() ?? "" };
        settings.Max = Number("clone-max", null, Math.Max(1, state.NodeList.Count));
        settings.Max = Bounded(settings.Max, "clone-max", InstancesMax, clone.Config);

        settings.NodeMax = Number("clone-node-max", null, 1);
        settings.Min = Number("clone-min", null, 0);
        settings.Interleave = CibBoolean.IsTrue(meta["interleave"]);
        settings.PromotedMax = Number("promoted-max", "master-max", 1);
        settings.PromotedNodeMax = Number("promoted-node-max", "master-node-max", 1);
        clone.Clone = settings;
        clone.IsOrdered = CibBoolean.IsTrue(meta["ordered"]);

        bool isUnique = CibBoolean.Parse(meta["globally-unique"]) ?? settings.NodeMax > 1;
        if (isUnique && !AllPrimitives(child).All(p => ClassOf(p) is "ocf" or "stonith"))
        {
            isUnique = false;
            settings.IsForcedAnonymous = true;
            settings.Max = Math.Min(settings.Max, state.NodeList.Count);
        }

        if (!isUnique) settings.NodeMax = 1;
        meta.Set("globally-unique", isUnique ? "true" : "false");
        ReadFlags(clone);

        int count = Math.Max(1, settings.Max);
        for (int i = 0; i < count; i++)
        {
            if (AddInstance(clone) is null) return false;
        }

        return true;
    }

    private int Bounded(int count, string name, int limit, XElement element)
    {
        int most = Math.Max(limit, state.NodeList.Count);
        if (count <= most) return count;
        state.ProblemList.Add(CibProblem.Warning(
            element,
            string.Create(CultureInfo.InvariantCulture, $"{name} is {count}; only {most} instances are planned for"),
            string.Create(CultureInfo.InvariantCulture, $"set {name} to at most {most}")));
        return most;
    }

    /// <summary>Adds the next instance of a clone; numbers from clone-max on are flagged removed.</summary>
    public ClusterResource? AddInstance(ClusterResource clone)
    {
        var settings = clone.Clone!;
        int number = settings.InstancesCreated++;
        var instance = Unpack(settings.ChildConfig, clone, number);
        if (instance is null) return null;
        clone.ChildList.Add(instance);
        if (number < settings.Max) return instance;
        foreach (var resource in instance.SelfAndDescendants()) resource.IsRemoved = true;
        return instance;
    }

    /// <summary>First node table (spec/scheduler-placement.md section 2.1).</summary>
    private void BuildTable(ClusterResource resource)
    {
        if (!state.Options.Symmetric)
        {
            bool isGuestConnection = resource.IsRemoteConnection && resource.Meta.Contains("container");
            if (!isGuestConnection) return;
        }

        AddNodes(resource);
    }

    private void AddNodes(ClusterResource resource)
    {
        foreach (var child in resource.ChildList) AddNodes(child);
        if (resource.HasExclusiveProbes) return;
        foreach (var node in state.NodeList)
        {
            if (node.BaseDiscovery == DiscoveryMode.Never) continue;
            if (!resource.Table.Contains(node)) resource.Table.Put(node, node.BaseScore, node.BaseDiscovery);
        }
    }

    private void LinkLaunchers()
    {
        foreach (var resource in state.Primitives())
        {
            if (resource.Meta["container"] is not { } container || container == resource.Id) continue;
            if (!state.ResourcesById.TryGetValue(container, out var launcher)) continue;
            if (launcher.IsLaunchedBy(resource))
            {
                state.ProblemList.Add(CibProblem.Error(
                    resource.Config, $"'{resource.Id}' and its container '{container}' are each other's container",
                        "correct the container"));
                continue;
            }

            resource.Launcher = launcher;
            launcher.Launched.Add(resource);
        }
    }

    /// <summary>Links a connection with its node; a launched connection makes the node a guest.</summary>
    public void LinkConnection(ClusterResource resource)
    {
        if (!resource.IsRemoteConnection || resource.RemoteNode is not null) return;
        if (state.FindNode(resource.Id) is not { IsRemoteOrGuest: true } node) return;
        node.Connection = resource;
        resource.RemoteNode = node;
        if (resource.Launcher is null && !resource.Meta.Contains("container"))
        {
            node.Unclean = state.Options.StartupFencing;
            return;
        }

        node.Kind = NodeKind.Guest;
        node.Attributes["#kind"] = "container";
    }
}
