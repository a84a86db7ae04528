using System.Net;
using Mainstay.Agents.BuiltIn;

namespace Mainstay.Cli.Agents;

/// <summary>
/// <c>mainstay agent-service http</c>: the process behind <c>ocf:mainstay:HttpServer</c>. Started by the agent, not by people.
/// </summary>
internal sealed class AgentServiceTool : ITool
{
    private const int UsageError = 64;

    private const string Usage =
        "usage: mainstay agent-service http --ip ADDRESS --port PORT --state FILE [--node NAME] [--resource ID]\n";

    /// <inheritdoc/>
    public int Run(ToolContext context, IReadOnlyList<string> args)
    {
        string[] known = ["ip", "port", "state", "node", "resource"];
        if (args.Count == 0 || args[0] != "http" || !OptionReader.TryRead(args, 1, known, out var options, out var problem))
        {
            context.Error.Write(Usage);
            return UsageError;
        }

        if (!IPAddress.TryParse(options.GetValueOrDefault("ip", "127.0.0.1"), out var ip))
            problem = $"--ip \"{options["ip"]}\" is not an address";
        if (!ushort.TryParse(options.GetValueOrDefault("port"), out var port) || port == 0)
            problem = "--port must be a number from 1 to 65535";
        if (!options.TryGetValue("state", out var state)) problem = "--state is missing";
        if (problem.Length > 0)
        {
            context.Error.Write($"{problem}\n{Usage}");
            return UsageError;
        }

        var service = new HttpServiceOptions(
            new IPEndPoint(ip!, port),
            state!,
            options.GetValueOrDefault("node", System.Environment.MachineName),
            options.GetValueOrDefault("resource", string.Empty));
        return HttpService.RunAsync(service, context.Cancellation).GetAwaiter().GetResult();
    }
}
