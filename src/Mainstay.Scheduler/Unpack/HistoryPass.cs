using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Turns a node's operation history into roles, active nodes and failures (spec/scheduler-history.md sections 8 to 18).</summary>
internal sealed partial class HistoryPass(ClusterState state, ConfigReader config, ActionStore actions, ResourcesPass resources)
{
    private readonly List<ClusterResource> _containersToStop = [];

    // One for all, because there is one for each resource on each node.
    private readonly ResourceRun _run = new();

    public void Run(ClusterNode node)
    {
        if (node.Histories is not { } histories) return;
        var removedLaunched = new List<(ClusterResource Resource, string Container)>();
        foreach (var history in histories)
        {
            var resource = UnpackResource(history);
            if (resource is { IsRemoved: true } && history.Record.Text("container") is { } container)
            {
                resource.IsRemovedLaunched = true;
                removedLaunched.Add((resource, container));
            }
        }

        foreach (var (resource, container) in removedLaunched)
        {
            if (resource.Launcher is not null || !state.ResourcesById.TryGetValue(container, out var launcher)) continue;
            if (launcher.IsLaunchedBy(resource)) continue;
            resource.Launcher = launcher;
            launcher.Launched.Add(resource);
        }
    }

    /// <summary>Containers whose connection failed are stopped wherever they are (section 2 step 4).</summary>
    public void StopFailedContainers()
    {
        foreach (var container in _containersToStop) actions.Custom(container, TaskKind.Stop, container.CurrentNode(), false);
    }

    private ClusterResource? UnpackResource(ResourceHistory history)
    {
        if (history.Entries.Length == 0)
        {
            if (!state.Options.ShutdownLock) return null;
        }

        var node = history.Node;
        var resource = FindResource(history);
        if (resource is null)
        {
            if (history.Entries.Length == 0) return null;
            resource = AddRemoved(history);
        }

        ReadShutdownLock(resource, history);
        if (history.Entries.Length == 0) return resource;

        var run = _run;
        run.Begin(resource, history);
        resource.CurrentRole = Role.Unknown;
        foreach (var entry in history.Sorted) UnpackEntry(run, entry);
        CreateActiveRecurring(run);
        ApplyConsequences(run);
        if (ResourcesPass.TargetRole(resource) is { } target && (resource.NextRole == Role.Unknown || resource.NextRole > target))
        {
            resource.NextRole = target;
        }

        if (run.SavedRole > resource.CurrentRole) resource.CurrentRole = run.SavedRole;
        return resource;
    }

    private void ReadShutdownLock(ClusterResource resource, ResourceHistory history)
    {
        if (!state.Options.ShutdownLock) return;
        if (!IntegerText.TryReadLeading(history.Record.Text("shutdown-lock"), out long locked) || locked <= 0) return;
        long limit = state.Options.ShutdownLockLimit;
        if (limit > 0 && state.Now > locked + limit)
        {
            actions.Custom(resource, TaskKind.LrmDelete, history.Node, false);
            return;
        }

        resource.LockNode = history.Node;
        resource.LockTime = locked;
    }

    private ClusterResource? FindResource(ResourceHistory history)
    {
        string id = history.Id;
        ClusterResource? parent = null;
        state.ResourcesById.TryGetValue(id, out var found);
        found ??= state.FindByHistoryId(id);
        if (found is null)
        {
            string first = ClusterResource.WithoutInstanceNumber(id) + ":0";
            if (!state.ResourcesById.TryGetValue(first, out var instance) || instance.IsUnique) return null;
            parent = instance.Top;
        }
        else if (found.Variant != ResourceVariant.Primitive)
        {
            return null;
        }
        else if (found.Top is { IsClone: true, IsUnique: false } top)
        {
            parent = top;
        }

        if (parent is not null)
        {
            string baseName = ClusterResource.WithoutInstanceNumber(id);
            found = parent.Parent is { IsBundle: true } bundle
                ? ChildOn(bundle, history.Node)
                : FindInstance(parent, baseName, history.Node);
        }

        if (found is not null && found.Id != id && found.HistoryId != id) state.SetHistoryId(found, id);
        return found;
    }

    private static ClusterResource? ChildOn(ClusterResource bundle, ClusterNode node) =>
        bundle.Bundle!.Replicas.Find(r => r.Node == node)?.Child;

    private ClusterResource? FindInstance(ClusterResource clone, string baseName, ClusterNode node)
    {
        ClusterResource? chosen = null;
        ClusterResource? inactive = null;
        bool mayUseInactive = true;
        foreach (var instance in clone.ChildList)
        {
            if (instance.FirstKnownNode() is { } known)
            {
                if (known != node) continue;
                var member = Member(instance, baseName);
                if (member is { Active.Count: > 0 })
                {
                    mayUseInactive = false;
                    member = null;
                }

                chosen = member;
                if (member is not null) break;
            }
            else if (inactive is null && !instance.IsBlocked && mayUseInactive)
            {
                var member = Member(instance, baseName);
                if (member is not null && (member.PendingNode is null || member.PendingNode == node)) inactive = member;
            }
        }

        if (chosen is null && mayUseInactive) chosen = inactive;
        if (chosen is { NeedsFencing: false } && (!node.Online || node.Unclean) && !node.IsGuest
            && clone.Clone!.Max != state.NodeList.Count)
        {
            chosen = null;
        }

        if (chosen is not null) return chosen;
        return resources.AddInstance(clone) is { } added ? Member(added, baseName) : null;
    }

    private static ClusterResource? Member(ClusterResource instance, string baseName)
    {
        if (instance.IsPrimitive) return instance.BaseName == baseName ? instance : null;
        return instance.Primitives().FirstOrDefault(r => r.BaseName == baseName);
    }

    /// <summary>A resource that only history knows (section 8.2).</summary>
    private ClusterResource AddRemoved(ResourceHistory history)
    {
        var resource = resources.Unpack(history.Record.ToElement("primitive"), null, null)!;
        resource.IsRemoved = true;
        resource.InstanceNumber = -1;
        state.ResourceList.Add(resource);
        if (resource.IsRemoteConnection)
        {
            var node = state.FindNode(resource.Id) ?? NodesPass.AddRemote(state, resource.Id);
            node.ShuttingDown = true;
            resources.LinkConnection(resource);
        }

        if (state.Options.StopRemovedResources)
        {
            resource.AddLocation(state, null, -Scores.Infinity);
            state.Reasons?.Removed(resource);
        }
        else
        {
            resource.IsManaged = false;
        }

        return resource;
    }

    /// <summary>What is kept while one resource's entries on one node are read.</summary>
    private sealed class ResourceRun
    {
        public ClusterResource Resource { get; private set; } = null!; // set before anything is read

        public ClusterNode Node => History.Node;

        public ResourceHistory History { get; private set; } = null!; // as above

        public Role SavedRole { get; private set; }

        public OnFail OnFail { get; set; }

        public HistoryEntry? LastFailure { get; set; }

        public Role ActiveRole => Resource.Top.IsPromotable ? Role.Unpromoted : Role.Started;

        public bool IsBundled => Resource.IsBundled;

        public void Begin(ClusterResource resource, ResourceHistory history)
        {
            Resource = resource;
            History = history;
            SavedRole = resource.CurrentRole;
            OnFail = default;
            LastFailure = null;
        }
    }
}
