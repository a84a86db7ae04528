using System.Text;
using System.Xml.Linq;
using Mainstay.Cib;

namespace Mainstay.Cli.CibTools;

/// <summary>
/// What a native tool prints: text to the two streams, or one XML document with the result and the errors (spec/cli-crm.md section 2).
/// </summary>
internal sealed class NativeOutput
{
    private const string ApiVersion = "2.42";

    private readonly ToolContext _context;
    private readonly string _tool;
    private readonly IReadOnlyList<string> _args;
    private readonly List<XElement> _elements = [];
    private readonly List<string> _errors = [];
    private readonly StringBuilder _text = new();

    private readonly string? _file;

    private NativeOutput(ToolContext context, string tool, IReadOnlyList<string> args, NativeOptions options)
    {
        _context = context;
        _tool = tool;
        _args = args;
        IsXml = options["output-as"] == "xml";
        IsSilent = options["output-as"] == "none";
        _file = options["output-to"] is { } file and not "-" ? file : null;
    }

    /// <summary>The options every tool with formatted output has.</summary>
    public static IReadOnlyList<NativeOption> Options { get; } =
    [
        new('?', "help", null, "Show this help and exit"),
        new('\0', "help-all", null, "Show this help and exit"),
        new('$', "version", null, "Display software version and exit"),
        new('V', "verbose", null, "Increase output"),
        new('\0', "output-as", "FORMAT", "Output format: text (default) or xml"),
        new('\0', "output-to", "DEST", "Output file name, or '-' for standard output"),
        new('Q', "quiet", null, "Be less descriptive in results"),
    ];

    /// <summary>Whether the output is XML.</summary>
    public bool IsXml { get; }

    /// <summary>Whether nothing but errors is printed.</summary>
    private bool IsSilent { get; }

    /// <summary>Whether XML content was added.</summary>
    public bool HasElements => _elements.Count > 0;

    /// <summary>The output a command line asks for.</summary>
    public static NativeOutput Create(ToolContext context, string tool, IReadOnlyList<string> args, NativeOptions options)
        => new(context, tool, args, options);

    /// <summary>A line of text output; XML output has elements instead.</summary>
    public void Line(string text)
    {
        if (!IsXml)
        {
            _text.Append(text).Append('\n');
        }
    }

    /// <summary>Lines of text output, each with its end; XML output has elements instead.</summary>
    public void Text(string text)
    {
        if (!IsXml)
        {
            _text.Append(text);
        }
    }

    /// <summary>A text as it is, or in XML the same text in an element.</summary>
    public void Raw(string elementName, string text)
    {
        if (IsXml)
        {
            _elements.Add(new XElement(elementName, new XCData(text)));
        }
        else
        {
            _text.Append(text);
        }
    }

    /// <summary>An element of XML output.</summary>
    public void Element(XElement element)
    {
        if (IsXml)
        {
            _elements.Add(element);
        }
    }

    /// <summary>An error: standard error, or the list of errors at the end of XML output.</summary>
    public void Error(string message)
    {
        if (IsXml)
        {
            _errors.Add(message);
        }
        else
        {
            _context.Error.WriteLine(message);
        }
    }

    /// <summary>A wrong command line.</summary>
    public int Usage(string message) => Fail(NativeExit.Usage, $"{_tool}: {message}");

    /// <summary>An error that ends the tool.</summary>
    public int Fail(int code, string message)
    {
        Error(message);
        return Finish(code);
    }

    /// <summary>Writes everything out.</summary>
    /// <param name="code">The exit status.</param>
    /// <returns>The exit status.</returns>
    public int Finish(int code)
    {
        if (!IsXml)
        {
            return Write(_text.ToString(), code);
        }

        var status = new XElement("status", new XAttribute("code", code), new XAttribute("message", NativeExit.Text(code)));
        if (_errors.Count > 0)
        {
            status.Add(new XElement("errors", _errors.Select(error => new XElement("error", error))));
        }

        var request = string.Join(' ', _args.Prepend(_tool).Select(Quote));
        var result = new XElement(
            "pacemaker-result", new XAttribute("api-version", ApiVersion), new XAttribute("request", request), _elements, status);
        return Write(CibWriter.Print(result), code);
    }

    private int Write(string text, int code)
    {
        if (IsSilent)
        {
            return code;
        }

        if (_file is null)
        {
            _context.Out.Write(text);
            _context.Out.Flush();
            return code;
        }

        try
        {
            File.WriteAllText(_file, text);
            return code;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _context.Error.WriteLine($"{_tool}: cannot write {_file}: {error.Message}");
            return 73;
        }
    }

    private static string Quote(string argument)
        => argument.Length > 0
            && argument.All(character => char.IsAsciiLetterOrDigit(character) || "-_=./:,@+".Contains(character, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
