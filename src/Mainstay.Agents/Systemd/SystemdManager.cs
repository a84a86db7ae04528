namespace Mainstay.Agents.Systemd;

/// <summary>
/// This node's systemd over the system bus; connects on first use, and again when the connection was lost (spec/agents.md
/// section 8).
/// </summary>
internal sealed class SystemdManager(Action<string> log) : IAsyncDisposable
{
    public const string ManagerInterface = "org.freedesktop.systemd1.Manager";

    private const string Service = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string UnitInterface = "org.freedesktop.systemd1.Unit";
    private const string PropertiesInterface = "org.freedesktop.DBus.Properties";
    private const string RuntimeFolder = "/run/systemd/system";
    private const int RememberedJobsMax = 256;

    private static readonly string[] Suffixes = [".service", ".socket", ".mount", ".timer", ".path"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<string>> _jobs = new(StringComparer.Ordinal);
    private readonly Queue<(string Job, string Result)> _removedJobs = new();
    private SdBusConnection? _connection;

    /// <summary>Whether systemd runs this host (it need not be reachable).</summary>
    public bool IsPresent => Directory.Exists(RuntimeFolder);

    /// <summary>Folder of units made at run time.</summary>
    public static string DropInFolder(string unit) => Path.Combine(RuntimeFolder, unit + ".d");

    /// <summary>The unit of an agent type: <c>.service</c> is appended where no known suffix is given.</summary>
    public static string UnitName(string type) =>
        Array.Exists(Suffixes, s => type.EndsWith(s, StringComparison.Ordinal)) ? type : type + ".service";

    /// <summary>The unit to ask about when a template without instance is named.</summary>
    public static string QueryUnitName(string type)
    {
        var unit = UnitName(type);
        var dot = unit.LastIndexOf('.');
        return unit[dot - 1] == '@' ? $"{unit[..dot]}pacemaker{unit[dot..]}" : unit;
    }

    /// <summary>Object path of a unit, or an error.</summary>
    public Task<BusReply> LoadUnitAsync(string unit, CancellationToken cancellationToken) =>
        CallManagerAsync("LoadUnit", [unit], ReplyShape.ObjectPath, cancellationToken);

    /// <summary>A string property of a unit.</summary>
    public Task<BusReply> GetPropertyAsync(string unitPath, string property, CancellationToken cancellationToken) => CallAsync(
        new BusCall(Service, unitPath, PropertiesInterface, "Get", [UnitInterface, property], ReplyShape.VariantString), cancellationToken);

    /// <summary>Makes systemd read its units again.</summary>
    public Task<BusReply> ReloadAsync(CancellationToken cancellationToken) =>
        CallManagerAsync("Reload", [], ReplyShape.Empty, cancellationToken);

    /// <summary>
    /// Queues a job (<c>StartUnit</c>, <c>StopUnit</c>, <c>RestartUnit</c>) and waits for its result (<c>done</c>,
    /// <c>failed</c>, <c>timeout</c> ...).
    /// </summary>
    public async Task<BusReply> RunJobAsync(string method, string unit, CancellationToken cancellationToken)
    {
        var reply = await CallManagerAsync(method, [unit, "replace"], ReplyShape.ObjectPath, cancellationToken);
        if (reply.IsError) return reply;
        var result = await WaitForJobAsync(reply.Values[0]).WaitAsync(cancellationToken);
        return result.Length == 0
            ? BusReply.Failure(SdBusConnection.Disconnected, "the connection to the system bus was lost while the job ran")
            : new BusReply(string.Empty, string.Empty, [result]);
    }

    /// <summary>Whether there is a unit of that name (loaded or masked).</summary>
    public async Task<bool> ExistsAsync(string type, CancellationToken cancellationToken)
    {
        if (!IsPresent) return false;
        var unit = await LoadUnitAsync(QueryUnitName(type), cancellationToken);
        if (unit.IsError) return false;
        var state = await GetPropertyAsync(unit.Values[0], "LoadState", cancellationToken);
        return !state.IsError && state.Values[0] is "loaded" or "masked";
    }

    /// <summary>A unit's description; null where there is none of that name.</summary>
    public async Task<string?> DescribeAsync(string type, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(type, cancellationToken)) return null;
        var unit = await LoadUnitAsync(QueryUnitName(type), cancellationToken);
        if (unit.IsError) return null;
        var description = await GetPropertyAsync(unit.Values[0], "Description", cancellationToken);
        return description.IsError ? null : description.Values[0];
    }

    /// <summary>Unit files of the known kinds, <c>.service</c> stripped, sorted.</summary>
    public async Task<IReadOnlyList<string>> ListUnitsAsync(CancellationToken cancellationToken)
    {
        if (!IsPresent) return [];
        var reply = await CallManagerAsync("ListUnitFiles", [], ReplyShape.UnitFiles, cancellationToken);
        return
        [
            .. reply.Values.Select(path => Path.GetFileName(path))
                .Where(name => Array.Exists(Suffixes, s => name.EndsWith(s, StringComparison.Ordinal)))
                .Select(name => name.EndsWith(".service", StringComparison.Ordinal) ? name[..^".service".Length] : name)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate) _connection?.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<BusReply> CallManagerAsync(
        string method, IReadOnlyList<string> arguments, ReplyShape shape, CancellationToken cancellationToken) =>
        CallAsync(new BusCall(Service, ManagerPath, ManagerInterface, method, arguments, shape), cancellationToken);

    private Task<BusReply> CallAsync(BusCall call, CancellationToken cancellationToken)
    {
        SdBusConnection? connection;
        string problem;
        lock (_gate) connection = Connect(out problem);
        return connection is null
            ? Task.FromResult(BusReply.Failure(SdBusConnection.Disconnected, problem))
            : connection.CallAsync(call).WaitAsync(cancellationToken);
    }

    private SdBusConnection? Connect(out string problem)
    {
        problem = string.Empty;
        if (_connection is { IsClosed: false }) return _connection;
        FailJobs();
        _connection = SdBusConnection.TryOpen(HandleJobRemoved, out problem);
        if (_connection is null) return null;
        log("connected to the system bus");
        const string match = $"type='signal',sender='{Service}',interface='{ManagerInterface}',path='{ManagerPath}'";
        _ = _connection.CallAsync(new BusCall(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", [match], ReplyShape.Empty));
        _ = _connection.CallAsync(new BusCall(Service, ManagerPath, ManagerInterface, "Subscribe", [], ReplyShape.Empty));
        return _connection;
    }

    private Task<string> WaitForJobAsync(string job)
    {
        lock (_gate)
        {
            foreach (var (removed, result) in _removedJobs)
            {
                if (removed == job) return Task.FromResult(result);
            }

            if (_connection is null or { IsClosed: true }) return Task.FromResult(string.Empty);
            var waiter = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _jobs[job] = waiter;
            return waiter.Task;
        }
    }

    private void HandleJobRemoved(string job, string result)
    {
        lock (_gate)
        {
            if (_jobs.Remove(job, out var waiter))
            {
                waiter.TrySetResult(result);
                return;
            }

            // The signal may overtake the reply that tells the job's name.
            _removedJobs.Enqueue((job, result));
            if (_removedJobs.Count > RememberedJobsMax) _removedJobs.Dequeue();
        }
    }

    private void FailJobs()
    {
        foreach (var waiter in _jobs.Values) waiter.TrySetResult(string.Empty);
        _jobs.Clear();
        _removedJobs.Clear();
    }
}
