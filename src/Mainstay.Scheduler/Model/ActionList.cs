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
        if (Find(action.Key) is { } bucket) bucket.Add(action);
        else _byKey.Add(new Bucket(action));
    }

    /// <summary>The actions with a key, oldest first; null if there are none.</summary>
    public List<PlanAction>? WithKey(ActionKey key) => Find(key)?.Actions;

    /// <summary>
    /// The oldest action with a key on a node. If there are actions without node, these are no answer, but the caller may want to give
    /// them the node first: <see cref="MayLackNode"/>.
    /// </summary>
    public PlanAction? OldestOn(ActionKey key, ClusterNode node) => Find(key)?.OldestOn(node);

    /// <summary>True if an action with the key may be without node.</summary>
    public bool MayLackNode(ActionKey key) => Find(key) is { MayLackNode: true };

    /// <summary>Remembers that an action got a node after it was added.</summary>
    public void NoteNode(PlanAction action) => Find(action.Key)?.Forget();

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

    /// <summary>The actions of one key; where there are many, as probes of many nodes, they are found by node as well.</summary>
    private sealed class Bucket
    {
        private const int IndexMin = 8;

        private PlanAction?[]? _byNode;

        public Bucket(PlanAction first)
        {
            Key = first.Key;
            Add(first);
        }

        public ActionKey Key { get; }

        public List<PlanAction> Actions { get; } = [];

        public bool MayLackNode { get; private set; }

        public void Add(PlanAction action)
        {
            Actions.Add(action);
            if (action.Node is null) MayLackNode = true;
            else if (_byNode is not null) Enter(action);
        }

        public void Forget()
        {
            _byNode = null;
            MayLackNode = Actions.Exists(static a => a.Node is null);
        }

        public PlanAction? OldestOn(ClusterNode node)
        {
            if (Actions.Count < IndexMin) return Actions.Find(a => a.Node == node);
            if (_byNode is null)
            {
                _byNode = new PlanAction?[node.Index + 1];
                foreach (var action in Actions)
                {
                    if (action.Node is not null) Enter(action);
                }
            }

            return node.Index < _byNode.Length ? _byNode[node.Index] : null;
        }

        private void Enter(PlanAction action)
        {
            int index = action.Node!.Index;
            if (index >= _byNode!.Length) Array.Resize(ref _byNode, Math.Max(index + 1, _byNode.Length * 2));
            _byNode[index] ??= action;
        }
    }

    private static ulong Bit(TaskKind task) => 1UL << Math.Min((int)task, 63);
}
