using System.Globalization;
using System.Text;
using Mainstay.Agents;
using Mainstay.Agents.Fencing;

namespace Mainstay.Cli.Agents;

/// <summary>
/// <c>mainstay agent</c>: resource agents by hand, exactly as the executor runs them, without a cluster. For trying an agent
/// out and for finding out
/// why one fails.
/// </summary>
internal sealed class AgentTool : ITool
{
    private const int UsageError = 64;

    private const string Usage = """
        usage: mainstay agent list [STANDARD[:PROVIDER]]
               mainstay agent describe AGENT
               mainstay agent run AGENT ACTION [--id RESOURCE] [--timeout SECONDS] [NAME=VALUE ...]

        AGENT is STANDARD[:PROVIDER]:TYPE, for example ocf:heartbeat:IPaddr2 or systemd:nginx.
        run: the exit code is the agent's OCF exit code (0 success, 7 not running ...).

        """;

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args) => RunAsync(context, args).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(ToolContext context, IReadOnlyList<string> args)
    {
        var options = new AgentOptions
        {
            NodeName = Environment.MachineName,
            StateDirectory = Path.Combine(context.Environment("XDG_RUNTIME_DIR") ?? "/tmp", "mainstay-agents"),
            Log = entry =>
            {
                if (entry.Level == AgentLogLevel.Warning) context.Error.Write($"{entry.Subject}: {entry.Message}\n");
            },
        };
        await using var runtime = new AgentRuntime(options);
        return args switch
        {
            ["list"] => ListStandards(context, runtime),
            ["list", var what] => await ListAsync(context, runtime, what),
            ["describe", var agent] => await DescribeAsync(context, runtime, agent),
            ["run", var agent, var action, ..] => await RunActionAsync(context, runtime, agent, action, [.. args.Skip(3)]),
            _ => Misused(context, string.Empty),
        };
    }

    private static int Misused(ToolContext context, string problem)
    {
        context.Error.Write(problem.Length > 0 ? $"{problem}\n{Usage}" : Usage);
        return UsageError;
    }

    private static int ListStandards(ToolContext context, AgentRuntime runtime)
    {
        var text = new StringBuilder();
        foreach (var standard in runtime.Catalog.ListStandards())
        {
            text.Append(standard).Append('\n');
            if (standard != "ocf") continue;
            foreach (var provider in runtime.Catalog.ListProviders()) text.Append("ocf:").Append(provider).Append('\n');
        }

        context.Out.Write(text.ToString());
        return 0;
    }

    private static async Task<int> ListAsync(ToolContext context, AgentRuntime runtime, string what)
    {
        var parts = what.Split(':');
        var standard = AgentId.ParseStandard(parts[0]);
        if (standard == AgentStandard.Unknown) return Misused(context, $"unknown standard \"{parts[0]}\"");
        var providers = standard != AgentStandard.Ocf ? [string.Empty] : parts.Length > 1 ? [parts[1]] : runtime.Catalog.ListProviders();
        var text = new StringBuilder();
        foreach (var provider in providers)
        {
            foreach (var type in await runtime.Catalog.ListAgentsAsync(standard, provider, context.Cancellation))
            {
                text.Append(new AgentId(standard, provider, type)).Append('\n');
            }
        }

        context.Out.Write(text.ToString());
        return text.Length > 0 ? 0 : 1;
    }

    private static async Task<int> DescribeAsync(ToolContext context, AgentRuntime runtime, string name)
    {
        if (!AgentId.TryParse(name, out var agent)) return Misused(context, $"\"{name}\" is not STANDARD[:PROVIDER]:TYPE");
        var metadata = await runtime.Catalog.GetMetadataAsync(agent, refresh: true, context.Cancellation);
        if (metadata is null)
        {
            context.Error.Write($"{agent}: no meta-data (not installed?)\n");
            return OcfExitCode.NotInstalled;
        }

        context.Out.Write(metadata.Xml.TrimEnd() + "\n");
        return 0;
    }

    private static async Task<int> RunActionAsync(ToolContext context, AgentRuntime runtime, string name, string action, List<string> rest)
    {
        if (!AgentId.TryParse(name, out var agent)) return Misused(context, $"\"{name}\" is not STANDARD[:PROVIDER]:TYPE");
        var flags = rest
            .Where(static a => a.StartsWith("--", StringComparison.Ordinal) && a.Contains('=', StringComparison.Ordinal))
            .ToList();
        for (var i = 0; i + 1 < rest.Count; i++)
        {
            if (rest[i] is "--id" or "--timeout") flags.Add($"{rest[i]}={rest[i + 1]}");
        }

        if (!OptionReader.TryRead(flags, 0, ["id", "timeout"], out var options, out var problem)) return Misused(context, problem);
        var timeout = options.GetValueOrDefault("timeout", "60");
        if (!double.TryParse(timeout, CultureInfo.InvariantCulture, out var seconds) || seconds is <= 0 or > 86400)
        {
            return Misused(context, $"--timeout \"{timeout}\" is not a number of seconds");
        }

        var parameters = rest
            .Where(static a => !a.StartsWith("--", StringComparison.Ordinal))
            .Select(static a => a.Split('=', 2))
            .Where(static p => p.Length == 2)
            .ToDictionary(static p => p[0], static p => p[1], StringComparer.Ordinal);
        var fencer = new LocalFencer(runtime);
        await using var executor = new Executor(runtime, fencer);
        executor.Submit(new ResourceAction
        {
            CallId = 1,
            ResourceId = options.GetValueOrDefault("id", agent.Type),
            Agent = agent,
            Name = action,
            TimeoutMs = (int)(seconds * 1000),
            Parameters = parameters,
        });
        var result = await executor.Results.ReadAsync(context.Cancellation);
        context.Out.Write(result.StandardOutput);
        context.Error.Write(result.StandardError);
        context.Error.Write(
            $"{agent} {action}: exit code {result.ExitCode}, status {(int)result.Status} ({result.Status}), {result.ExecTimeMs} ms"
            + (result.ExitReason.Length > 0 ? $": {result.ExitReason}\n" : "\n"));
        return result.ExitCode;
    }
}
