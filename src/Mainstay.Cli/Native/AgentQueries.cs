using System.Xml.Linq;
using Mainstay.Agents;
using Mainstay.Cli.Agents;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary>The questions of <c>crm_resource</c> about agents.</summary>
internal static class AgentQueries
{
    /// <summary>Answers one.</summary>
    public static int Run(ToolContext context, NativeOutput output, string command, string argument)
    {
        var catalog = InstalledAgents.Open(context);
        switch (command)
        {
            case "list-standards":
                return List(output, "standards", "item", catalog.Standards());
            case "list-ocf-providers":
                return List(output, "providers", "provider", catalog.Providers());
            case "list-ocf-alternatives":
                var having = catalog.Providers()
                    .Where(provider => catalog.Types(AgentStandard.Ocf, provider).Contains(argument, StringComparer.Ordinal));
                return List(output, "providers", "provider", having);
            case "list-agents":
                var parts = argument.Split(':', 2);
                var standard = AgentId.ParseStandard(parts[0]);
                var providers = standard != AgentStandard.Ocf ? [string.Empty] : parts.Length > 1 ? [parts[1]] : catalog.Providers();
                var agents = providers.SelectMany(provider => catalog.Types(standard, provider)).ToList();
                return agents.Count > 0
                    ? List(output, "agents", "agent", agents)
                    : output.Fail(NativeExit.NoSuchObject, $"crm_resource: No agents found for standard={parts[0]}");
            default:
                if (!AgentId.TryParse(argument, out var agent) || agent.Standard == AgentStandard.Unknown)
                {
                    return output.Usage($"'{argument}' is no agent: give class:provider:type or class:type");
                }

                if (catalog.Describe(agent) is not { } metadata)
                {
                    return output.Fail(NativeExit.Error,
                        $"crm_resource: Metadata query for {argument} failed: the agent is not installed or does not answer");
                }

                output.Raw("metadata", metadata.Xml.TrimEnd() + "\n");
                return output.Finish(NativeExit.Ok);
        }
    }

    private static int List(NativeOutput output, string list, string item, IEnumerable<string> names)
    {
        var all = names.ToList();
        foreach (var name in all)
        {
            output.Line(name);
        }

        output.Element(new XElement(list, all.Select(name => new XElement(item, name))));
        return output.Finish(NativeExit.Ok);
    }
}
