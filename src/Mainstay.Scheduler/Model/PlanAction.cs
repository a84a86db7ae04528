using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>
/// Tasks of actions (spec/scheduler-actions.md section 2). Operations of other names get numbers from <see cref="FirstCustom"/> on.
/// </summary>
internal enum TaskKind
{
    None,
    Monitor,
    Start,
    Started,
    Stop,
    Stopped,
    Promote,
    Promoted,
    Demote,
    Demoted,
    Notify,
    Notified,
    MigrateTo,
    MigrateFrom,
    ReloadAgent,
    Delete,
    LrmDelete,
    ClearFailCount,
    Cancel,
    Stonith,
    Shutdown,
    MaintenanceNodes,
    LoadStopped,
    OneOrMore,
    FirstCustom = 1000,
}

/// <summary>Which notification an action's key belongs to.</summary>
internal enum NotifyPhase : byte
{
    None,
    Pre,
    ConfirmedPre,
    Post,
    ConfirmedPost,
}

/// <summary>
/// Identity of an action among those of its resource: the text <c>RSC_TASK_INTERVAL</c>, or <c>RSC_PHASE_notify_TASK_0</c>,
/// without the text.
/// </summary>
internal readonly record struct ActionKey(TaskKind Task, uint IntervalMs = 0, NotifyPhase Phase = NotifyPhase.None)
{
    // By hand, because the generated ones go through comparers of enums, which have to be compiled at every start.

    /// <summary>Whether both are the same action.</summary>
    public bool Equals(ActionKey other) => Task == other.Task && IntervalMs == other.IntervalMs && Phase == other.Phase;

    /// <inheritdoc/>
    public override int GetHashCode() => ((int)Task * 31) ^ (int)IntervalMs ^ ((int)Phase << 16);
}

/// <summary>Flags of an action (spec/scheduler-actions.md section 2).</summary>
[Flags]
internal enum ActionFlags : ushort
{
    None = 0,
    Pseudo = 1,
    Runnable = 2,
    Optional = 4,
    AlwaysInGraph = 8,
    Migratable = 16,
    MigrationAbort = 32,
    Reschedule = 64,
    OnDc = 128,
    InGraph = 256,
    InputsSorted = 512,
    LoopMark = 1024,
    MinRunnable = 2048,
    Considered = 4096,
}

/// <summary>What an action needs before it may run.</summary>
internal enum ActionNeeds : byte
{
    Nothing,
    Quorum,
    Fencing,
}

/// <summary>What is done when an operation fails, in ascending severity (spec/scheduler-history.md section 12.1).</summary>
internal enum OnFail
{
    Ignore,
    Demote,
    Restart,
    ResetRemote,
    RestartContainer,
    Ban,
    Block,
    Stop,
    Standby,
    Fence,
}

/// <summary>
/// An action of the plan, in the graph or not. Ids count from 1 in the order of creation. A plan may have an action for each resource on
/// each node, so that what only few of them have is kept apart.
/// </summary>
internal sealed class PlanAction
{
    private readonly ClusterResource? _resource;
    private readonly ActionKey _key;
    private ClusterNode? _node;
    private Details? _details;
    private ActionMeta _meta;
    private RelationList _before;
    private RelationList _after;
    private ActionFlags _flags = ActionFlags.Runnable;
    private TaskKind _task;

    public PlanAction(int id, ClusterResource? resource, ActionKey key, string? fixedKey, ClusterNode? node)
    {
        Id = id;
        _resource = resource;
        _key = key;
        _node = node;
        if (fixedKey is not null) _details = new Details { FixedKey = fixedKey };
        _task = key.Phase switch
        {
            NotifyPhase.None => key.Task,
            NotifyPhase.Pre or NotifyPhase.Post => TaskKind.Notify,
            _ => TaskKind.Notified,
        };
        if (resource is null) return;
        resource.Actions.NoteTask(_task);
        resource.Family.ActionChanges++;
    }

    public int Id { get; }

    public ClusterResource? Resource => _resource;

    public ActionKey Key => _key;

    /// <summary>The key of an action without resource.</summary>
    public string? FixedKey => _details?.FixedKey;

    /// <summary>The task; differs from the key's for cancellations and notifications.</summary>
    public TaskKind Task
    {
        get => _task;
        set
        {
            _task = value;
            if (_resource is not { } resource) return;
            resource.Actions.NoteTask(value);
            resource.Family.ActionChanges++;
        }
    }

    /// <summary>The task that is cancelled.</summary>
    public TaskKind CancelTask
    {
        get => _details?.CancelTask ?? TaskKind.None;
        set => Rare.CancelTask = value;
    }

    public ClusterNode? Node
    {
        get => _node;
        set
        {
            _node = value;
            if (_resource is not { } resource) return;
            resource.Actions.NoteNode(this);
            resource.Family.ActionChanges++;
        }
    }

    public string? Reason { get; set; }

    public ActionFlags Flags
    {
        get => _flags;
        set
        {
            bool counts = ((_flags ^ value) & (ActionFlags.Optional | ActionFlags.Runnable)) != 0;
            _flags = value;
            if (counts && _resource is { } resource) resource.Family.ActionChanges++;
        }
    }

    /// <summary>For actions of collectives: what their flags were found to be.</summary>
    public CollectiveCache Collective => Rare.Collective ??= new CollectiveCache();

    public ActionNeeds Needs { get; set; }

    public int Priority
    {
        get => _details?.Priority ?? 0;
        set => Rare.Priority = value;
    }

    /// <summary>How many inputs flagged min-runnable must be runnable; 0 if the action has none.</summary>
    public int RequiredBefore
    {
        get => _details?.RequiredBefore ?? 0;
        set => Rare.RequiredBefore = value;
    }

    public int RunnableBefore
    {
        get => _details?.RunnableBefore ?? 0;
        set => Rare.RunnableBefore = value;
    }

    public ref ActionMeta Meta => ref _meta;

    public TextMap? Extra
    {
        get => _details?.Extra;
        set
        {
            if (value is not null || _details is not null) Rare.Extra = value;
        }
    }

    public bool HasExtraEvaluated { get; set; }

    /// <summary>Inputs, oldest first; the rules visit the newest first.</summary>
    public ref RelationList Before => ref _before;

    /// <summary>Outputs, oldest first.</summary>
    public ref RelationList After => ref _after;

    public bool IsPseudo => Has(ActionFlags.Pseudo);

    public bool IsRunnable => Has(ActionFlags.Runnable);

    public bool IsOptional => Has(ActionFlags.Optional);

    public bool IsRequired => !Has(ActionFlags.Optional);

    public bool IsMigratable => Has(ActionFlags.Migratable);

    public bool IsProbe => Task == TaskKind.Monitor && Key is { Task: TaskKind.Monitor, IntervalMs: 0 };

    private Details Rare => _details ??= new Details();

    public bool Has(ActionFlags flag) => (_flags & flag) != 0;

    public void Set(ActionFlags flag) => Flags |= flag;

    public void Clear(ActionFlags flag) => Flags &= ~flag;

    public void SetReason(string? text, bool overwrite)
    {
        if (Reason is null || overwrite) Reason = text;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Id} {FixedKey ?? Resource?.Id} {Key.Task} {Node?.Name}");

    private sealed class Details
    {
        public string? FixedKey { get; init; }

        public CollectiveCache? Collective { get; set; }

        public TextMap? Extra { get; set; }

        public TaskKind CancelTask { get; set; }

        public int Priority { get; set; }

        public int RequiredBefore { get; set; }

        public int RunnableBefore { get; set; }
    }
}

/// <summary>Effects of an ordering (spec/scheduler-ordering.md section 2).</summary>
[Flags]
internal enum OrderFlags
{
    None = 0,
    Ordered = 1 << 0,
    IfFirstUnmigratable = 1 << 1,
    ThenImpliesFirst = 1 << 4,
    FirstImpliesThen = 1 << 5,
    PromotedThenImpliesFirst = 1 << 6,
    UnmigratableThenBlocks = 1 << 7,
    UnrunnableFirstBlocks = 1 << 8,
    FirstElseThen = 1 << 9,
    FirstImpliesSameNodeThen = 1 << 10,
    NestedRemoteProbe = 1 << 11,
    IntermediateStop = 1 << 12,
    Serialize = 1 << 14,
    IfOnSameNode = 1 << 15,
    ThenImpliesFirstGraphed = 1 << 16,
    FirstImpliesThenGraphed = 1 << 17,
    Asymmetric = 1 << 20,
    IfOnSameNodeOrTarget = 1 << 21,
    MinRunnable = 1 << 22,
    IfRequiredOnSameNode = 1 << 23,
    GuestAllowed = 1 << 24,
    ThenCancelsFirst = 1 << 25,
}

/// <summary>An ordering between resources' actions or particular actions, before it becomes relations.</summary>
internal sealed class Ordering
{
    public ClusterResource? First { get; init; }

    public ActionKey FirstKey { get; init; }

    public PlanAction? FirstAction { get; init; }

    public ClusterResource? Then { get; init; }

    public ActionKey ThenKey { get; init; }

    public PlanAction? ThenAction { get; init; }

    public OrderFlags Flags { get; set; }

    /// <summary>
    /// Probes, oldest first, that all come before the start (with <see cref="Flags"/>) and the reload (simply before it) of
    /// <see cref="Then"/>: one ordering for the many. Null for all other orderings.
    /// </summary>
    public List<PlanAction>? Probes { get; init; }
}

/// <summary>Task names as they appear in keys and agents' calls.</summary>
internal sealed class TaskNames
{
    private static readonly string[] Known =
    [
        "", "monitor", "start", "running", "stop", "stopped", "promote", "promoted", "demote", "demoted", "notify", "notified",
        "migrate_to", "migrate_from", "reload-agent", "delete", "lrm_delete", "clear_failcount", "cancel", "stonith", "do_shutdown",
        "maintenance_nodes", "load_stopped", "one-or-more",
    ];

    private readonly List<string> _custom = [];

    public string Name(TaskKind task) => task < TaskKind.FirstCustom ? Known[(int)task] : _custom[task - TaskKind.FirstCustom];

    public TaskKind Parse(string name)
    {
        // Nearly all of a history is made of these.
        switch (name)
        {
            case "monitor":
                return TaskKind.Monitor;
            case "start":
                return TaskKind.Start;
            case "stop":
                return TaskKind.Stop;
            default:
                break;
        }

        int index = Array.IndexOf(Known, name);
        if (index > 0) return (TaskKind)index;
        index = _custom.IndexOf(name);
        if (index < 0)
        {
            index = _custom.Count;
            _custom.Add(name);
        }

        return TaskKind.FirstCustom + index;
    }

    public string KeyText(string resource, ActionKey key) => key.Phase == NotifyPhase.None
        ? string.Create(CultureInfo.InvariantCulture, $"{resource}_{Name(key.Task)}_{key.IntervalMs}")
        : $"{resource}_{PhaseName(key.Phase)}_notify_{Name(key.Task)}_0";

    public string KeyText(PlanAction action) => action.FixedKey ?? KeyText(action.Resource!.Id, action.Key);

    public static string PhaseName(NotifyPhase phase) => phase switch
    {
        NotifyPhase.Pre => "pre",
        NotifyPhase.ConfirmedPre => "confirmed-pre",
        NotifyPhase.Post => "post",
        NotifyPhase.ConfirmedPost => "confirmed-post",
        _ => "",
    };

    /// <summary>The completion of a start, stop, promote or demote; other tasks are their own completion.</summary>
    public static TaskKind Completion(TaskKind task) => task switch
    {
        TaskKind.Start => TaskKind.Started,
        TaskKind.Stop => TaskKind.Stopped,
        TaskKind.Promote => TaskKind.Promoted,
        TaskKind.Demote => TaskKind.Demoted,
        _ => task,
    };

    /// <summary>The task a completion belongs to.</summary>
    public static TaskKind Base(TaskKind task) => task switch
    {
        TaskKind.Started => TaskKind.Start,
        TaskKind.Stopped => TaskKind.Stop,
        TaskKind.Promoted => TaskKind.Promote,
        TaskKind.Demoted => TaskKind.Demote,
        _ => task,
    };
}
