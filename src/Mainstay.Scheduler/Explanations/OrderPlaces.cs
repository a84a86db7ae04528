using System.Xml.Linq;

namespace Mainstay.Scheduler;

/// <summary>Which configured constraint orders two actions.</summary>
internal sealed class OrderPlaces(ReasonRecorder recorder)
{
    private readonly Dictionary<(int First, int Then), List<(Ordering Ordering, XElement Place)>> _byResources = Index(recorder);

    /// <summary>The constraint behind "first, then then", or null if the order follows from the structure of resources.</summary>
    public ConfigurationPlace? Find(PlanAction first, PlanAction then)
    {
        (Ordering, XElement Place)? inexact = null;
        foreach (var a in Owners(first))
        {
            foreach (var b in Owners(then))
            {
                if (!_byResources.TryGetValue((a, b), out var list)) continue;
                foreach (var (ordering, place) in list)
                {
                    if (Concerns(ordering.FirstAction, ordering.FirstKey, first) && Concerns(ordering.ThenAction, ordering.ThenKey, then))
                    {
                        return recorder.PlaceOf(place);
                    }

                    inexact ??= (ordering, place);
                }
            }
        }

        return inexact is { } found && (first.IsMigratable || then.IsMigratable) ? recorder.PlaceOf(found.Place) : null;
    }

    private static bool Concerns(PlanAction? given, ActionKey key, PlanAction action)
    {
        if (given is not null) return given == action;
        return TaskNames.Base(key.Task) == TaskNames.Base(action.Key.Task);
    }

    /// <summary>The resource of an action and all around it, as indices; -1 for actions of the cluster.</summary>
    private static IEnumerable<int> Owners(PlanAction action)
    {
        if (action.Resource is null) yield return -1;
        for (var r = action.Resource; r is not null; r = r.Parent) yield return r.Index;
    }

    private static Dictionary<(int First, int Then), List<(Ordering Ordering, XElement Place)>> Index(ReasonRecorder recorder)
    {
        var index = new Dictionary<(int First, int Then), List<(Ordering Ordering, XElement Place)>>();
        foreach (var item in recorder.Orderings)
        {
            var key = (item.Ordering.First?.Index ?? -1, item.Ordering.Then?.Index ?? -1);
            if (!index.TryGetValue(key, out var list)) index.Add(key, list = []);
            list.Add(item);
        }

        return index;
    }
}
