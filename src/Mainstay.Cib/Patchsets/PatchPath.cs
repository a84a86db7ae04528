using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>One step of a path: the element's name, and its id if the path names one.</summary>
internal readonly record struct PatchStep(string Name, string? Id);

/// <summary>
/// Paths in patchsets: <c>/cib/status/node_state[@id='1']</c>, a predicate only if the element has an id (spec/manager.md section 3).
/// </summary>
internal static class PatchPath
{
    /// <summary>The name a path uses for comments.</summary>
    public const string CommentName = "comment";

    private const int StepCountMax = 256;

    /// <summary>The path of an element.</summary>
    public static string Of(XElement element)
    {
        var text = new StringBuilder();
        foreach (var step in element.AncestorsAndSelf().Reverse())
        {
            Append(text, step);
        }

        return text.ToString();
    }

    public static void Append(StringBuilder text, XElement element)
    {
        text.Append('/').Append(element.Name.LocalName);
        if (element.Id() is { } id)
        {
            var quote = id.Contains('\'', StringComparison.Ordinal) ? '"' : '\'';
            text.Append("[@id=").Append(quote).Append(id).Append(quote).Append(']');
        }
    }

    /// <summary>Whether an id can be written into a path.</summary>
    public static bool CanQuote(string? id)
        => id is null || !(id.Contains('\'', StringComparison.Ordinal) && id.Contains('"', StringComparison.Ordinal));

    public static bool TryParse(string? path, out List<PatchStep> steps)
    {
        steps = [];
        if (string.IsNullOrEmpty(path))
        {
            return false;
        }

        var index = 0;
        while (index < path.Length)
        {
            if (path[index++] != '/' || steps.Count >= StepCountMax)
            {
                return false;
            }

            var start = index;
            while (index < path.Length && path[index] is not ('/' or '['))
            {
                index++;
            }

            var name = path[start..index];
            string? id = null;
            if (index < path.Length && path[index] == '[' && !TryParsePredicate(path, ref index, out id))
            {
                return false;
            }

            if (name.Length == 0)
            {
                return false;
            }

            steps.Add(new PatchStep(name, id));
        }

        return steps.Count > 0;
    }

    /// <summary>The first element that a path leads to; alternatives are tried in document order.</summary>
    public static XElement? Find(XElement root, IReadOnlyList<PatchStep> steps)
        => steps.Count > 0 && Matches(root, steps[0]) ? Find(root, steps, 1) : null;

    // The number of steps is bounded, so the depth of the recursion is.
    private static XElement? Find(XElement element, IReadOnlyList<PatchStep> steps, int index)
    {
        if (index == steps.Count)
        {
            return element;
        }

        foreach (var child in element.Elements())
        {
            if (Matches(child, steps[index]) && Find(child, steps, index + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static bool Matches(XElement element, PatchStep step)
        => element.Name.LocalName == step.Name && (step.Id is null || element.Id() == step.Id);

    private static bool TryParsePredicate(string path, ref int index, out string? id)
    {
        id = null;
        const string Start = "[@id=";
        if (string.CompareOrdinal(path, index, Start, 0, Start.Length) != 0 || index + Start.Length >= path.Length)
        {
            return false;
        }

        index += Start.Length;
        var quote = path[index++];
        var end = quote is '\'' or '"' ? path.IndexOf(quote, index) : -1;
        if (end < 0 || end + 1 >= path.Length || path[end + 1] != ']')
        {
            return false;
        }

        id = path[index..end];
        index = end + 2;
        return true;
    }
}
