using System.Text;

namespace Mainstay.Scheduler;

/// <summary>Nested lists as the tools print them (spec/scheduler-output.md section 4).</summary>
/// <param name="output">Where to print.</param>
/// <param name="isFancy">With headings, bullets and labels; else the bare items.</param>
internal sealed class TextList(StringBuilder output, bool isFancy = true)
{
    private int _level;

    public void Heading(string text)
    {
        if (isFancy)
        {
            Indent(_level);
            output.Append(text).Append(":\n");
        }

        _level++;
    }

    public void End() => _level--;

    /// <summary>An item; its label is left out of plain output.</summary>
    public void Item(string text, string? label = null)
    {
        Indent(_level);
        if (label is not null && isFancy) output.Append(label).Append(": ");
        output.Append(text).Append('\n');
    }

    public void Blank() => output.Append('\n');

    /// <summary>A line that is never indented.</summary>
    public void Info(string text) => output.Append(text).Append('\n');

    private void Indent(int level)
    {
        if (level > 0 && isFancy) output.Append(' ', level * 2).Append("* ");
    }
}
