namespace Mainstay.Totem;

/// <summary>The states of the membership protocol (spec/totem.md section 1.3), and the state before the start and after leaving.</summary>
public enum TotemState : byte
{
    /// <summary>Not started, or left: every input is ignored.</summary>
    Stopped = 0,

    /// <summary>A ring is installed and its token circulates.</summary>
    Operational = 1,

    /// <summary>Agreeing on who forms the next ring.</summary>
    Gather = 2,

    /// <summary>The commit token collects what each member holds.</summary>
    Commit = 3,

    /// <summary>Messages of the old rings are exchanged on the new ring.</summary>
    Recovery = 4,
}

/// <summary>The guarantee that a submitter asks for (spec/ring-wire.md section 3.5). Carried on the wire; all delivery is agreed.</summary>
public enum DeliveryGuarantee : byte
{
    /// <summary>Total order.</summary>
    Agreed = 0,

    /// <summary>Total order after all hold the message; delivered as agreed, as the reference does.</summary>
    Safe = 1,
}

/// <summary>The groups of the group layer (spec/ring-wire.md section 3.4).</summary>
[Flags]
public enum MessageGroup : byte
{
    /// <summary>Neither.</summary>
    None = 0,

    /// <summary>The group <c>a</c>: service messages (cpg, votequorum, cfg, cmap).</summary>
    Services = 1,

    /// <summary>The group <c>sync</c>: the synchronisation protocol.</summary>
    Synchronisation = 2,
}
