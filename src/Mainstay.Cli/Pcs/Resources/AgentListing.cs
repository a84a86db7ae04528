using System.Text;
using Mainstay.Agents;
using Mainstay.Cli.Agents;

namespace Mainstay.Cli.Pcs.Resources;

/// <summary><c>resource list|describe|standards|providers|agents</c>, and the same for fence agents.</summary>
internal static class AgentListing
{
    /// <summary><c>resource standards</c>.</summary>
    public static int Standards(PcsSession session, IReadOnlyList<string> args) =>
        Lines(session, session.Agents.Standards().Where(s => s != "stonith"), "No resource agent standards are available");

    /// <summary><c>resource providers</c>.</summary>
    public static int Providers(PcsSession session, IReadOnlyList<string> args) =>
        Lines(session, session.Agents.Providers(), "No OCF providers are available");

    /// <summary><c>resource agents [STANDARD[:PROVIDER]]</c>.</summary>
    public static int Agents(PcsSession session, IReadOnlyList<string> args)
    {
        var wanted = args.Count > 0 ? args[0].Split(':') : [];
        var types = All(session)
            .Where(a => wanted.Length == 0 || AgentId.StandardName(a.Standard) == wanted[0])
            .Where(a => wanted.Length < 2 || a.Provider == wanted[1])
            .Select(a => a.Type)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.OrdinalIgnoreCase);
        return Lines(session, types, $"No agents found{(args.Count > 0 ? $" for {args[0]}" : "")}");
    }

    /// <summary><c>resource list [FILTER] [--nodesc]</c>.</summary>
    public static int List(PcsSession session, IReadOnlyList<string> args)
    {
        var agents = All(session).Where(a => args.Count == 0 || a.ToString().Contains(args[0], StringComparison.OrdinalIgnoreCase))
            .ToList();
        return Print(session, agents, static a =>
            a.ToString(), args.Count > 0 ? $"No resource agents matching '{args[0]}'" : "No resource agents available");
    }

    /// <summary><c>stonith list [FILTER]</c>.</summary>
    public static int FenceList(PcsSession session, IReadOnlyList<string> args)
    {
        var agents = session.Agents.Types(AgentStandard.Stonith, "")
            .Where(t => args.Count == 0 || t.Contains(args[0], StringComparison.OrdinalIgnoreCase))
            .Select(t => new AgentId(AgentStandard.Stonith, "", t)).ToList();
        return Print(session, agents, static a => a.Type, "No stonith agents available. Do you have fence agents installed?");
    }

    /// <summary><c>resource describe AGENT [--full]</c>.</summary>
    public static int Describe(PcsSession session, IReadOnlyList<string> args)
    {
        if (args is not [var name])
        {
            throw new UsageFailure();
        }

        var agent = AgentResolver.ResolveResource(session.Agents, name, out var assumed);
        if (assumed is not null)
        {
            session.Info(assumed);
        }

        return Describe(session, agent, agent.ToString(), "Resource");
    }

    /// <summary><c>stonith describe AGENT [--full]</c>.</summary>
    public static int FenceDescribe(PcsSession session, IReadOnlyList<string> args) => args is [var name]
        ? Describe(session, new AgentId(AgentStandard.Stonith, "", name), name, "Stonith")
        : throw new UsageFailure();

    private static IEnumerable<AgentId> All(PcsSession session)
    {
        foreach (var standard in session.Agents.Standards().Select(AgentId.ParseStandard)
            .Where(s => s is not (AgentStandard.Stonith or AgentStandard.Unknown)))
        {
            foreach (var provider in standard == AgentStandard.Ocf ? session.Agents.Providers() : [""])
            {
                foreach (var type in session.Agents.Types(standard, provider))
                {
                    yield return new AgentId(standard, provider, type);
                }
            }
        }
    }

    private static int Lines(PcsSession session, IEnumerable<string> lines, string nothing)
    {
        var text = string.Concat(lines.Select(l => l + "\n"));
        if (text.Length == 0)
        {
            throw new CommandFailure(nothing);
        }

        session.Out.Write(text);
        return 0;
    }

    private static int Print(PcsSession session, List<AgentId> agents, Func<AgentId, string> name, string nothing)
    {
        var text = new StringBuilder();
        var descriptions = session.Options.Has("nodesc") ? null : session.Agents.ShortDescriptions(agents);
        foreach (var agent in agents)
        {
            var words = descriptions?.GetValueOrDefault(agent) ?? "";
            text.Append(name(agent)).Append(words.Length > 0 ? " - " + words : "").Append('\n');
        }

        if (text.Length == 0)
        {
            throw new CommandFailure(nothing);
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    private static int Describe(PcsSession session, AgentId agent, string name, string kind)
    {
        var metadata = session.Agents.Describe(agent)
            ?? throw new CommandFailure(
                $"Agent '{agent}' is not installed or does not provide valid "
                    + $"metadata{Suggestion.For(agent.Type, session.Agents.Types(agent.Standard, agent.Provider))}");
        var text = new StringBuilder(name);
        text.Append(metadata.ShortDescription.Length > 0 ? $" - {metadata.ShortDescription}\n" : "\n");
        if (metadata.LongDescription.Length > 0)
        {
            text.Append('\n').Append(Wrap(metadata.LongDescription, "")).Append('\n');
        }

        var parameters = metadata.Parameters.Where(p => session.Options.Has("full") || !p.IsDeprecated).ToList();
        if (parameters.Count > 0)
        {
            text.Append($"\n{kind} options:\n");
            parameters.ForEach(p => Append(text, p));
        }

        var operations = metadata.Actions.Where(a => a.Name is not ("meta-data" or "validate-all" or "status")).ToList();
        if (operations.Count > 0)
        {
            text.Append("\nDefault operations:\n");
            foreach (var action in operations)
            {
                var words = new[] { ("interval", action.Interval.Length > 0 ? action.Interval : action.Name == "monitor" ? "60s" : "0s"),
                    ("timeout", action.Timeout), ("role", action.Role) };
                text.Append($"  {action.Name}:\n    "
                    + $"{string.Join(' ', words.Where(w => w.Item2.Length > 0).Select(w => $"{w.Item1}={w.Item2}"))}\n");
            }
        }

        session.Out.Write(text.ToString());
        return 0;
    }

    private static void Append(StringBuilder text, AgentParameter parameter)
    {
        text.Append("  ").Append(parameter.Name);
        text.Append(parameter.IsRequired ? " (required)" : "");
        text.Append(parameter.UniqueGroup.Length > 0 ? $" (unique group: {parameter.UniqueGroup})" : parameter.IsUnique ? " (unique)" : "");
        text.Append(parameter.IsDeprecated ? " (deprecated)\n" : "\n");
        var description = parameter.LongDescription.Length > 0 ? parameter.LongDescription : parameter.ShortDescription;
        text.Append($"    Description: {Wrap(description.Length > 0 ? description : "No description available", "      ")}\n");
        text.Append(parameter.Options.Count > 0
            ? $"    Allowed values: {string.Join(", ", parameter.Options.Select(o => $"'{o}'"))}\n"
            : $"    Type: {parameter.Type}\n");
        if (parameter.Default is { Length: > 0 } standard)
        {
            text.Append($"    Default: {standard}\n");
        }
    }

    private static string Wrap(string words, string indent) =>
        string.Join('\n' + indent, words.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
