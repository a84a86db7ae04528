using System.Xml.Linq;
using Mainstay.Cli.Configuration;
using Mainstay.Scheduler;
using CibDocument = Mainstay.Cib.CibDocument;
using CibUpgrade = Mainstay.Cib.CibUpgrade;

namespace Mainstay.Cli.Monitor;

/// <summary>What the status is printed from: the CIB and the state that the scheduler reads out of it.</summary>
internal sealed class ClusterSnapshot
{
    private readonly Dictionary<string, XElement> _nodeStates;

    private ClusterSnapshot(XDocument cib, ClusterState state)
    {
        Cib = cib;
        State = state;
        _nodeStates = (cib.Root?.Element("status")?.Elements("node_state") ?? [])
            .GroupBy(s => s.Text("uname") ?? s.Id(), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The document.</summary>
    public XDocument Cib { get; }

    /// <summary>Nodes, resources and failures.</summary>
    public ClusterState State { get; }

    /// <summary>Whether the CIB is that of a running cluster.</summary>
    public bool IsLive { get; init; }

    /// <summary>The fencing history; empty for a file.</summary>
    public IReadOnlyList<Client.FencingEvent> Fencing { get; init; } = [];

    /// <summary>Reads a state out of a CIB.</summary>
    /// <param name="cib">The CIB; upgraded in memory where it is of an older schema.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="isLive">Whether the CIB is that of a running cluster.</param>
    /// <param name="fencing">The fencing history.</param>
    public static ClusterSnapshot Read(XDocument cib, long now, bool isLive = false, IReadOnlyList<Client.FencingEvent>? fencing = null)
    {
        var document = CibDocument.FromRoot(new XElement(cib.Root!));
        var upgraded = CibUpgrade.Upgrade(document).Document;
        return new ClusterSnapshot(cib, Planner.ReadState(upgraded, new PlannerOptions { Now = now }))
        {
            IsLive = isLive,
            Fencing = fencing ?? [],
        };
    }

    /// <summary>A state that was read before.</summary>
    /// <param name="cib">The CIB.</param>
    /// <param name="state">What the scheduler read out of it.</param>
    public static ClusterSnapshot Of(XDocument cib, ClusterState state) => new(cib, state);

    /// <summary>The status entry of a node, or <see langword="null"/>.</summary>
    public XElement? NodeState(string name) => _nodeStates.GetValueOrDefault(name);

    /// <summary>All status entries, in document order.</summary>
    public IEnumerable<XElement> NodeStates => Cib.Root?.Element("status")?.Elements("node_state") ?? [];

    /// <summary>Whether a cluster option is in force and true.</summary>
    public bool IsTrue(string option) => State.Options.Text(option, "false").ToLowerInvariant() is "true" or "yes" or "on" or "1" or "y";
}
