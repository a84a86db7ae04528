using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Mainstay.Ring;
using Mainstay.Ring.Core.Configuration;

const int Usage = 1;
const int Failed = 15;
const int AlreadyRunning = 18;

if (RingArguments.TryParse(args, out var wrong) is not { } arguments)
{
    Console.Error.WriteLine($"mainstay-ring: {wrong}");
    Console.Error.WriteLine(RingArguments.Usage);
    return Usage;
}

if (arguments.ShowsHelp)
{
    Console.WriteLine(RingArguments.Usage);
    return 0;
}

if (arguments.ShowsVersion)
{
    Console.WriteLine($"mainstay-ring {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
    return 0;
}

var configuration = ConfigurationFile.Load(arguments, null, out var problems);
foreach (var problem in problems) Console.Error.WriteLine(problem);
if (configuration is null) return problems.First(p => p.Severity == ProblemSeverity.Error).ExitStatus;
if (OptionProblems.TryCreate(configuration, 0, 0, out var refused) is null)
{
    foreach (var problem in refused) Console.Error.WriteLine(problem);
    return ConfigurationProblem.FileExitStatus;
}

if (arguments.ChecksOnly) return 0;

using var log = new RingLog("mainstay-ring");
log.Apply(configuration.Logging);
return Start(arguments, configuration, log);

static int Start(RingArguments arguments, RingConfiguration configuration, RingLog log)
{
    try
    {
        Directory.CreateDirectory(arguments.RunDirectory);
        using var runLock = RunLock.TryTake(arguments.RunDirectory, out var holder);
        if (runLock is null)
        {
            log.Error($"another mainstay-ring{holder} uses {arguments.RunDirectory}: stop it, or give this one its own --run-dir");
            return AlreadyRunning;
        }

        var store = RingStore.Open(arguments.StateDirectory, configuration.LocalNode.NodeId);
        if (store.WasTorn) log.Warning($"the ring id file in {arguments.StateDirectory} was too short and is taken as new");
        if (OptionProblems.TryCreate(configuration, store.Sequence, store.ExpectedVotes, out var refused) is not { } options)
        {
            foreach (var problem in refused) log.Error(problem.ToString());
            return ConfigurationProblem.FileExitStatus;
        }

        using var daemon = new RingDaemon(arguments, configuration, options, store, log);
        return RunOnItsThread(daemon, configuration, log);
    }
    catch (SocketException problem)
    {
        var local = configuration.LocalNode;
        log.Error($"node {local.NodeId} cannot use {local.ResolvedAddress} port {configuration.Totem.Port}: {problem.Message}"
            + " (is another ring daemon, corosync or mainstay-ring, running on this address?)");
        return problem.SocketErrorCode == SocketError.AddressAlreadyInUse ? AlreadyRunning : Failed;
    }
    catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
    {
        log.Error(problem.Message);
        return Failed;
    }
}

static int RunOnItsThread(RingDaemon daemon, RingConfiguration configuration, RingLog log)
{
    using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, "terminated"));
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, "interrupted"));
    Native.HeedHangUp();
    using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        daemon.Post(() => daemon.BeginReload(0));
    });
    var exitCode = Failed;
    var thread = new Thread(() =>
    {
        var wantsRoundRobin = !configuration.Keys.TryGetValue("system.sched_rr", out var wanted) || wanted.Text != "no";
        RealTime.Raise(wantsRoundRobin, HostPrivileges.Host, log.Warning);
        var local = configuration.LocalNode;
        log.Notice($"node {local.NodeId} ({local.Name}) of cluster \"{configuration.Totem.ClusterName}\" starts on"
            + $" {local.ResolvedAddress}:{configuration.Totem.Port}, {configuration.Nodes.Count} nodes configured");
        exitCode = daemon.Run();
    })
    { Name = "ring" };
    thread.Start();
    thread.Join();
    return exitCode;

    void End(PosixSignalContext context, string reason)
    {
        context.Cancel = true;
        daemon.Post(() => daemon.Stop(reason));
    }
}
