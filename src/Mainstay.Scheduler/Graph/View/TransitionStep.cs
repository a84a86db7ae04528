namespace Mainstay.Scheduler;

/// <summary>What a step of a transition does, for its colour.</summary>
public enum StepKind
{
    /// <summary>Looks whether a resource runs, once.</summary>
    Probe,

    /// <summary>Starts something, or takes a running resource over by live migration.</summary>
    Start,

    /// <summary>Stops something, or gives it away by live migration.</summary>
    Stop,

    /// <summary>Promotes.</summary>
    Promote,

    /// <summary>Demotes.</summary>
    Demote,

    /// <summary>Fences or unfences a node.</summary>
    Fence,

    /// <summary>Recurring monitors, notifications, cancellations, clearing of history and fail counts, shutdowns.</summary>
    Other,
}

/// <summary>One thing that is done on one node, as a person would say it: several actions of the graph may be one step.</summary>
public sealed class TransitionStep
{
    internal TransitionStep(int number, StepKind kind, string? node)
    {
        Number = number;
        Kind = kind;
        Node = node;
    }

    /// <summary>Number of the step, from 1, in the order in which steps may run.</summary>
    public int Number { get; internal set; }

    /// <summary>What it does.</summary>
    public StepKind Kind { get; }

    /// <summary>The node it happens on, or null.</summary>
    public string? Node { get; }

    /// <summary>In words, such as <c>start web</c>.</summary>
    public string Text { get; internal set; } = "";

    /// <summary>What happens along with it, such as <c>then monitor every 10s</c>.</summary>
    public List<string> Details { get; } = [];

    /// <summary>Why, in the words of the summary; null where nothing is known.</summary>
    public string? Reason { get; internal set; }

    /// <summary>Steps that have to be done before, without those that others of them already wait for.</summary>
    public List<TransitionStep> After { get; } = [];

    /// <summary>The longest chain of steps before this one, from 0.</summary>
    public int Rank { get; internal set; }

    internal List<PlanAction> Actions { get; } = [];
}
