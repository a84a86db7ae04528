using System.Globalization;

namespace Mainstay.Scheduler;

/// <summary>Draws all actions of a plan, also those that cannot be carried out (spec/scheduler-output.md section 3).</summary>
public static class TransitionDot
{
    /// <summary>Writes the drawing in the language of Graphviz.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="output">Where to write; not closed.</param>
    /// <param name="allActions">Whether optional actions and those of unmanaged resources are drawn too.</param>
    /// <param name="withNumbers">Whether the names end with the numbers of the actions.</param>
    public static void Write(Plan plan, TextWriter output, bool allActions = false, bool withNumbers = false)
    {
        var state = plan.State;
        string Label(PlanAction action) => withNumbers
            ? string.Create(CultureInfo.InvariantCulture, $"{Name(state, action)} ({action.Id})")
            : Name(state, action);

        output.Write(" digraph \"g\" {\n");
        var shown = new HashSet<PlanAction>();
        for (int i = state.Actions.Count - 1; i >= 0; i--)
        {
            var action = state.Actions[i];
            if (Style(action, allActions) is not var (style, color, font)) continue;
            shown.Add(action);
            output.Write($"\"{Label(action)}\" [ style={style} color=\"{color}\" fontcolor=\"{font}\"]\n");
        }

        for (int i = state.Actions.Count - 1; i >= 0; i--) WriteEdges(state.Actions[i], shown, output, allActions, Label);
        output.Write("}\n");
    }

    private static void WriteEdges(
        PlanAction action, HashSet<PlanAction> shown, TextWriter output, bool allActions, Func<PlanAction, string> label)
    {
        foreach (var input in action.Before.OrderBy(r => r.Action.Id))
        {
            string style = "dashed";
            bool isWritten = allActions;
            if (input.IsGraphed)
            {
                style = "bold";
                isWritten = true;
            }
            else if (input.Flags == OrderFlags.None)
            {
                continue;
            }
            else if (shown.Contains(action) && shown.Contains(input.Action) && input.Flags != OrderFlags.IfOnSameNodeOrTarget)
            {
                isWritten = true;
            }

            if (isWritten) output.Write($"\"{label(input.Action)}\" -> \"{label(action)}\" [ style = {style}]\n");
        }
    }

    private static (string Style, string Color, string Font)? Style(PlanAction action, bool allActions)
    {
        string font = action.IsPseudo ? "orange" : "black";
        if (action.Has(ActionFlags.InGraph)) return ("bold", "green", font);
        if (action.Resource is { IsManaged: false }) return allActions ? ("dashed", "red", "purple") : null;
        if (action.IsOptional) return allActions ? ("dashed", "blue", font) : null;
        return ("dashed", "red", font);
    }

    private static string Name(ClusterState state, PlanAction action)
    {
        string? host = action.Node?.Name ?? (action.IsPseudo ? null : "<none>");
        string prefix = action.Task == TaskKind.Cancel ? "Cancel " : "";
        if (action.Task == TaskKind.Stonith) return $"stonith '{action.Meta.GetValueOrDefault("stonith_action")}' {host}";
        if (action.Resource is null)
        {
            return host is null || action.IsPseudo && action.Node is null ? action.FixedKey! : $"{NodeTask(state, action)} {host}";
        }

        string key = state.Tasks.KeyText(action);
        if (action.Resource.HistoryId is { } history) key = HistoryKey(state, action, history);
        return host is null ? prefix + key : $"{prefix}{key} {host}";
    }

    private static string NodeTask(ClusterState state, PlanAction action) =>
        action.Task == TaskKind.LoadStopped ? action.FixedKey! : state.Tasks.Name(action.Task);

    private static string HistoryKey(ClusterState state, PlanAction action, string history)
    {
        if (action.Task is TaskKind.Notify or TaskKind.Notified)
        {
            string type = action.Meta.GetValueOrDefault("notify_key_type", "");
            string operation = action.Meta.GetValueOrDefault("notify_key_operation", "");
            return $"{history}_{type}_notify_{operation}_0";
        }

        var task = action.Task == TaskKind.Cancel ? action.CancelTask : action.Task;
        return state.Tasks.KeyText(history, new ActionKey(task, action.Key.IntervalMs));
    }
}
