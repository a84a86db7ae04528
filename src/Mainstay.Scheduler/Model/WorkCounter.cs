namespace Mainstay.Scheduler;

/// <summary>
/// How much work a plan was, in steps that no machine makes faster or slower: what grows faster than the cluster shows here.
/// </summary>
internal sealed class WorkCounter
{
    /// <summary>Scores of single nodes looked at while resources were assigned.</summary>
    public long Scores { get; set; }

    /// <summary>Inputs looked at while the actions' flags were brought into line.</summary>
    public long Inputs { get; set; }

    /// <summary>The sum.</summary>
    public long Total => Scores + Inputs;
}
