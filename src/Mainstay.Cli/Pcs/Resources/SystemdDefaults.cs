using Mainstay.Agents;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary>What every systemd unit offers as a resource agent (spec/agents.md), for hosts where no systemd can be asked.</summary>
internal static class SystemdDefaults
{
    /// <summary>The description of a unit.</summary>
    public static AgentMetadata Describe(string unit) => new()
    {
        Name = unit,
        ShortDescription = $"systemd unit file for {unit}",
        Actions =
        [
            new AgentAction { Name = "start", Timeout = "100s" },
            new AgentAction { Name = "stop", Timeout = "100s" },
            new AgentAction { Name = "status", Timeout = "100s" },
            new AgentAction { Name = "monitor", Timeout = "100s", Interval = "60s" },
        ],
    };
}
