namespace Mainstay.Scheduler;

/// <content>Clones and bundles (spec/scheduler-ordering.md sections 5.3 and 5.4).</content>
internal sealed partial class InternalConstraintsPass
{
    private void AddClone(ClusterResource clone)
    {
        orders.Add(clone, TaskKind.Stopped, clone, TaskKind.Start, Ordered);
        orders.Add(clone, TaskKind.Start, clone, TaskKind.Started, Blocks);
        orders.Add(clone, TaskKind.Stop, clone, TaskKind.Stopped, Blocks);
        if (clone.IsPromotable)
        {
            orders.Add(clone, TaskKind.Demoted, clone, TaskKind.Stop, Ordered);
            orders.Add(clone, TaskKind.Started, clone, TaskKind.Promote, Blocks);
        }

        if (clone.IsOrdered) clone.ChildList = MergeSort.Sort(clone.ChildList, (a, b) => a.InstanceNumber.CompareTo(b.InstanceNumber));
        for (int i = 0; i < clone.ChildList.Count; i++)
        {
            var instance = clone.ChildList[i];
            Add(instance);
            orders.Add(clone, TaskKind.Start, instance, TaskKind.Start, Blocks | FirstGraphed);
            orders.Add(instance, TaskKind.Start, clone, TaskKind.Started, ThenGraphed);
            orders.Add(clone, TaskKind.Stop, instance, TaskKind.Stop, FirstGraphed);
            orders.Add(instance, TaskKind.Stop, clone, TaskKind.Stopped, ThenGraphed);
            if (!clone.IsOrdered) continue;
            for (int j = i + 1; j < clone.ChildList.Count; j++)
            {
                orders.Add(instance, TaskKind.Start, clone.ChildList[j], TaskKind.Start, Ordered);
                orders.Add(clone.ChildList[j], TaskKind.Stop, instance, TaskKind.Stop, Ordered);
            }
        }

        if (!clone.IsPromotable) return;
        AddPromotableOrder(clone);
        AddPromotableInstances(clone);
    }

    private void AddPromotableOrder(ClusterResource collective)
    {
        orders.Add(collective, TaskKind.Stopped, collective, TaskKind.Start, Ordered);
        orders.Add(collective, TaskKind.Stopped, collective, TaskKind.Promote, Ordered);
        orders.Add(collective, TaskKind.Demoted, collective, TaskKind.Stop, Ordered);
        orders.Add(collective, TaskKind.Demoted, collective, TaskKind.Start, Ordered);
        orders.Add(collective, TaskKind.Demoted, collective, TaskKind.Promote, Ordered);
        orders.Add(collective, TaskKind.Started, collective, TaskKind.Promote, Ordered);
        orders.Add(collective, TaskKind.Demote, collective, TaskKind.Demoted, Ordered);
    }

    private void AddPromotableInstances(ClusterResource clone)
    {
        ClusterResource? previous = null;
        foreach (var instance in clone.ChildList)
        {
            orders.Add(instance, TaskKind.Demote, instance, TaskKind.Promote, Ordered);
            orders.Add(clone, TaskKind.Promote, instance, TaskKind.Promote, Ordered);
            orders.Add(instance, TaskKind.Promote, clone, TaskKind.Promoted, Ordered);
            if (clone.IsOrdered && previous is not null)
            {
                orders.Add(previous, TaskKind.Promote, instance, TaskKind.Promote, Ordered);
            }

            orders.Add(clone, TaskKind.Demote, instance, TaskKind.Demote, FirstGraphed);
            orders.Add(instance, TaskKind.Demote, clone, TaskKind.Demoted, ThenGraphed);
            if (clone.IsOrdered && previous is not null)
            {
                orders.Add(instance, TaskKind.Demote, previous, TaskKind.Demote, Ordered);
            }

            previous = instance;
        }
    }

    private void AddBundle(ClusterResource bundle)
    {
        foreach (var replica in bundle.Bundle!.Replicas)
        {
            var container = replica.Container;
            Add(container);
            orders.Add(bundle, TaskKind.Start, container, TaskKind.Start, Blocks | FirstGraphed);
            if (replica.Child is { } child) orders.Add(bundle, TaskKind.Stop, child, TaskKind.Stop, FirstGraphed);
            orders.Add(bundle, TaskKind.Stop, container, TaskKind.Stop, FirstGraphed);
            orders.Add(container, TaskKind.Start, bundle, TaskKind.Started, ThenGraphed);
            orders.Add(container, TaskKind.Stop, bundle, TaskKind.Stopped, ThenGraphed);
            if (replica.Ip is { } ip)
            {
                Add(ip);
                orders.Add(ip, TaskKind.Start, container, TaskKind.Start, Blocks | OrderFlags.GuestAllowed);
                orders.Add(container, TaskKind.Stop, ip, TaskKind.Stop, ImpliesFirst | OrderFlags.GuestAllowed);
                Colocate("#ip-with-container", ip, container, Scores.Infinity, hasInfluence: true);
            }

            if (replica.Connection is { } connection) Add(connection);
        }

        if (bundle.Bundle.InnerClone is not { } clone) return;
        orders.Add(bundle, TaskKind.Start, clone, TaskKind.Start, FirstGraphed);
        orders.Add(clone, TaskKind.Started, bundle, TaskKind.Started, ThenGraphed);
        orders.Add(bundle, TaskKind.Stop, clone, TaskKind.Stop, FirstGraphed);
        orders.Add(clone, TaskKind.Stopped, bundle, TaskKind.Stopped, ThenGraphed);
        Add(clone);
        if (!clone.IsPromotable) return;
        AddPromotableOrder(bundle);
        orders.Add(bundle, TaskKind.Demote, clone, TaskKind.Demote, FirstGraphed);
        orders.Add(clone, TaskKind.Demoted, bundle, TaskKind.Demoted, ThenGraphed);
        orders.Add(bundle, TaskKind.Promote, clone, TaskKind.Promote, FirstGraphed);
        orders.Add(clone, TaskKind.Promoted, bundle, TaskKind.Promoted, ThenGraphed);
    }
}
