namespace Mainstay.Scheduler;

/// <summary>Makes relations between actions (spec/scheduler-ordering.md section 1).</summary>
internal static class RelationStore
{
    /// <summary>Relates two actions; false if there was nothing to add.</summary>
    public static bool Relate(PlanAction? first, PlanAction? then, OrderFlags flags)
    {
        if (flags == OrderFlags.None || first is null || then is null || first == then) return false;
        foreach (ref readonly var relation in first.After.AsSpan())
        {
            if (relation.Action == then && (relation.Flags & flags) != 0) return false;
        }

        then.Before.Add(new Relation(first, flags));
        first.After.Add(new Relation(then, flags));
        return true;
    }
}
