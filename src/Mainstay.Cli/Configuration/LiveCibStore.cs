using System.Xml.Linq;
using Mainstay.Client;

namespace Mainstay.Cli.Configuration;

/// <summary>The CIB of the running cluster, through the manager of this host.</summary>
internal sealed class LiveCibStore : ICibStore
{
    private readonly ToolContext _context;

    /// <summary>A store over the manager; nothing is connected yet.</summary>
    public LiveCibStore(ToolContext context) => _context = context;

    /// <inheritdoc/>
    public bool IsLive => true;

    /// <inheritdoc/>
    public XDocument Read() =>
        CibXml.Parse(Manager.Ask(_context, static (client, token) => client.GetCibAsync(null, token)), "the running cluster");

    /// <inheritdoc/>
    public void Write(XDocument original, XDocument changed)
    {
        var before = CibTree.Configuration(original);
        var after = CibTree.Configuration(changed);
        if (XNode.DeepEquals(before, after))
        {
            return;
        }

        // The manager refuses where another change came in between: nobody's work is overwritten.
        var request = new CibOperationRequest
        {
            Operation = CibOperation.Replace,
            Scope = "configuration",
            Xml = after.ToString(SaveOptions.DisableFormatting),
            IfVersion = Version(original),
            Client = _context.InvokedName,
        };
        Manager.Ask(_context, (client, token) => client.ApplyAsync(request, token));
    }

    private static string Version(XDocument cib) => string.Join(
        '.',
        new[] { "admin_epoch", "epoch", "num_updates" }.Select(name => cib.Root?.Attribute(name)?.Value ?? "0"));
}
