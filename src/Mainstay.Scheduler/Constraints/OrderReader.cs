using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>Configured orderings (spec/scheduler-ordering.md sections 3 and 4).</summary>
internal sealed class OrderReader(ClusterState state, ConfigReader config, ActionStore actions, OrderStore orders)
{
    private enum Kind
    {
        Optional,
        Mandatory,
        Serialize,
    }

    private readonly record struct Strength(Kind Kind, bool IsSymmetric);

    public void Read(XElement element)
    {
        var sets = ConstraintsPass.Sets(config, element);
        var strength = ReadStrength(element, null);
        if (sets.Count == 0) ReadSimple(element, strength);
        else ReadSets(element, sets, strength);
    }

    private Strength ReadStrength(XElement element, Strength? inherited)
    {
        Kind kind;
        string? text = element.Value("kind");
        if (text is not null) kind = ParseKind(element, text);
        else if (element.Value("score") is { } score) kind = Score.Parse(score).Value == 0 ? Kind.Optional : Kind.Mandatory;
        else kind = inherited?.Kind ?? Kind.Mandatory;

        bool hasOwn = text is not null || element.Value("score") is not null || element.Value("symmetrical") is not null;
        if (!hasOwn && inherited is { } same) return same;
        bool isSymmetric = CibBoolean.Parse(element.Value("symmetrical")) ?? kind != Kind.Serialize;
        if (kind == Kind.Serialize) isSymmetric = false;
        return new Strength(kind, isSymmetric);
    }

    private Kind ParseKind(XElement element, string text)
    {
        switch (text)
        {
            case "Mandatory":
                return Kind.Mandatory;
            case "Optional":
                return Kind.Optional;
            case "Serialize":
                return Kind.Serialize;
            default:
                state.ProblemList.Add(CibProblem.Error(
                    element, $"'{text}' is no kind of ordering; Mandatory is used", "use Mandatory, Optional or Serialize"));
                return Kind.Mandatory;
        }
    }

    private static OrderFlags Flags(Strength strength, TaskKind firstTask) => strength.Kind switch
    {
        Kind.Optional => OrderFlags.Ordered,
        Kind.Serialize => OrderFlags.Ordered | OrderFlags.Serialize,
        _ when !strength.IsSymmetric => OrderFlags.Ordered | OrderFlags.Asymmetric,
        _ when firstTask is TaskKind.Start or TaskKind.Promote or TaskKind.MigrateFrom =>
            OrderFlags.Ordered | OrderFlags.FirstImpliesThen | OrderFlags.UnrunnableFirstBlocks,
        _ => OrderFlags.Ordered | OrderFlags.FirstImpliesThen,
    };

    private static OrderFlags InverseFlags(Kind kind) => kind switch
    {
        Kind.Optional => OrderFlags.Ordered,
        Kind.Serialize => OrderFlags.Ordered | OrderFlags.Serialize,
        _ => OrderFlags.Ordered | OrderFlags.ThenImpliesFirst,
    };

    private static TaskKind? Inverse(TaskKind task) => task switch
    {
        TaskKind.Start => TaskKind.Stop,
        TaskKind.Stop => TaskKind.Start,
        TaskKind.Promote => TaskKind.Demote,
        TaskKind.Demote => TaskKind.Promote,
        TaskKind.Promoted => TaskKind.Demoted,
        TaskKind.Demoted => TaskKind.Promoted,
        TaskKind.Started => TaskKind.Stopped,
        TaskKind.Stopped => TaskKind.Started,
        _ => null,
    };

    private TaskKind Task(string? text, TaskKind fallback) => text is null ? fallback : state.Tasks.Parse(text);

    private void ReadSimple(XElement element, Strength strength)
    {
        var first = ConstraintsPass.Find(state, element.Value("first"));
        var then = ConstraintsPass.Find(state, element.Value("then"));
        if (first is null || then is null) return;
        var firstTask = Task(element.Value("first-action"), TaskKind.Start);
        var thenTask = Task(element.Value("then-action"), firstTask);
        int minimum = 0;
        if (first.IsClone)
        {
            minimum = first.Clone!.Min;
            if (minimum <= 0 && CibBoolean.Parse(element.Value("require-all")) == false) minimum = 1;
        }

        if (minimum > 0) OrderMinimum(element.Id()!, first, firstTask, then, thenTask, strength, minimum);
        else orders.Add(first, firstTask, then, thenTask, Flags(strength, firstTask));

        if (!strength.IsSymmetric) return;
        if (Inverse(thenTask) is not { } inverseThen || Inverse(firstTask) is not { } inverseFirst) return;
        orders.Add(then, inverseThen, first, inverseFirst, InverseFlags(strength.Kind));
    }

    private void OrderMinimum(
        string id, ClusterResource clone, TaskKind firstTask, ClusterResource then, TaskKind thenTask, Strength strength, int minimum)
    {
        var gate = actions.Pseudo("clone-one-or-more:" + id, TaskKind.OneOrMore);
        gate.Set(ActionFlags.MinRunnable);
        gate.RequiredBefore = minimum;
        foreach (var instance in clone.ChildList)
        {
            orders.Add(instance, firstTask, gate, OrderFlags.MinRunnable | OrderFlags.FirstImpliesThenGraphed);
        }

        orders.Add(gate, then, thenTask, Flags(strength, firstTask) | OrderFlags.UnrunnableFirstBlocks);
    }

    private void ReadSets(XElement element, List<XElement> sets, Strength strength)
    {
        XElement? previous = null;
        foreach (var set in sets)
        {
            if (!ReadSet(set, strength)) return;
            if (previous is not null)
            {
                Between(previous, set, strength, isInverse: false);
                if (strength.IsSymmetric) Between(set, previous, strength, isInverse: true);
            }

            previous = set;
        }

        _ = element;
    }

    private bool ReadSet(XElement set, Strength inherited)
    {
        var strength = ReadStrength(set, inherited);
        bool isSequential = CibBoolean.Parse(set.Value("sequential")) ?? true;
        var task = Task(set.Value("action"), TaskKind.Start);
        var members = ConstraintsPass.Members(state, set).ToList();
        if (members.Contains(null)) return false;
        if (members.Count == 1) return true;
        var flags = Flags(strength, task);
        for (int i = 1; i < members.Count; i++)
        {
            if (strength.Kind == Kind.Serialize)
            {
                for (int j = 0; j < i; j++) orders.Add(members[j]!, task, members[i]!, task, flags);
            }
            else if (isSequential)
            {
                orders.Add(members[i - 1]!, task, members[i]!, task, flags);
            }
        }

        if (!strength.IsSymmetric || !isSequential || Inverse(task) is not { } inverse) return true;
        var inverseFlags = InverseFlags(strength.Kind);
        for (int i = 1; i < members.Count; i++) orders.Add(members[i]!, inverse, members[i - 1]!, inverse, inverseFlags);
        return true;
    }

    private void Between(XElement set1, XElement set2, Strength strength, bool isInverse)
    {
        TaskKind? task1 = Task(set1.Value("action"), TaskKind.Start);
        TaskKind? task2 = Task(set2.Value("action"), TaskKind.Start);
        if (isInverse)
        {
            task1 = Inverse(task1.Value);
            task2 = Inverse(task2.Value);
        }

        if (task1 is not { } first || task2 is not { } then) return;
        bool requireAll = CibBoolean.Parse(set1.Value("require-all")) ?? true;
        if (first is TaskKind.Stop or TaskKind.Demote) requireAll = true;
        // By the action of the second set, as seen in the reference.
        var flags = isInverse ? InverseFlags(strength.Kind) : Flags(strength, then);
        var members1 = ConstraintsPass.Members(state, set1).OfType<ClusterResource>().ToList();
        var members2 = ConstraintsPass.Members(state, set2).OfType<ClusterResource>().ToList();
        if (!requireAll)
        {
            var gate = actions.Pseudo("one-or-more:" + set1.Id(), TaskKind.OneOrMore);
            gate.Set(ActionFlags.MinRunnable);
            gate.RequiredBefore = 1;
            foreach (var member in members1) orders.Add(member, first, gate, OrderFlags.MinRunnable | OrderFlags.FirstImpliesThenGraphed);
            foreach (var member in members2) orders.Add(gate, member, then, flags | OrderFlags.UnrunnableFirstBlocks);
            return;
        }

        foreach (var x in Ends(set1, members1, last: !isInverse))
        {
            foreach (var y in Ends(set2, members2, last: isInverse)) orders.Add(x, first, y, then, flags);
        }
    }

    /// <summary>
    /// Between sets a missing <c>sequential</c> counts as false, unlike inside a set (spec/scheduler-ordering.md section 4).
    /// </summary>
    private static List<ClusterResource> Ends(XElement set, List<ClusterResource> members, bool last)
    {
        if (!CibBoolean.IsTrue(set.Value("sequential")) || members.Count == 0) return members;
        return [last ? members[^1] : members[0]];
    }
}
