namespace Mainstay.Manager.Core;

/// <summary>What the cluster knows of a node (spec/manager.md sections 7 and 12).</summary>
internal sealed class NodeRecord
{
    public uint Id { get; set; }

    public string Name { get; set; } = "";

    /// <summary>Run of the manager that joined last; a new one has forgotten everything.</summary>
    public string Incarnation { get; set; } = "";

    /// <summary>Since when it is on the ring (seconds since 1970), 0 if it is not.</summary>
    public long RingSince { get; set; }

    /// <summary>Since when its manager is in the group (seconds since 1970), 0 if it is not.</summary>
    public long PeerSince { get; set; }

    /// <summary>Its manager has joined with the replicated state.</summary>
    public bool IsMember { get; set; }

    /// <summary>Its leaving is known: it was fenced or has shut down in order.</summary>
    public bool IsExpectedDown { get; set; }

    /// <summary>Its manager went away while the node stayed on the ring.</summary>
    public bool IsManagerLost { get; set; }

    /// <summary>Transient attributes by name.</summary>
    public OrdinalMap<NodeAttribute> Attributes { get; set; } = [];

    /// <summary>Operation history by resource id.</summary>
    public OrdinalMap<ResourceHistory> History { get; set; } = [];
}
