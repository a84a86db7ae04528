using System.Text;

namespace Mainstay.Cli.Pcs.Cluster;

/// <summary>A section of corosync.conf: keys and sections in their order (spec/corosync-conf.md section 1).</summary>
internal sealed class CorosyncConf
{
    private CorosyncConf(string name) => Name = name;

    /// <summary>An empty file.</summary>
    public static CorosyncConf CreateEmpty() => new("");

    /// <summary>Name of the section; empty for the file.</summary>
    public string Name { get; }

    /// <summary>Keys and values; a later one wins.</summary>
    public List<KeyValuePair<string, string>> Keys { get; } = [];

    /// <summary>Sections inside.</summary>
    public List<CorosyncConf> Sections { get; } = [];

    /// <summary>The value of a key, or <see langword="null"/>.</summary>
    public string? this[string key] => Keys.LastOrDefault(k => k.Key == key).Value;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CommandFailure">A line is none of the grammar's; the message names it.</exception>
    public static CorosyncConf Parse(string text, string source)
    {
        var open = new Stack<CorosyncConf>([new CorosyncConf("")]);
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var line = raw.Trim(' ', '\t', '\r', '\u00a0');
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.EndsWith('{'))
            {
                var section = open.Peek().Add(line[..^1].Trim());
                open.Push(section);
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                open.Peek().Keys.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
            }
            else if (line == "}" && open.Count > 1)
            {
                open.Pop();
            }
            else
            {
                throw new CommandFailure(
                    $"Unable to parse '{source}', line {index + 1}: '{line}' opens or closes no section and is no 'key: value'");
            }
        }

        return open.Count == 1 ? open.Pop()
            : throw new CommandFailure($"Unable to parse '{source}': section '{open.Peek().Name}' is not closed");
    }

    /// <summary>The first section of that name, or <see langword="null"/>.</summary>
    public CorosyncConf? Find(string name) => Sections.Find(s => s.Name == name);

    /// <summary>The first section of that name, made where it is missing.</summary>
    public CorosyncConf Require(string name) => Find(name) ?? Add(name);

    /// <summary>Adds a section at the end.</summary>
    public CorosyncConf Add(string name)
    {
        var section = new CorosyncConf(name);
        Sections.Add(section);
        return section;
    }

    /// <summary>Sets a key, in its place where it exists; an empty or missing value removes it.</summary>
    public void Set(string key, string? value)
    {
        var index = Keys.FindIndex(k => k.Key == key);
        Keys.RemoveAll(k => k.Key == key);
        if (!string.IsNullOrEmpty(value))
        {
            Keys.Insert(index < 0 ? Keys.Count : index, new(key, value));
        }
    }

    /// <summary>The file's text.</summary>
    public string Print()
    {
        var text = new StringBuilder();
        Print(text, 0);
        return text.ToString();
    }

    private void Print(StringBuilder text, int depth)
    {
        var indent = new string(' ', 4 * depth);
        foreach (var (key, value) in Keys)
        {
            text.Append($"{indent}{key}: {value}\n");
        }

        foreach (var (index, section) in Sections.Index())
        {
            text.Append(index > 0 || Keys.Count > 0 ? "\n" : "").Append($"{indent}{section.Name} {{\n");
            section.Print(text, depth + 1);
            text.Append($"{indent}}}\n");
        }
    }
}
