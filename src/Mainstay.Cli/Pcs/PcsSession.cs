using System.Xml.Linq;
using Mainstay.Cli.Agents;
using Mainstay.Cli.Configuration;
using Mainstay.Cli.Rendering;

namespace Mainstay.Cli.Pcs;

/// <summary>What one command of the pcs grammar works with: its options, the CIB, the agents, and the streams.</summary>
internal sealed class PcsSession
{
    private readonly Lazy<ICibStore> _store;
    private XDocument? _original;
    private XDocument? _cib;
    private IdPool? _ids;
    private IAgentCatalog? _agents;

    /// <summary>A session over the CIB that the options or the environment name.</summary>
    public PcsSession(ToolContext context, PcsOptions options)
    {
        Context = context;
        Options = options;
        _store = new Lazy<ICibStore>(() => CibStores.Open(context, options.CibFile));
    }

    /// <summary>Streams and environment.</summary>
    public ToolContext Context { get; }

    /// <summary>The options of the command line.</summary>
    public PcsOptions Options { get; }

    /// <summary>Standard output.</summary>
    public TextWriter Out => Context.Out;

    /// <summary>Where the CIB comes from.</summary>
    public ICibStore Store => _store.Value;

    /// <summary>Whether the command works on the running cluster.</summary>
    public bool IsLive => Store.IsLive;

    /// <summary>The CIB, read on first use; commands change it in place and call <see cref="Push"/>.</summary>
    public XDocument Cib
    {
        get
        {
            if (_cib is null)
            {
                _original = Store.Read();
                _cib = new XDocument(_original);
            }

            return _cib;
        }
    }

    /// <summary>The ids in use.</summary>
    public IdPool Ids => _ids ??= new IdPool(Cib);

    /// <summary>The resource and fence agents of this host.</summary>
    public IAgentCatalog Agents => _agents ??= InstalledAgents.Open(Context);

    /// <summary>Writes the changed CIB, and waits for the cluster to settle where <c>--wait</c> asks for it.</summary>
    public void Push()
    {
        if (Options.Has("wait") && !IsLive)
        {
            throw new CommandFailure("Cannot use '-f' together with '--wait'");
        }

        if (Options.Has("dry-run"))
        {
            Out.Write(CibDifference.Describe(_original!, Cib));
            return;
        }

        Store.Write(_original!, Cib);
        _original = null;
        _cib = null;
        _ids = null;
        if (Options.Has("wait"))
        {
            ClusterWait.UntilIdle(this, Options["wait"]);
        }
    }

    /// <summary>Refuses <c>-f</c> for a command that needs the running cluster.</summary>
    public void RequireLive()
    {
        if (Options.CibFile is not null)
        {
            throw new CommandFailure("Specified option '-f' is not supported in this command");
        }
    }

    /// <summary>Progress and other information: standard error, so that output can be piped.</summary>
    public void Info(string message) => Context.Error.WriteLine(message);

    /// <summary>A warning.</summary>
    public void Warn(string message) => Context.Error.WriteLine("Warning: " + message);

    /// <summary>A warning about syntax that will go.</summary>
    public void Deprecated(string message) => Context.Error.WriteLine("Deprecation Warning: " + message);

    /// <summary>A problem that <c>--force</c> turns into a warning.</summary>
    public void Overridable(string message)
    {
        if (!Options.Force)
        {
            throw new CommandFailure(message + ", use --force to override");
        }

        Warn(message);
    }

    /// <summary>A resource by id.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public XElement Resource(string id) => CibTree.FindResource(Cib, id)
        ?? throw new CommandFailure(
            $"bundle / clone / group / resource '{id}' does not exist"
            + Suggestion.For(id, CibTree.Resources(Cib).Select(r => r.Id())));

    /// <summary>A node by name.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public XElement Node(string name) => CibTree.Nodes(Cib).FirstOrDefault(n => n.Text("uname") == name)
        ?? throw new CommandFailure(
            $"Node '{name}' does not appear to exist in configuration"
            + Suggestion.For(name, CibTree.Nodes(Cib).Select(n => n.Text("uname") ?? "")));

    /// <summary>
    /// Whether listings are shown as tables: for a person at a terminal who did not ask for a format (spec/cli-pcs.md section 4).
    /// </summary>
    public bool ShowsTables => ListingWriter.IsWanted(Context) && !Options.Has("output-format");

    /// <summary>Shows listings.</summary>
    /// <returns>The exit code.</returns>
    public int Show(IEnumerable<Listing> listings)
    {
        ListingWriter.Write(Context, listings);
        return 0;
    }

    /// <summary>The output format asked for: text, json or cmd.</summary>
    public string OutputFormat
    {
        get
        {
            var format = Options["output-format"] ?? "text";
            return format is "text" or "json" or "cmd"
                ? format
                : throw new CommandFailure(
                    $"Unknown value '{format}' for '--output-format' option. Supported values are: 'cmd', 'json', 'text'");
        }
    }
}
