using System.Diagnostics.CodeAnalysis;

namespace Mainstay.Agents;

/// <summary>The class of a resource agent (spec/agents.md section 1).</summary>
public enum AgentStandard
{
    /// <summary>A class this release does not know (<c>upstart</c>, <c>nagios</c> ...): every action answers "not installed".</summary>
    Unknown = 0,

    /// <summary>Open Cluster Framework scripts below <c>OCF_ROOT/resource.d</c>.</summary>
    Ocf,

    /// <summary>Init scripts.</summary>
    Lsb,

    /// <summary>systemd units, over D-Bus.</summary>
    Systemd,

    /// <summary>Whichever of LSB and systemd the node has, resolved at each action.</summary>
    Service,

    /// <summary>Fence agents.</summary>
    Stonith,
}

/// <summary>Names a resource agent: <c>class[:provider]:type</c>.</summary>
/// <param name="Standard">The class.</param>
/// <param name="Provider">The provider; empty for every class but <c>ocf</c>.</param>
/// <param name="Type">The type: script, unit or fence agent name. A systemd type may contain colons.</param>
public sealed record AgentId(AgentStandard Standard, string Provider, string Type)
{
    /// <summary>Builds an id from the XML attributes of a primitive.</summary>
    /// <param name="class">The class attribute, any case.</param>
    /// <param name="provider">The provider attribute, or null.</param>
    /// <param name="type">The type attribute.</param>
    public static AgentId FromAttributes(string @class, string? provider, string type) =>
        new(ParseStandard(@class), provider ?? string.Empty, type);

    /// <summary>Reads <c>class[:provider]:type</c>. False where a part is missing or empty.</summary>
    /// <param name="text">For example <c>ocf:heartbeat:IPaddr2</c> or <c>systemd:getty@tty1</c>.</param>
    /// <param name="agent">The agent, when true is returned.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AgentId? agent)
    {
        agent = null;
        var first = text.IndexOf(':', StringComparison.Ordinal);
        if (first <= 0 || first == text.Length - 1) return false;
        var standard = ParseStandard(text[..first]);
        var rest = text[(first + 1)..];
        if (standard != AgentStandard.Ocf)
        {
            agent = new AgentId(standard, string.Empty, rest);
            return true;
        }

        var second = rest.IndexOf(':', StringComparison.Ordinal);
        if (second <= 0 || second == rest.Length - 1) return false;
        agent = new AgentId(standard, rest[..second], rest[(second + 1)..]);
        return true;
    }

    /// <summary>The class of a name, in any case; <see cref="AgentStandard.Unknown"/> for others.</summary>
    public static AgentStandard ParseStandard(string text) => text.ToLowerInvariant() switch
    {
        "ocf" => AgentStandard.Ocf,
        "lsb" => AgentStandard.Lsb,
        "systemd" => AgentStandard.Systemd,
        "service" => AgentStandard.Service,
        "stonith" => AgentStandard.Stonith,
        _ => AgentStandard.Unknown,
    };

    /// <summary>The class in the configuration's spelling.</summary>
    public static string StandardName(AgentStandard standard) => standard switch
    {
        AgentStandard.Ocf => "ocf",
        AgentStandard.Lsb => "lsb",
        AgentStandard.Systemd => "systemd",
        AgentStandard.Service => "service",
        AgentStandard.Stonith => "stonith",
        _ => "unknown",
    };

    /// <summary>The agent as <c>class[:provider]:type</c>.</summary>
    public override string ToString() =>
        Provider.Length == 0 ? $"{StandardName(Standard)}:{Type}" : $"{StandardName(Standard)}:{Provider}:{Type}";
}
