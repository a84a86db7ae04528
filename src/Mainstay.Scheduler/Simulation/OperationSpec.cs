using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Scheduler;

/// <summary>An operation and its result as users write it: <c>RSC_TASK_INTERVALMS@NODE=RC</c>.</summary>
internal sealed record OperationSpec(string Resource, string Task, long IntervalMs, string Node, int Result)
{
    // Tasks whose names contain the separator.
    private static readonly string[] s_longTasks = ["migrate_to", "migrate_from"];

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>The operation, or <see langword="null"/>.</returns>
    public static OperationSpec? Parse(string text, out string problem)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        int equals = at < 0 ? -1 : text.IndexOf('=', at);
        bool hasResult = IntegerText.TryReadLeading(equals < 0 ? null : text[(equals + 1)..], out long result);
        if (!hasResult || at == 0 || equals == at + 1 || result is < 0 or > 255)
        {
            int fields = at <= 0 ? text.Length > 0 ? 1 : 0 : 2;
            problem = string.Create(
                CultureInfo.InvariantCulture,
                $"Invalid operation spec: {text}.  Only found {fields} fields (write RESOURCE_TASK_INTERVALMS@NODE=RC)");
            return null;
        }

        string key = text[..at];
        int last = key.LastIndexOf('_');
        if (last <= 0 || !IntegerText.TryReadLeading(key[(last + 1)..], out long interval) || interval < 0 || interval > uint.MaxValue)
        {
            problem = $"Invalid operation spec: {text}.  '{key}' is not RESOURCE_TASK_INTERVALMS";
            return null;
        }

        string rest = key[..last];
        string? task = Array.Find(s_longTasks, t => rest.EndsWith("_" + t, StringComparison.Ordinal));
        int split = task is null ? rest.LastIndexOf('_') : rest.Length - task.Length - 1;
        if (split <= 0 || split == rest.Length - 1)
        {
            problem = $"Invalid operation spec: {text}.  '{key}' is not RESOURCE_TASK_INTERVALMS";
            return null;
        }

        problem = "";
        return new OperationSpec(rest[..split], rest[(split + 1)..], interval, text[(at + 1)..equals], (int)result);
    }
}
