using System.Text;

namespace Mainstay.Scheduler;

/// <summary>Nested lists as the tools print them (spec/scheduler-output.md section 4).</summary>
internal sealed class TextList(StringBuilder output)
{
    private int _level;

    public void Heading(string text)
    {
        Indent(_level);
        output.Append(text).Append(":\n");
        _level++;
    }

    public void End() => _level--;

    public void Item(string text)
    {
        Indent(_level);
        output.Append(text).Append('\n');
    }

    public void Blank() => output.Append('\n');

    /// <summary>A line that is never indented.</summary>
    public void Info(string text) => output.Append(text).Append('\n');

    private void Indent(int level)
    {
        if (level > 0) output.Append(' ', level * 2).Append("* ");
    }
}
