namespace Mainstay.Scheduler;

/// <content>Pseudo-actions of groups, clones and bundles (spec/scheduler-actions.md section 7).</content>
internal sealed partial class CreateActionsPass
{
    private void CreateGroup(ClusterResource group)
    {
        foreach (var member in group.ChildList) Create(member);
        actions.Collective(group, TaskKind.Start, true, true);
        actions.Collective(group, TaskKind.Started, true, true);
        actions.Collective(group, TaskKind.Stop, true, true);
        actions.Collective(group, TaskKind.Stopped, true, true);
        if (!Mainstay.Cib.CibBoolean.IsTrue(group.Meta["promotable"])) return;
        actions.Collective(group, TaskKind.Demote, true, true);
        actions.Collective(group, TaskKind.Demoted, true, true);
        actions.Collective(group, TaskKind.Promote, true, true);
        actions.Collective(group, TaskKind.Promoted, true, true);
    }

    private void CreateClone(ClusterResource clone)
    {
        CreateCollective(clone, clone.ChildList);
        if (clone.IsPromotable) CreatePromotion(clone);
    }

    private void CreateCollective(ClusterResource collective, List<ClusterResource> instances)
    {
        foreach (var instance in instances) Create(instance);
        var found = default(InstanceStates);
        foreach (var instance in instances) found.Add(instance);

        var start = actions.Collective(collective, TaskKind.Start, !found.AnyStarting, true);
        var started = actions.Collective(collective, TaskKind.Started, !found.AnyStarting, found.AnyStarting || found.AnyActive);
        started.Priority = Scores.Infinity;
        if (!found.AnyStarting && !found.AnyActive) started.Clear(ActionFlags.Runnable);
        var stop = actions.Collective(collective, TaskKind.Stop, !found.AnyStopping, true);
        var stopped = actions.Collective(collective, TaskKind.Stopped, !found.AnyStopping, true);
        stopped.Priority = Scores.Infinity;
        if (!found.AnyRestarting) stop.Set(ActionFlags.Migratable);
        if (!collective.IsClone) return;
        _notifications.CreatePseudo(collective, TaskKind.Start, start, started);
        _notifications.CreatePseudo(collective, TaskKind.Stop, stop, stopped);
    }

    private struct InstanceStates
    {
        public bool AnyActive;
        public bool AnyStarting;
        public bool AnyStopping;
        public bool AnyRestarting;

        public void Add(ClusterResource instance)
        {
            if (instance.ChildList.Count > 0)
            {
                foreach (var child in instance.ChildList) Add(child);
                return;
            }

            if (instance.IsActiveAnywhere) AnyActive = true;
            bool starting = false;
            bool stopping = false;
            foreach (var action in instance.Actions)
            {
                if (action.IsOptional) continue;
                if (action.Task == TaskKind.Start && action.IsRunnable) starting = true;
                else if (action.Task == TaskKind.Stop && (action.IsRunnable || action.IsPseudo)) stopping = true;
            }

            AnyStarting |= starting;
            AnyStopping |= stopping;
            AnyRestarting |= starting && stopping;
        }
    }

    private void CreatePromotion(ClusterResource clone)
    {
        bool anyPromoting = false;
        bool anyDemoting = false;
        foreach (var instance in clone.ChildList) Create(instance);
        foreach (var primitive in clone.Primitives())
        {
            foreach (var action in primitive.Actions)
            {
                if (action.IsOptional) continue;
                anyPromoting |= action.Task == TaskKind.Promote;
                anyDemoting |= action.Task == TaskKind.Demote;
            }
        }

        var promote = actions.Collective(clone, TaskKind.Promote, !anyPromoting, true);
        var promoted = actions.Collective(clone, TaskKind.Promoted, !anyPromoting, true);
        promoted.Priority = Scores.Infinity;
        _notifications.CreatePseudo(clone, TaskKind.Promote, promote, promoted);
        var demote = actions.Collective(clone, TaskKind.Demote, !anyDemoting, true);
        var demoted = actions.Collective(clone, TaskKind.Demoted, !anyDemoting, true);
        demoted.Priority = Scores.Infinity;
        _notifications.CreatePseudo(clone, TaskKind.Demote, demote, demoted);
        _notifications.OrderPromotable(clone);
        foreach (var instance in clone.ChildList) instance.Priority = clone.Priority;
    }

    private void CreateBundle(ClusterResource bundle)
    {
        var replicas = bundle.Bundle!.Replicas;
        foreach (var replica in replicas)
        {
            if (replica.Ip is { } ip) Create(ip);
            Create(replica.Container);
            if (replica.Connection is { } connection) Create(connection);
        }

        CreateCollectiveActionsOnly(bundle);
        if (bundle.Bundle.InnerClone is not { } clone) return;
        Create(clone);
        if (!clone.IsPromotable) return;
        actions.Collective(bundle, TaskKind.Promote, true, true);
        actions.Collective(bundle, TaskKind.Promoted, true, true).Priority = Scores.Infinity;
        actions.Collective(bundle, TaskKind.Demote, true, true);
        actions.Collective(bundle, TaskKind.Demoted, true, true).Priority = Scores.Infinity;
    }

    private void CreateCollectiveActionsOnly(ClusterResource bundle) => CreateCollective(bundle, bundle.Instances());
}
