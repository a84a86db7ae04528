using System.Globalization;
using System.Xml.Linq;
using Mainstay.Agents;
using Mainstay.Agents.Fencing;
using Mainstay.Cib;
using Mainstay.Cli.Agents;
using Mainstay.Cli.CibTools;
using Mainstay.Cli.Configuration;
using Mainstay.Client;
using ApiFenceRequest = Mainstay.Client.FenceRequest;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>stonith_admin</c>: fence devices, fencing and its history (spec/cli-crm.md section 10).</summary>
internal sealed class StonithAdminTool : ClusterTool
{
    private const long DefaultTimeoutMs = 120_000;

    /// <inheritdoc/>
    protected override string Name => "stonith_admin";

    /// <inheritdoc/>
    protected override string Summary => "Query and use the fence devices";

    /// <inheritdoc/>
    protected override IReadOnlyList<NativeOption> Options { get; } =
    [
        new('l', "list", "HOST", "List the devices that can fence this host"),
        new('L', "list-registered", null, "List all devices in use"),
        new('I', "list-installed", null, "List all installed fence agents"),
        new('s', "list-targets", "DEVICE", "List the hosts that the device is configured for"),
        new('M', "metadata", null, "Show the description of the agent given with --agent"),
        new('Q', "query", "DEVICE", "Check a device: its agent's monitor action, on this host"),
        new('H', "history", "NODE", "Show how often and by whom the node was fenced ('*' for all nodes)"),
        new('h', "last", "NODE", "Show when the node was last fenced"),
        new('F', "fence", "HOST", "Power the host off"),
        new('B', "reboot", "HOST", "Power the host off and on again"),
        new('U', "unfence", "HOST", "Power the host on, or admit it again"),
        new('C', "confirm", "HOST", "Tell the cluster that the host is safely down: verify it first, a wrong answer destroys data"),
        new('a', "agent", "AGENT", "The agent, for --metadata"),
        new('t', "timeout", "SECONDS", "Time limit per device (default 120)"),
        new('y', "delay", "SECONDS", "Wait before the first device; -1 switches all delays off"),
        new('\0', "tolerance", "SECONDS", "Do nothing if the same was done within this time"),
        new('T', "tag", "TAG", "Who asks, for logs and history"),
        new('n', "as-node-id", null, "The host is given by its id"),
        new('b', "broadcast", null, "Accepted: every node knows the whole history"),
        new('c', "cleanup", null, string.Empty),
        new('q', "quiet", null, "Be less descriptive in results"),
        new('R', "register", "DEVICE", string.Empty),
        new('D', "deregister", "DEVICE", string.Empty),
        new('r', "register-level", "TARGET", string.Empty),
        new('d', "deregister-level", "TARGET", string.Empty),
        new('K', "validate", null, string.Empty),
        new('o', "option", "PARAM", string.Empty),
        new('e', "env-option", "PARAM", string.Empty),
        new('v', "device", "DEVICE", string.Empty),
        new('i', "index", "LEVEL", string.Empty),
    ];

    /// <inheritdoc/>
    protected override int Execute(ToolContext context, NativeOptions options, NativeOutput output)
    {
        var command = options.Given.FirstOrDefault(
            option => option.Name is "list" or "list-registered" or "list-installed" or "list-targets"
            or "metadata" or "query" or "history" or "last" or "fence" or "reboot" or "unfence" or "confirm"
            or "register" or "deregister" or "register-level" or "deregister-level" or "validate");
        return command.Name switch
        {
            "list-installed" => Installed(context, output),
            "metadata" => Metadata(context, options, output),
            "list-registered" => Items(output, "fence devices", "fence device", Devices(context).Select(device => device.Id)),
            "list" => Items(
                output,
                "fence devices",
                "fence device",
                Devices(context).Where(device => CanFence(device, command.Value)).Select(device => device.Id)),
            "list-targets" => Items(output, "fence targets", "fencing target", Device(context, command.Value).StaticTargets),
            "query" => FenceDeviceCheck.Run(context, output, Device(context, command.Value)),
            "history" => FencingHistoryText.Print(context, options, output, command.Value),
            "last" => FencingHistoryText.PrintLast(context, output, command.Value),
            "fence" => Fence(context, options, output, command.Value, "off"),
            "reboot" => Fence(context, options, output, command.Value, "reboot"),
            "unfence" => Fence(context, options, output, command.Value, "on"),
            "confirm" => Confirm(context, options, output, command.Value),
            null => output.Usage("give a command: one of -l, -L, -I, -s, -M, -Q, -H, -h, -F, -B, -U, -C; --help describes them"),
            _ => output.Fail(
                NativeExit.Unimplemented,
                $"stonith_admin: --{command.Name} is not supported: devices and levels are part of the configuration (pcs stonith)"),
        };
    }

    private static int Installed(ToolContext context, NativeOutput output) => Items(
        output, "installed fence devices", "fence device", InstalledAgents.Open(context).Types(AgentStandard.Stonith, string.Empty));

    private static int Metadata(ToolContext context, NativeOptions options, NativeOutput output)
    {
        if (options["agent"] is not { Length: > 0 } agent)
        {
            return output.Usage("Must specify --agent");
        }

        var name = agent.StartsWith("stonith:", StringComparison.Ordinal) ? agent["stonith:".Length..] : agent;
        if (InstalledAgents.Open(context).Describe(new AgentId(AgentStandard.Stonith, string.Empty, name)) is not { } metadata)
        {
            return output.Fail(NativeExit.NoSuchObject, "Can't get fence agent meta-data: No such device");
        }

        output.Raw("metadata", metadata.Xml.TrimEnd() + "\n");
        return output.Finish(NativeExit.Ok);
    }

    private static int Items(NativeOutput output, string heading, string what, IEnumerable<string> names)
    {
        var all = names.ToList();
        foreach (var name in all)
        {
            output.Line(name);
        }

        output.Line($"{all.Count} {what}{(all.Count == 1 ? "" : "s")} found");
        output.Element(new XElement(
            "list",
            new XAttribute("name", heading),
            all.Select(name => new XElement("item", new XAttribute("name", "device"), name)),
            new XAttribute("count", all.Count)));
        return output.Finish(NativeExit.Ok);
    }

    private static IEnumerable<FenceDevice> Devices(ToolContext context)
    {
        var cib = CibEditor.Open(context).Document.Xml;
        return CibTree.Resources(cib)
            .Where(CibTree.IsFenceDevice)
            .Where(device => NvSetEditor.Value(device, "meta_attributes", "target-role") is not "Stopped")
            .Select(Parse);
    }

    private static FenceDevice Device(ToolContext context, string id) => Devices(context).FirstOrDefault(device => device.Id == id)
        ?? throw new CommandFailure($"there is no fence device '{id}' in use", NativeExit.NoSuchObject);

    private static FenceDevice Parse(XElement device)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in device.Elements("instance_attributes").SelectMany(NvSetEditor.Pairs))
        {
            parameters.TryAdd(name, value);
        }

        return FenceDevice.Parse(CibTree.Id(device), device.Text("type") ?? "", parameters, []);
    }

    // A device that finds its targets by itself may know any of them: only its agent could tell, on the host that runs it.
    private static bool CanFence(FenceDevice device, string host) => device.StaticTargets.Count == 0 || device.IsStaticTarget(host);

    private static int Fence(ToolContext context, NativeOptions options, NativeOutput output, string host, string action)
    {
        var request = new ApiFenceRequest
        {
            Action = action,
            TimeoutMs = Milliseconds(options, "timeout", DefaultTimeoutMs),
            ToleranceMs = Milliseconds(options, "tolerance", 0),
            DelayMs = options["delay"]?.Trim() == "-1" ? -1 : Milliseconds(options, "delay", 0),
            Client = Client(context, options),
        };
        Manager.Ask(context, (client, token) => client.FenceAsync(Host(context, options, host), request, token));
        return output.Finish(NativeExit.Ok);
    }

    private static int Confirm(ToolContext context, NativeOptions options, NativeOutput output, string host)
    {
        var request = new ConfirmFencedRequest { Force = true, Client = Client(context, options) };
        Manager.Ask(context, (client, token) => client.ConfirmFencedAsync(Host(context, options, host), request, token));
        return output.Finish(NativeExit.Ok);
    }

    private static string Client(ToolContext context, NativeOptions options) =>
        options["tag"] ?? string.Create(CultureInfo.InvariantCulture, $"{context.InvokedName}.{Environment.ProcessId}");

    private static string Host(ToolContext context, NativeOptions options, string host)
    {
        if (!options.Has("as-node-id"))
        {
            return host;
        }

        var status = Manager.Ask(context, static (client, token) => client.GetStatusAsync(token));
        return status.Nodes.FirstOrDefault(node => node.Id.ToString(CultureInfo.InvariantCulture) == host)?.Name
            ?? throw new CommandFailure($"there is no node with the id {host}", NativeExit.NoSuchObject);
    }

    private static long Milliseconds(NativeOptions options, string name, long fallback) => options[name] is not { } text ? fallback
        : Interval.TryParse(text, out var milliseconds) ? milliseconds
        : throw new CommandFailure(
            $"'{text}' is no time for --{name}: give seconds, or a number with a unit such as 2min", NativeExit.Usage);
}
