using Mainstay.Agents.Processes;

namespace Mainstay.Agents.BuiltIn;

/// <summary>
/// <c>fence_mainstay_process</c>: fencing for clusters whose nodes are processes of one machine. "Power off" is SIGKILL to
/// every process of the
/// node, repeated until none is left.
/// </summary>
/// <remarks>
/// A process belongs to node N of directory D when it was started with <c>MAINSTAY_DEMO_NODE=D/N</c> in its environment: every
/// descendant of
/// the node's daemons inherits it, services in sessions of their own too. Nothing else marks a process, so an editor or a shell
/// that happens
/// to work in the node's folder is safe.
/// </remarks>
internal sealed class ProcessFenceAgent : IBuiltInFenceAgent
{
    /// <summary>Marks the processes of a node.</summary>
    public const string NodeVariable = "MAINSTAY_DEMO_NODE";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    public string Type => "fence_mainstay_process";

    public string Metadata => """
        <?xml version="1.0"?>
        <resource-agent name="fence_mainstay_process" shortdesc="Fencing for nodes that are processes of this machine">
          <longdesc>Kills all processes of a node that runs on this machine, and confirms that they are gone.
        A process belongs to node N of directory D when it was started with MAINSTAY_DEMO_NODE=D/N in its environment.
        For demonstrations and tests; it does not switch a node on again.</longdesc>
          <vendor-url></vendor-url>
          <parameters>
            <parameter name="action" unique="0" required="1">
              <getopt mixed="-o, --action=[action]" />
              <content type="string" default="reboot" />
              <shortdesc lang="en">Fencing action</shortdesc>
            </parameter>
            <parameter name="plug" unique="0" required="1" obsoletes="port">
              <getopt mixed="-n, --plug=[name]" />
              <content type="string" />
              <shortdesc lang="en">Node to act on</shortdesc>
            </parameter>
            <parameter name="directory" unique="0" required="1">
              <getopt mixed="--directory=[folder]" />
              <content type="string" />
              <shortdesc lang="en">Folder of the nodes' folders</shortdesc>
            </parameter>
          </parameters>
          <actions>
            <action name="off" />
            <action name="reboot" />
            <action name="status" />
            <action name="monitor" />
            <action name="validate-all" />
            <action name="metadata" />
          </actions>
        </resource-agent>
        """;

    public async Task<FenceAgentAnswer> RunAsync(IReadOnlyDictionary<string, string> lines, CancellationToken cancellationToken)
    {
        var action = lines.GetValueOrDefault("action", "reboot").ToLowerInvariant();
        if (action is "metadata" or "meta-data") return new FenceAgentAnswer(0, Metadata + "\n", string.Empty);
        var directory = lines.GetValueOrDefault("directory", string.Empty).TrimEnd('/');
        if (directory.Length == 0) return Failed("Failed: directory is not given");
        if (action is "monitor" or "validate-all")
        {
            return Directory.Exists("/proc/self") ? new FenceAgentAnswer(0, string.Empty, string.Empty) : Failed("Failed: no /proc here");
        }

        var node = lines.GetValueOrDefault("plug") ?? lines.GetValueOrDefault("port")
                   ?? lines.GetValueOrDefault("nodename") ?? string.Empty;
        if (node.Length == 0 || node is "." or ".." || node.Contains('/', StringComparison.Ordinal))
        {
            return Failed($"Failed: plug \"{node}\" is not a node name");
        }

        var marker = $"{NodeVariable}={directory}/{node}";
        switch (action)
        {
            case "status":
                var isOn = FindProcesses(marker).Count > 0;
                return new FenceAgentAnswer(isOn ? 0 : 2, $"Status: {(isOn ? "ON" : "OFF")}\n", string.Empty);
            case "off" or "reboot":
                var killed = await KillAsync(marker, cancellationToken);
                return new FenceAgentAnswer(0, $"Success: {action} ({killed} processes killed)\n", string.Empty);
            default:
                return Failed($"Failed: unrecognised action '{action}'");
        }
    }

    private static FenceAgentAnswer Failed(string message) => new(1, string.Empty, message + "\n");

    private static List<ProcessIdentity> FindProcesses(string marker) =>
    [
        .. ProcessTable.List()
            .Where(pid => pid != Environment.ProcessId && ProcessTable.StartEnvironment(pid).Contains(marker, StringComparer.Ordinal))
            .Select(ProcessTable.Identify)
            .OfType<ProcessIdentity>(),
    ];

    /// <summary>Kills until a whole look around finds none: a process may have made another one just before it died.</summary>
    private static async Task<int> KillAsync(string marker, CancellationToken cancellationToken)
    {
        var killed = new HashSet<ProcessIdentity>();
        while (FindProcesses(marker) is { Count: > 0 } found)
        {
            foreach (var process in found)
            {
                if (ProcessTable.Signal(process, NativeMethods.SIGKILL)) killed.Add(process);
            }

            await Task.Delay(Poll, cancellationToken);
        }

        return killed.Count;
    }
}
