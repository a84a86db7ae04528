namespace Mainstay.Scheduler;

/// <summary>Creates orderings, with their equivalents for live migration (spec/scheduler-ordering.md sections 1 and 7).</summary>
internal sealed class OrderStore(ClusterState state)
{
    /// <summary>An ordering between tasks of two resources.</summary>
    public void Add(ClusterResource first, TaskKind firstTask, ClusterResource then, TaskKind thenTask, OrderFlags flags)
    {
        Add(new Ordering
        {
            First = first,
            FirstKey = new ActionKey(firstTask),
            Then = then,
            ThenKey = new ActionKey(thenTask),
            Flags = flags,
        });
    }

    /// <summary>An ordering between two actions.</summary>
    public void Add(PlanAction? first, PlanAction? then, OrderFlags flags)
    {
        if (first is null || then is null) return;
        Add(new Ordering
        {
            First = first.Resource,
            FirstKey = first.Key,
            FirstAction = first,
            Then = then.Resource,
            ThenKey = then.Key,
            ThenAction = then,
            Flags = flags,
        });
    }

    /// <summary>An ordering between a task of a resource and an action.</summary>
    public void Add(ClusterResource first, TaskKind firstTask, PlanAction then, OrderFlags flags) => Add(new Ordering
    {
        First = first,
        FirstKey = new ActionKey(firstTask),
        Then = then.Resource,
        ThenKey = then.Key,
        ThenAction = then,
        Flags = flags,
    });

    /// <summary>An ordering between an action and a task of a resource.</summary>
    public void Add(PlanAction first, ClusterResource then, TaskKind thenTask, OrderFlags flags) => Add(new Ordering
    {
        First = first.Resource,
        FirstKey = first.Key,
        FirstAction = first,
        Then = then,
        ThenKey = new ActionKey(thenTask),
        Flags = flags,
    });

    /// <summary>
    /// An ordering of probes, which are added to it, against the start and the reload of a resource.
    /// </summary>
    public Ordering AddProbes(ClusterResource then, OrderFlags flags, int expected)
    {
        var ordering = new Ordering
        {
            FirstKey = new ActionKey(TaskKind.Monitor),
            Then = then,
            ThenKey = new ActionKey(TaskKind.Start),
            Flags = flags,
            Probes = new List<PlanAction>(expected),
        };
        state.Orderings.Add(ordering);
        return ordering;
    }

    public void Add(Ordering ordering)
    {
        state.Orderings.Add(ordering);
        state.Reasons?.Read(ordering);
        AddMigrationEquivalents(ordering);
    }

    private void AddMigrationEquivalents(Ordering ordering)
    {
        if (ordering is not { First: { } first, Then: { } then } || first == then) return;
        if (!first.AllowsMigration && !then.AllowsMigration) return;
        if (first.IsAncestorOf(then) || then.IsAncestorOf(first)) return;
        if (ordering.FirstKey.Phase != NotifyPhase.None || ordering.ThenKey.Phase != NotifyPhase.None) return;
        var tasks = (ordering.FirstKey.Task, ordering.ThenKey.Task);
        if (!then.AllowsMigration) return;
        var flags = OrderFlags.Ordered;
        if (first.AllowsMigration) flags |= OrderFlags.IfFirstUnmigratable;
        switch (tasks)
        {
            case (TaskKind.Start, TaskKind.Start):
                if (first.AllowsMigration) Equivalent(first, TaskKind.MigrateFrom, then, TaskKind.MigrateTo, OrderFlags.Ordered);
                Equivalent(first, TaskKind.Start, then, TaskKind.MigrateTo, flags);
                break;
            case (TaskKind.Stop, TaskKind.Stop):
                Equivalent(first, TaskKind.Stop, then, TaskKind.MigrateTo, flags);
                if (then.MigrationTarget is not null) Equivalent(first, TaskKind.Stop, then, TaskKind.MigrateFrom, flags);
                break;
            case (TaskKind.Promote, TaskKind.Start):
                Equivalent(first, TaskKind.Promote, then, TaskKind.MigrateTo, OrderFlags.Ordered);
                break;
            case (TaskKind.Demote, TaskKind.Stop):
                Equivalent(first, TaskKind.Demote, then, TaskKind.MigrateTo, OrderFlags.Ordered);
                if (then.MigrationTarget is not null) Equivalent(first, TaskKind.Demote, then, TaskKind.MigrateFrom, OrderFlags.Ordered);
                break;
            default:
                break;
        }
    }

    private void Equivalent(ClusterResource first, TaskKind firstTask, ClusterResource then, TaskKind thenTask, OrderFlags flags) =>
        state.Orderings.Add(new Ordering
        {
            First = first,
            FirstKey = new ActionKey(firstTask),
            Then = then,
            ThenKey = new ActionKey(thenTask),
            Flags = flags,
        });
}
