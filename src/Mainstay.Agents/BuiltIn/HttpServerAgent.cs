using System.Net;
using Mainstay.Agents.Processes;
using Mainstay.Agents.Queueing;

namespace Mainstay.Agents.BuiltIn;

/// <summary>
/// <c>ocf:mainstay:HttpServer</c>: a small web server that says which node it runs on. The server is a process of its own
/// (<c>mainstay agent-service http</c>): it survives the manager, and can die without it.
/// </summary>
internal sealed class HttpServerAgent : IBuiltInAgent
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    public string Type => "HttpServer";

    public string Metadata => """
        <?xml version="1.0"?>
        <resource-agent name="HttpServer" version="1.0">
          <version>1.1</version>
          <longdesc lang="en">A small web server that answers every request with the name of the node it runs on.
        It needs no root and no packages.</longdesc>
          <shortdesc lang="en">Web server that names its node</shortdesc>
          <parameters>
            <parameter name="ip">
              <longdesc lang="en">Address to listen on.</longdesc>
              <shortdesc lang="en">Address</shortdesc>
              <content type="string" default="127.0.0.1" />
            </parameter>
            <parameter name="port" required="1" unique-group="port">
              <longdesc lang="en">TCP port to listen on.</longdesc>
              <shortdesc lang="en">Port</shortdesc>
              <content type="integer" />
            </parameter>
            <parameter name="state">
              <longdesc lang="en">File that holds the server's process id.</longdesc>
              <shortdesc lang="en">State file</shortdesc>
              <content type="string" default="" />
            </parameter>
          </parameters>
          <actions>
            <action name="start" timeout="20s" />
            <action name="stop" timeout="20s" />
            <action name="monitor" timeout="20s" interval="10s" depth="0" />
            <action name="validate-all" timeout="20s" />
            <action name="meta-data" timeout="5s" />
          </actions>
        </resource-agent>
        """;

    public async Task<RunOutcome> RunAsync(BuiltInCall call, CancellationToken cancellationToken)
    {
        var file = call.Get("state", Path.Combine(
            call.Runtime.Options.StateDirectory, $"HttpServer-{call.ResourceId.Replace('/', '_')}.pid"));
        switch (call.Action)
        {
            case "start":
                return await StartAsync(call, file, cancellationToken);
            case "stop":
                return await StopAsync(call, file, cancellationToken);
            case "monitor":
                return await MonitorAsync(call, file, cancellationToken);
            case "validate-all":
                return TryReadAddress(call, out _, out var problem)
                    ? RunOutcome.Done(OcfExitCode.Success)
                    : RunOutcome.Done(OcfExitCode.NotConfigured, problem);
            default:
                return RunOutcome.Done(OcfExitCode.Unimplemented, $"HttpServer has no action {call.Action}");
        }
    }

    private static bool TryReadAddress(BuiltInCall call, out IPEndPoint address, out string problem)
    {
        var (ip, port) = (call.Get("ip", "127.0.0.1"), call.Get("port", string.Empty));
        address = new IPEndPoint(IPAddress.Loopback, 0);
        problem = string.Empty;
        if (!IPAddress.TryParse(ip, out var parsed)) problem = $"ip \"{ip}\" is not an address";
        else if (!ushort.TryParse(port, out var number) || number == 0) problem = $"port \"{port}\" is not a number from 1 to 65535";
        else address = new IPEndPoint(parsed, number);
        return problem.Length == 0;
    }

    private static ProcessIdentity? RunningServer(string file)
    {
        try
        {
            return File.Exists(file) && ProcessIdentity.TryParse(File.ReadAllText(file), out var identity) && ProcessTable.IsAlive(identity)
                ? identity
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<RunOutcome> StartAsync(BuiltInCall call, string file, CancellationToken cancellationToken)
    {
        if (!TryReadAddress(call, out var address, out var problem)) return RunOutcome.Done(OcfExitCode.NotConfigured, problem);
        if (RunningServer(file) is not null) return await MonitorAsync(call, file, cancellationToken);
        if (call.Runtime.FindMainstayCommand() is not { } command)
        {
            return RunOutcome.Done(OcfExitCode.NotInstalled, "no mainstay command found (MAINSTAY_COMMAND names one)");
        }

        if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        var errorFile = file + ".error";
        File.Delete(file);
        File.Delete(errorFile);
        var service = call.Runtime.Processes.Start(new ProcessSpec
        {
            Path = command[0],
            Arguments =
            [
                .. command.Skip(1), "agent-service", "http", "--ip", address.Address.ToString(), "--port", address.Port.ToString(),
                "--state", file, "--node", call.Runtime.Options.NodeName, "--resource", call.ResourceId,
            ],
            Environment = call.Runtime.Environment.Base,
            IsService = true,
        });
        while (true)
        {
            if (service.Exited.IsCompleted) return await FailedStartAsync(service, errorFile, cancellationToken);
            if (RunningServer(file) is not null) return RunOutcome.Done(OcfExitCode.Success);
            await Task.Delay(Poll, call.Runtime.Time, cancellationToken);
        }
    }

    private static async Task<RunOutcome> FailedStartAsync(ChildProcess service, string errorFile, CancellationToken cancellationToken)
    {
        var exit = await service.Exited;
        if (exit.SpawnError != 0)
        {
            return RunOutcome.Done(
                OcfExitCode.NotInstalled, $"{service.Spec.Path} cannot be run: {SpawnFailure.Describe(exit.SpawnError)}");
        }

        var reason = File.Exists(errorFile)
            ? (await File.ReadAllTextAsync(errorFile, cancellationToken)).Trim()
            : "the server ended at once";
        return RunOutcome.Done(OcfExitCode.Generic, reason);
    }

    /// <summary>SIGTERM; SIGKILL when two thirds of the action's time are gone.</summary>
    private static async Task<RunOutcome> StopAsync(BuiltInCall call, string file, CancellationToken cancellationToken)
    {
        if (RunningServer(file) is { } server)
        {
            var killAt = call.Runtime.Elapsed() + (call.Timeout * 2 / 3);
            ProcessTable.Signal(server, NativeMethods.SIGTERM);
            while (ProcessTable.IsAlive(server))
            {
                if (call.Runtime.Elapsed() > killAt) ProcessTable.Signal(server, NativeMethods.SIGKILL);
                await Task.Delay(Poll, call.Runtime.Time, cancellationToken);
            }
        }

        File.Delete(file);
        File.Delete(file + ".error");
        return RunOutcome.Done(OcfExitCode.Success);
    }

    private static async Task<RunOutcome> MonitorAsync(BuiltInCall call, string file, CancellationToken cancellationToken)
    {
        if (RunningServer(file) is not { } server) return RunOutcome.Done(OcfExitCode.NotRunning, "no server process");
        if (!TryReadAddress(call, out var address, out var problem)) return RunOutcome.Done(OcfExitCode.NotConfigured, problem);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Timeout * 2 / 3);
        try
        {
            var answer = await HttpService.AskAsync(address, limit.Token);
            return answer.Length > 0
                ? RunOutcome.Done(OcfExitCode.Success)
                : RunOutcome.Done(OcfExitCode.Generic, $"server {server.Pid} gives no answer on {address}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return RunOutcome.Done(OcfExitCode.Generic, $"server {server.Pid} does not answer on {address} in time");
        }
        catch (System.Net.Sockets.SocketException e)
        {
            return RunOutcome.Done(OcfExitCode.Generic, $"server {server.Pid} cannot be reached on {address}: {e.Message}");
        }
    }
}
