using Mainstay.Agents;

namespace Mainstay.Cli.Agents;

/// <summary>Finds an agent by what the user typed (spec/cli-pcs.md section 6).</summary>
internal static class AgentResolver
{
    /// <summary>
    /// A full name as it is; a bare type where exactly one OCF provider has it. <paramref name="assumed"/> is the sentence to show then.
    /// </summary>
    /// <exception cref="CommandFailure">The name is malformed, or the type is unknown or has several providers.</exception>
    public static AgentId ResolveResource(IAgentCatalog catalog, string text, out string? assumed)
    {
        assumed = null;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return Parse(text);
        }

        var found = catalog.Providers()
            .Where(p => catalog.Types(AgentStandard.Ocf, p).Any(t => string.Equals(t, text, StringComparison.OrdinalIgnoreCase)))
            .Select(p => new AgentId(
                AgentStandard.Ocf,
                p,
                catalog.Types(AgentStandard.Ocf, p).First(t => string.Equals(t, text, StringComparison.OrdinalIgnoreCase))))
            .ToList();
        switch (found.Count)
        {
            case 0:
                var known = catalog.Providers().SelectMany(p => catalog.Types(AgentStandard.Ocf, p));
                throw new CommandFailure(
                    $"Unable to find agent '{text}', try specifying its full name{Suggestion.For(text, known)}; "
                    + "'resource list' shows the agents of this host");
            case 1:
                assumed = $"Assumed agent name '{found[0]}' (deduced from '{text}')";
                return found[0];
            default:
                throw new CommandFailure(
                    $"Multiple agents match '{text}', please specify full name: {string.Join(", ", found.Select(a => $"'{a}'"))}");
        }
    }

    private static AgentId Parse(string text)
    {
        if (AgentId.TryParse(text, out var agent) && agent.Standard != AgentStandard.Unknown)
        {
            return agent;
        }

        throw new CommandFailure(
            $"Invalid resource agent name '{text}'. Use standard:provider:type when standard is 'ocf' or standard:type otherwise. "
            + "Standards are: lsb, ocf, service, stonith, systemd");
    }
}
