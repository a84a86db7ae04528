using System.Reflection;
using System.Runtime.InteropServices;
using Mainstay.Manager;
using Mainstay.Manager.Core;
using Mainstay.Manager.Storage;
using Mainstay.Ring.Client;
using Mainstay.Ring.Client.Corosync;
using Microsoft.Extensions.Logging;

if (ManagerArguments.TryParse(args, out var problem) is not { } arguments)
{
    await Console.Error.WriteLineAsync($"mainstay-manager: {problem}\n{ManagerArguments.Usage}");
    return ExitCodes.Usage;
}

var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
    ?? "unknown";
if (arguments.ShowsHelp || arguments.ShowsVersion)
{
    await Console.Out.WriteLineAsync(arguments.ShowsHelp ? ManagerArguments.Usage : $"mainstay-manager {version}");
    return ExitCodes.Done;
}

using var factory = LoggerFactory.Create(builder => builder.AddSimpleConsole(options =>
{
    options.SingleLine = true;
    options.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
    options.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
}));
var logger = factory.CreateLogger("mainstay-manager");

try
{
    Directory.CreateDirectory(arguments.RunDirectory);
    Directory.CreateDirectory(arguments.StateDirectory);
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"mainstay-manager: {exception.Message}");
    return ExitCodes.Usage;
}

await using var runLock = RunLock.TryTake(arguments.RunDirectory);
if (runLock is null)
{
    await Console.Error.WriteLineAsync(
        $"mainstay-manager: another manager uses {arguments.RunDirectory} (its process id is in manager.pid there). "
        + "Stop it, or give another --run-dir.");
    return ExitCodes.AlreadyRunning;
}

using var starting = new CancellationTokenSource();
ManagerDaemon? daemon = null;
var signals = 0;
void OnSignal(PosixSignalContext context)
{
    context.Cancel = true;
    var count = Interlocked.Increment(ref signals);
    if (daemon is null) starting.Cancel();
    else daemon.RequestShutdown(isImpatient: count > 1);
}

using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

var store = new ConfigurationStore(arguments.StateDirectory, logger);
var stored = store.Load();
if (stored is null && arguments.ImportFile is { } import)
{
    try
    {
        stored = ConfigurationStore.Import(import);
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
    {
        await Console.Error.WriteLineAsync($"mainstay-manager: {exception.Message}");
        return ExitCodes.Usage;
    }
}

var socket = Environment.GetEnvironmentVariable(RingClient.SocketVariable) is { Length: > 0 } named
    ? named
    : Path.Combine(arguments.RunDirectory, "ring.sock");
Func<CancellationToken, Task<IRing>> connect = arguments.UsesCorosync
    ? async cancellationToken => await CorosyncRing.ConnectAsync(cancellationToken)
    : async cancellationToken => await RingClient.ConnectAsync(socket, cancellationToken);
try
{
    var ring = await RingStart.ConnectAsync(connect, logger, starting.Token);
    var identity = RingStart.Identify(ring.Identity, arguments.NodeName, out var mismatch);
    if (identity is null)
    {
        await Console.Error.WriteLineAsync($"mainstay-manager: {mismatch}");
        return ExitCodes.Usage;
    }

    logger.Starting(version, identity.NodeName, identity.NodeId, arguments.StateDirectory);
    await using var running = new ManagerDaemon(
        identity,
        [.. ring.Identity.Nodes.Select(node => new ConfiguredNode(node.NodeId, node.Name, node.Votes))],
        arguments,
        stored,
        store,
        connect,
        ManagerDaemon.AgentOptionsFor(arguments, identity.NodeName, logger),
        logger);
    daemon = running;
    return await running.RunAsync(ring);
}
catch (OperationCanceledException) when (starting.IsCancellationRequested)
{
    return ExitCodes.Done;
}
