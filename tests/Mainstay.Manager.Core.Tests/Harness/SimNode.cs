using System.Globalization;

namespace Mainstay.Manager.Core.Tests.Harness;

/// <summary>A host: power, disk, the manager's process, its agents.</summary>
internal sealed class SimNode
{
    private readonly SimCluster _cluster;
    private readonly Outbox _outbox = new();
    private ManagerCore? _core;
    private long _wakeAt = long.MaxValue;
    private bool _isPumping;
    private long _lastRequest;

    public SimNode(SimCluster cluster, uint id)
    {
        _cluster = cluster;
        Id = id;
        Name = "node" + id.ToString(CultureInfo.InvariantCulture);
        Agents = new SimAgents(cluster, this);
    }

    public uint Id { get; }

    public string Name { get; }

    public bool IsPowered { get; private set; }

    public bool IsRunning => IsPowered && _core is not null;

    /// <summary>Counts starts of the manager.</summary>
    public int Run { get; private set; }

    public int Component { get; set; }

    public List<uint> Group { get; set; } = [];

    public List<SimDelivery> Inbox { get; } = [];

    public Queue<byte[]> Outgoing { get; } = new();

    public long LastProcessed { get; private set; }

    public SimAgents Agents { get; }

    public StoredConfiguration? Disk { get; set; }

    public bool IsDiskFull { get; set; }

    public int DiskDelayMs { get; set; } = 3;

    public bool IsFencingBroken { get; set; }

    public bool RestartsAfterFencing { get; set; } = true;

    /// <summary>Exit code of the manager's own end; null while it has none.</summary>
    public int? ExitCode { get; private set; }

    public IReadOnlyList<DeviceConfiguration> Devices { get; private set; } = [];

    public Dictionary<long, RequestAnswer> Answers { get; } = [];

    public ManagerCore Core => _core ?? throw new InvalidOperationException($"{Name} does not run");

    public void PowerOn()
    {
        if (IsPowered) return;
        IsPowered = true;
        Group = [];
        _cluster.Ring.Reconfigure(node => node.Component);
        StartManager();
    }

    public void PowerOff()
    {
        if (!IsPowered) return;
        _cluster.Note($"POWER OFF {Name}");
        StopProcess();
        IsPowered = false;
        Agents.PowerOff();
        _cluster.Ring.Reconfigure(node => node.Component);
    }

    public void StartManager()
    {
        if (!IsPowered || _core is not null) return;
        Run++;
        ExitCode = null;
        var incarnation = string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-{Id:0000}-{Run:000000000000}");
        _core = new ManagerCore(new ManagerIdentity(Id, Name, incarnation, "sim"), _cluster.Directory, Disk, _cluster.Planner);
        _cluster.Ring.Join(this);
    }

    public void KillManager()
    {
        if (!IsRunning) return;
        _cluster.Note($"KILL {Name}");
        StopProcess();
        _cluster.Ring.Leave(this, DepartureReason.ProcessDown);
    }

    public long Request(Func<long, Request> make)
    {
        var id = ++_lastRequest;
        Core.HandleRequest(_cluster.Time, make(id), _outbox);
        Finish();
        return id;
    }

    public void Push(SimDelivery delivery)
    {
        Inbox.Add(delivery);
        if (_isPumping) return;
        _isPumping = true;
        _cluster.At(_cluster.Random.Next(0, 3), Pump);
    }

    /// <summary>An input from this node's own agents, disk or devices.</summary>
    public void Input(int run, Action<ManagerCore, Outbox> input)
    {
        if (!IsRunning || Run != run) return;
        input(Core, _outbox);
        Finish();
    }

    private void StopProcess()
    {
        _core = null;
        Inbox.Clear();
        Outgoing.Clear();
        Agents.ManagerGone();
        _wakeAt = long.MaxValue;
        _outbox.Clear();
    }

    private void Pump()
    {
        _isPumping = false;
        if (!IsRunning) return;
        var count = _cluster.Random.Next(1, 4);
        while (count-- > 0 && Inbox.Count > 0 && IsRunning)
        {
            var delivery = Inbox[0];
            Inbox.RemoveAt(0);
            switch (delivery)
            {
                case SimMessage message:
                    LastProcessed = message.Order;
                    Core.HandleMessage(_cluster.Time, message.Sender, message.Payload, _outbox);
                    break;
                case SimMembership change:
                    Core.HandleMembership(_cluster.Time, change.Members, change.Joined, change.Left, _outbox);
                    break;
                case SimQuorum quorum:
                    Core.HandleQuorum(_cluster.Time, quorum.Quorum, _outbox);
                    break;
                default:
                    break;
            }

            CarryOut();
        }

        Finish();
        if (IsRunning && Inbox.Count > 0 && !_isPumping)
        {
            _isPumping = true;
            _cluster.At(_cluster.Random.Next(0, 2), Pump);
        }
    }

    private void Finish()
    {
        if (!IsRunning) return;
        Core.Settle(_cluster.Time, _outbox);
        CarryOut();
        if (!IsRunning) return;
        var deadline = Core.NextDeadlineMs;
        if (deadline >= _wakeAt) return;
        _wakeAt = deadline;
        var run = Run;
        _cluster.At(Math.Max(0, deadline - _cluster.Now), () => Wake(run, deadline));
    }

    private void Wake(int run, long deadline)
    {
        if (!IsRunning || Run != run) return;
        if (_wakeAt == deadline) _wakeAt = long.MaxValue;
        Core.HandleTimeout(_cluster.Time, _outbox);
        CarryOut();
        Finish();
    }

    private void CarryOut()
    {
        var outputs = _outbox.Items.ToList();
        _outbox.Clear();
        foreach (var output in outputs)
        {
            if (!IsRunning) return;
            CarryOut(output);
        }
    }

    private void CarryOut(Output output)
    {
        switch (output)
        {
            case Multicast multicast: _cluster.Ring.Send(this, multicast.Payload.ToArray()); break;
            case StoreRevision store: Store(store); break;
            case RunAction action: Agents.Submit(action); break;
            case CancelAction cancel: Agents.Cancel(cancel.ResourceId, cancel.Name, cancel.IntervalMs); break;
            case ForgetResource forget: Agents.Forget(forget.ResourceId); break;
            case RegisterDevices register: Devices = register.Devices; break;
            case FindDevices find: Find(find); break;
            case RunFence fence: Fence(fence); break;
            case Respond respond: Answer(respond); break;
            case Trace trace: _cluster.Note($"{Name} {trace.Kind}: {trace.Text}"); break;
            case EndProcess end: End(end); break;
            default: throw new InvalidOperationException($"unknown output {output}");
        }
    }

    private void Answer(Respond respond)
    {
        Answers[respond.RequestId] = respond.Answer;
        _cluster.Note($"{Name} answers {respond.RequestId}: {respond.Answer}");
    }

    private void End(EndProcess end)
    {
        _cluster.Note($"{Name} ends ({end.ExitCode}): {end.Reason}");
        StopProcess();
        ExitCode = end.ExitCode;
        _cluster.Ring.Leave(this, DepartureReason.Leave);
    }

    private void Store(StoreRevision store)
    {
        var run = Run;
        _cluster.At(_cluster.Random.Next(1, DiskDelayMs + 1), () =>
        {
            if (!IsPowered || Run != run || _core is null) return;
            if (!IsDiskFull) Disk = new StoredConfiguration(store.Term, store.Xml, store.Promised);
            Input(run, (core, outbox) => core.HandleStored(_cluster.Time, store.Ticket, IsDiskFull ? "no space left on device" : null, outbox));
        });
    }

    private void Find(FindDevices find)
    {
        var offers = Devices
            .Where(device => device.Parameters.GetValueOrDefault("pcmk_host_list", find.Target).Split(',').Contains(find.Target))
            .Where(_ => find.AllowSelf || find.Target != Name)
            .Select(device => new DeviceOffer(device.Id, IsVerified: true, IsRequiredForOn: false, find.TimeoutMs, 0, ["off", "reboot", "on"]))
            .ToList();
        var run = Run;
        _cluster.At(1, () => Input(run, (core, outbox) => core.HandleFenceOffers(_cluster.Time, find.FenceId, offers, outbox)));
    }

    private void Fence(RunFence fence)
    {
        var run = Run;
        _cluster.At(fence.DelayMs + _cluster.Random.Next(20, 60), () =>
        {
            // The order has left the node: the device acts even if the node that sent it is gone.
            var target = _cluster.Nodes.Find(node => node.Name == fence.Target);
            if (!IsFencingBroken && target is not null)
            {
                _cluster.Note($"DEVICE {fence.Device} {fence.Action} {fence.Target}");
                target.PowerOff();
                if (fence.Action == "reboot" && target.RestartsAfterFencing) _cluster.At(_cluster.Random.Next(200, 600), target.PowerOn);
            }

            var outcome = IsFencingBroken ? new FenceOutcome(IsSuccess: false, "login denied") : new FenceOutcome(IsSuccess: true, "");
            Input(run, (core, outbox) => core.HandleFenceResult(_cluster.Time, fence.FenceId, fence.Attempt, outcome, outbox));
        });
    }
}
