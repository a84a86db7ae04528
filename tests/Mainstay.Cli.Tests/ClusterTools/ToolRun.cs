namespace Mainstay.Cli.Tests.ClusterTools;

/// <summary>Runs a native tool in this process, on a private CIB file or against a fake manager.</summary>
internal sealed class ToolRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mainstay-tool-").FullName;
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    private ToolRun()
    {
    }

    /// <summary>What the last run printed.</summary>
    public string Out { get; private set; } = "";

    /// <summary>What the last run complained about.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The CIB file as it is now.</summary>
    public string Cib => File.ReadAllText(CibPath);

    private string CibPath => Path.Combine(_folder, "cib.xml");

    /// <summary>Runs on a CIB with this content of <c>configuration</c> and <c>status</c>.</summary>
    public static ToolRun OnFile(string resources = "", string constraints = "", string status = "")
    {
        var run = new ToolRun();
        File.WriteAllText(run.CibPath, $"""
            <cib crm_feature_set="3.19.0" validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>
            <crm_config/><nodes><node id="1" uname="alpha"/><node id="2" uname="beta"/></nodes>
            <resources>{resources}</resources><constraints>{constraints}</constraints></configuration><status>{status}</status></cib>
            """);
        return run.With("CIB_file", run.CibPath);
    }

    /// <summary>Runs against the manager at a socket.</summary>
    public static ToolRun OnSocket(string socket) => new ToolRun().With("MAINSTAY_MANAGER_SOCKET", socket);

    /// <summary>Sets a variable of the tool's environment.</summary>
    public ToolRun With(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    /// <summary>Runs a command line of words.</summary>
    public int Run(string tool, params string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var context = new ToolContext(
            tool, output, error, TextReader.Null, name => _environment.GetValueOrDefault(name), TerminalFacts.Plain);
        var code = ToolRegistry.Run(context, args);
        Out = output.ToString();
        Error = error.ToString();
        return code;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
