using System.Collections;

namespace Mainstay.Scheduler;

/// <summary>
/// The actions of one resource, oldest first, and by key: a resource may have one probe per node and a handful of other actions, and
/// nearly all questions are about one key.
/// </summary>
internal sealed class ActionList : IReadOnlyList<PlanAction>
{
    private readonly List<PlanAction> _actions = [];
    private readonly List<Bucket> _byKey = [];
    private ulong _tasks;

    public int Count => _actions.Count;

    public PlanAction this[int index] => _actions[index];

    public void Add(PlanAction action)
    {
        _actions.Add(action);
        if (WithKey(action.Key) is { } actions) actions.Add(action);
        else _byKey.Add(new Bucket(action.Key, [action]));
    }

    /// <summary>The actions with a key, oldest first; null if there are none.</summary>
    public List<PlanAction>? WithKey(ActionKey key)
    {
        foreach (var bucket in _byKey)
        {
            if (bucket.Key == key) return bucket.Actions;
        }

        return null;
    }

    /// <summary>The oldest action that matches, or null.</summary>
    public PlanAction? Find(Predicate<PlanAction> match) => _actions.Find(match);

    public bool Exists(Predicate<PlanAction> match) => _actions.Exists(match);

    /// <summary>Remembers that an action has, or had, a task.</summary>
    public void NoteTask(TaskKind task) => _tasks |= Bit(task);

    /// <summary>False if no action has, or had, the task.</summary>
    public bool MayHaveTask(TaskKind task) => (_tasks & Bit(task)) != 0;

    public List<PlanAction>.Enumerator GetEnumerator() => _actions.GetEnumerator();

    IEnumerator<PlanAction> IEnumerable<PlanAction>.GetEnumerator() => _actions.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _actions.GetEnumerator();

    private sealed class Bucket(ActionKey key, List<PlanAction> actions)
    {
        public ActionKey Key { get; } = key;

        public List<PlanAction> Actions { get; } = actions;
    }

    private static ulong Bit(TaskKind task) => 1UL << Math.Min((int)task, 63);
}
