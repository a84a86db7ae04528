using System.Collections;

namespace Mainstay.Scheduler;

/// <summary>
/// The actions of one resource, oldest first, and by key: a resource may have one probe per node and a handful of other actions, and
/// nearly all questions are about one key.
/// </summary>
internal sealed class ActionList : IReadOnlyList<PlanAction>
{
    /// <summary>A start, a stop and monitors, as most resources have them.</summary>
    private const int OthersExpected = 4;

    private readonly List<PlanAction> _actions = [];
    private readonly List<Bucket> _byKey = [];
    private ulong _tasks;

    public int Count => _actions.Count;

    public PlanAction this[int index] => _actions[index];

    /// <summary>Makes room for that many more actions with one key.</summary>
    public void Reserve(ActionKey key, int count)
    {
        _actions.EnsureCapacity(_actions.Count + count + OthersExpected);
        if (Find(key) is { } bucket) bucket.Actions.EnsureCapacity(bucket.Actions.Count + count);
        else _byKey.Add(new Bucket(key, count));
    }

    public void Add(PlanAction action)
    {
        _actions.Add(action);
        if (Find(action.Key) is { } bucket) bucket.Add(action);
        else _byKey.Add(Bucket.Of(action));
    }

    /// <summary>The actions with a key, oldest first; null if there are none.</summary>
    public List<PlanAction>? WithKey(ActionKey key) => Find(key)?.Actions;

    /// <summary>Finds the oldest action with a key on a node, if there is one; false if actions without node are to be looked at.</summary>
    public bool TryOldest(ActionKey key, ClusterNode node, out PlanAction? oldest)
    {
        var bucket = Find(key);
        oldest = null;
        if (bucket is { MayLackNode: true }) return false;
        oldest = bucket?.OldestOn(node);
        return true;
    }

    /// <summary>Remembers that an action got a node after it was added.</summary>
    public void NoteNode(PlanAction action) => Find(action.Key)?.NoteNode();

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

    private Bucket? Find(ActionKey key)
    {
        foreach (var bucket in _byKey)
        {
            if (bucket.Key == key) return bucket;
        }

        return null;
    }

    /// <summary>The actions of one key; there may be many, such as probes of many nodes.</summary>
    private sealed class Bucket(ActionKey key, int capacity)
    {
        private NodeSet _nodes;

        public ActionKey Key { get; } = key;

        public List<PlanAction> Actions { get; } = new(capacity);

        public bool MayLackNode { get; private set; }

        public static Bucket Of(PlanAction action)
        {
            var bucket = new Bucket(action.Key, 1);
            bucket.Add(action);
            return bucket;
        }

        public void Add(PlanAction action)
        {
            Actions.Add(action);
            if (action.Node is { } node) _nodes.Add(node);
            else MayLackNode = true;
        }

        public void NoteNode()
        {
            MayLackNode = false;
            foreach (var action in Actions)
            {
                if (action.Node is { } node) _nodes.Add(node);
                else MayLackNode = true;
            }
        }

        /// <summary>Probes are asked for on one node after the other, and nearly always for the first time.</summary>
        public PlanAction? OldestOn(ClusterNode node)
        {
            if (!_nodes.Contains(node)) return null;
            foreach (var action in Actions)
            {
                if (action.Node == node) return action;
            }

            return null;
        }
    }

    private static ulong Bit(TaskKind task) => 1UL << Math.Min((int)task, 63);
}
