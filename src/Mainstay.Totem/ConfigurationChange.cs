using System.Collections.Immutable;

namespace Mainstay.Totem;

/// <summary>The two configuration changes of extended virtual synchrony (spec/totem.md section 10).</summary>
public enum ConfigurationKind : byte
{
    /// <summary>Those of the old regular configuration who go on together; messages that follow still belong to the old one.</summary>
    Transitional = 0,

    /// <summary>The new membership.</summary>
    Regular = 1,
}

/// <summary>A configuration change, delivered in order with the messages. Both kinds carry the new ring's id.</summary>
/// <param name="Kind">Transitional or regular.</param>
/// <param name="Ring">Id of the new ring.</param>
/// <param name="Members">Members, ascending.</param>
/// <param name="Left">Who left (transitional only), ascending.</param>
/// <param name="Joined">Who joined (regular only), ascending.</param>
public sealed record ConfigurationChange(
    ConfigurationKind Kind,
    RingId Ring,
    ImmutableArray<NodeId> Members,
    ImmutableArray<NodeId> Left,
    ImmutableArray<NodeId> Joined);
