using Mainstay.Agents.Queueing;

namespace Mainstay.Agents.Systemd;

/// <summary>What the actions of a <c>systemd</c> resource do (spec/agents.md section 8).</summary>
internal static class SystemdActions
{
    private const string DropInName = "50-mainstay.conf";
    private const string ReferenceDropInName = "50-pacemaker.conf";

    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(2);

    public static async Task<RunOutcome> RunAsync(SystemdManager systemd, ResourceAction action, CancellationToken cancellationToken)
    {
        var unit = SystemdManager.UnitName(action.Agent.Type);
        if (!systemd.IsPresent)
        {
            return action.Name == "stop"
                ? RunOutcome.Done(OcfExitCode.Success)
                : RunOutcome.Failed(
                    OcfExitCode.NotInstalled,
                    ExecutionStatus.NotInstalled,
                    $"systemd does not run on this node, so {unit} cannot be managed here");
        }

        var path = await systemd.LoadUnitAsync(unit, cancellationToken);
        if (path.IsError) return LoadFailed(action, unit, path);
        switch (action.Name)
        {
            case "monitor" or "status":
                return await MonitorAsync(systemd, action, path.Values[0], cancellationToken);
            case "start":
                var state = await systemd.GetPropertyAsync(path.Values[0], "LoadState", cancellationToken);
                if (!state.IsError && state.Values[0] == "not-found") return NotFound(unit);
                WriteDropIn(unit);
                _ = systemd.ReloadAsync(CancellationToken.None);
                return Judge(action, unit, await systemd.RunJobAsync("StartUnit", unit, cancellationToken));
            case "stop":
                if (RemoveDropIns(unit)) _ = systemd.ReloadAsync(CancellationToken.None);
                return Judge(action, unit, await systemd.RunJobAsync("StopUnit", unit, cancellationToken));
            case "restart":
                return Judge(action, unit, await systemd.RunJobAsync("RestartUnit", unit, cancellationToken));
            default:
                return RunOutcome.Failed(
                    OcfExitCode.Unimplemented, ExecutionStatus.NotSupported, $"systemd units have no action {action.Name}");
        }
    }

    /// <summary>
    /// The drop-in: at shutdown systemd stops the cluster manager (and so its resources) before this unit, and it does not
    /// restart the unit behind the
    /// manager's back.
    /// </summary>
    internal static string DropIn(string unit)
    {
        var text = $"[Unit]\nDescription=Cluster Controlled {unit}\n"
                   + "Before=mainstay-manager.service pacemaker.service pacemaker_remote.service\n";
        return unit.EndsWith(".service", StringComparison.Ordinal) ? text + "\n[Service]\nRestart=no\n" : text;
    }

    private static async Task<RunOutcome> MonitorAsync(
        SystemdManager systemd, ResourceAction action, string unitPath, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = await systemd.GetPropertyAsync(unitPath, "ActiveState", cancellationToken);
            if (state.IsError)
            {
                return state.ErrorName.EndsWith("NoReply", StringComparison.Ordinal)
                       && state.ErrorMessage.Contains("disconnected", StringComparison.OrdinalIgnoreCase)
                    ? Pending()
                    : NoConnection(state);
            }

            switch (state.Values[0])
            {
                case "active" or "reloading":
                    return RunOutcome.Done(OcfExitCode.Success);
                case "activating" or "deactivating":
                    if (action.IsRecurring) return Pending();
                    break;
                default:
                    return RunOutcome.Done(OcfExitCode.NotRunning, state.Values[0]);
            }

            var tenth = TimeSpan.FromMilliseconds(Math.Max(action.TimeoutMs / 10, 10));
            await Task.Delay(tenth < ProbePause ? tenth : ProbePause, cancellationToken);
        }
    }

    private static RunOutcome Pending() => RunOutcome.Failed(OcfExitCode.Pending, ExecutionStatus.Pending, string.Empty);

    private static RunOutcome NotFound(string unit) =>
        RunOutcome.Failed(OcfExitCode.NotInstalled, ExecutionStatus.NotInstalled, $"systemd unit {unit} not found");

    private static RunOutcome NoConnection(BusReply reply) =>
        RunOutcome.Failed(OcfExitCode.Generic, ExecutionStatus.Error, $"No DBus connection: {reply.ErrorMessage}");

    private static RunOutcome LoadFailed(ResourceAction action, string unit, BusReply reply)
    {
        var isUnknown = reply.ErrorName is "org.freedesktop.systemd1.InvalidName" or "org.freedesktop.systemd1.LoadFailed"
            or "org.freedesktop.systemd1.NoSuchUnit";
        if (!isUnknown) return NoConnection(reply);
        return action.Name == "stop" ? RunOutcome.Done(OcfExitCode.Success) : NotFound(unit);
    }

    private static RunOutcome Judge(ResourceAction action, string unit, BusReply reply)
    {
        if (reply.IsError)
        {
            return reply.ErrorName == SdBusConnection.Disconnected
                ? NoConnection(reply)
                : action.Name == "stop" && reply.ErrorName == "org.freedesktop.systemd1.NoSuchUnit"
                    ? RunOutcome.Done(OcfExitCode.Success)
                    : RunOutcome.Failed(
                        OcfExitCode.Generic, ExecutionStatus.Error, $"systemd refused to {action.Name} {unit}: {reply.ErrorMessage}");
        }

        return reply.Values[0] switch
        {
            "done" => RunOutcome.Done(OcfExitCode.Success),
            "timeout" => RunOutcome.Failed(
                OcfExitCode.Generic, ExecutionStatus.Timeout, $"systemd {action.Name} job for {unit} timed out"),
            var result => RunOutcome.Done(OcfExitCode.Generic, $"systemd {action.Name} job for {unit} failed with result '{result}'"),
        };
    }

    private static void WriteDropIn(string unit)
    {
        const UnixFileMode folderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                                        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
                                        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        const UnixFileMode fileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var folder = SystemdManager.DropInFolder(unit);
        Directory.CreateDirectory(folder, folderMode);
        var file = Path.Combine(folder, DropInName);
        File.WriteAllText(file, DropIn(unit));
        File.SetUnixFileMode(file, fileMode);
        File.Delete(Path.Combine(folder, ReferenceDropInName));
    }

    private static bool RemoveDropIns(string unit)
    {
        var removed = false;
        foreach (var name in (ReadOnlySpan<string>)[DropInName, ReferenceDropInName])
        {
            var file = Path.Combine(SystemdManager.DropInFolder(unit), name);
            if (!File.Exists(file)) continue;
            File.Delete(file);
            removed = true;
        }

        return removed;
    }
}
