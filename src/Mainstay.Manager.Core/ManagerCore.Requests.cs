using System.Globalization;
using Mainstay.Cib;

namespace Mainstay.Manager.Core;

/// <content>Requests of the API, and what this node keeps for itself: disk, devices, dampened attributes.</content>
public sealed partial class ManagerCore
{
    private readonly SortedDictionary<long, long> _idleWaiters = [];
    private readonly OrdinalMap<Dampening> _dampened = [];
    private readonly OrdinalMap<long> _dampeningByName = [];
    private string _registered = "";
    private long _storeTicket;
    private long _storeGoal;
    private string? _storageError;

    /// <summary>A request of the API on this node. The answer comes as <see cref="Respond"/>, at once or later.</summary>
    public void HandleRequest(CoreTime now, Request request, Outbox outbox)
    {
        Advance(now);
        switch (request)
        {
            case WaitIdle idle:
                _idleWaiters[idle.Id] = now.MonotonicMs + idle.TimeoutMs;
                AnswerIdle(outbox);
                return;
            case ShutDown shutDown when Mode != ReplicaMode.Member:
                outbox.Add(new Respond(shutDown.Id, new Accepted()));
                outbox.Add(new EndProcess(0, "Shutting down: this node is no member of the cluster."));
                return;
            default:
                break;
        }

        if (Mode == ReplicaMode.Disconnected || _state is null || (Mode == ReplicaMode.Joining && request is not ShutDown))
        {
            var reason = Mode == ReplicaMode.Disconnected ? "is not connected to the ring" : "is still joining the cluster";
            outbox.Add(
                new Respond(request.Id, new Refused(AnswerCodes.Disconnected, $"The manager of this node {reason}; try again later.")));
            return;
        }

        switch (request)
        {
            case ChangeCib change: Request(change, _state, outbox); break;
            case SetAttribute attribute: Request(attribute, outbox); break;
            case CleanUp cleanUp: Request(cleanUp, _state, outbox); break;
            case FenceNode fence: Request(fence, _state, outbox); break;
            case ConfirmFenced confirm: Request(confirm, outbox); break;
            case ShutDown shutDown: Request(shutDown, _state, outbox); break;
            default: outbox.Add(new Respond(request.Id, new Refused(AnswerCodes.Usage, "The request is not known."))); break;
        }
    }

    private string Await(long id)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{_identity.Incarnation}:{id}");
        _requests[key] = id;
        return key;
    }

    private void Request(ChangeCib request, ReplicatedState state, Outbox outbox)
    {
        if (request.IsDryRun)
        {
            var command = new ConfigureCommand("", _identity.NodeName, [request.Change]) { Time = _now.WallMs };
            outbox.Add(new Respond(request.Id, ReplicatedState.Describe(state.Evaluate(command))));
            return;
        }

        Send(new ConfigureCommand(Await(request.Id), _identity.NodeName, [request.Change]) { Time = _now.WallMs }, outbox);
    }

    private void Request(SetAttribute request, Outbox outbox)
    {
        var change = request.Change;
        if (change.IsPattern && !ReplicatedState.IsValidPattern(change.Name))
        {
            outbox.Add(
                new Respond(request.Id, new Refused(AnswerCodes.Usage, $"'{change.Name}' is not a regular expression that can be used.")));
            return;
        }

        if (change.Node is null && !change.AllNodes) change = change with { Node = _identity.NodeName };
        if (request.DampeningMs is { } dampening) _dampeningByName[change.Name] = dampening;
        var delay = change.IsPattern ? 0 : _dampeningByName.GetValueOrDefault(change.Name);
        if (delay <= 0)
        {
            Send(new AttributeCommand(Await(request.Id), change) { Time = _now.WallMs }, outbox);
            return;
        }

        // Every further change restarts the full period; the last values are written together (spec/manager.md section 14.2).
        if (!_dampened.TryGetValue(change.Name, out var held)) _dampened[change.Name] = held = new Dampening();
        held.DeadlineMs = _now.MonotonicMs + delay;
        held.Changes[change.AllNodes ? "" : change.Node ?? ""] = change;
        outbox.Add(new Respond(request.Id, new Accepted()));
    }

    private void ReleaseDampened(Outbox outbox)
    {
        foreach (var (name, held) in _dampened.Where(pair => pair.Value.DeadlineMs <= _now.MonotonicMs).ToList())
        {
            _dampened.Remove(name);
            if (Mode == ReplicaMode.Disconnected) continue;
            foreach (var change in held.Changes.Values) Send(new AttributeCommand("", change) { Time = _now.WallMs }, outbox);
        }
    }

    private void Request(CleanUp request, ReplicatedState state, Outbox outbox)
    {
        if (request.Resource is { } resource && !IsKnownResource(state, resource))
        {
            outbox.Add(new Respond(request.Id, new Refused(AnswerCodes.NoSuch, $"There is no resource '{resource}'.")));
            return;
        }

        if (request.Node is { } node && state.FindNode(node) is null)
        {
            outbox.Add(new Respond(request.Id, new Refused(AnswerCodes.NoSuch, $"There is no node '{node}' in the cluster's state.")));
            return;
        }

        Send(
            new CleanupCommand(
                Await(request.Id),
                request.Resource,
                request.Node,
                request.Operation,
                request.IntervalMs,
                request.IsRefresh,
                IsHistoryOnly: false)
            {
                Time = _now.WallMs,
            },
            outbox);
    }

    private static bool IsKnownResource(ReplicatedState state, string id) =>
        state.Configuration.Section("resources")?.Descendants().Any(element => element.Id() == id) == true
        || state.Data.Nodes.Values.Any(node => node.History.ContainsKey(id));

    private void Request(FenceNode request, ReplicatedState state, Outbox outbox)
    {
        var isKnown = state.FindNode(request.Target) is not null
            || _directory.Values.Any(node => node.Name.Equals(request.Target, StringComparison.OrdinalIgnoreCase));
        if (!isKnown || request.Action is not ("reboot" or "off" or "on"))
        {
            var message = isKnown
                ? $"'{request.Action}' is no fencing action: use reboot, off or on."
                : $"There is no node '{request.Target}'.";
            outbox.Add(new Respond(request.Id, new Refused(isKnown ? AnswerCodes.Usage : AnswerCodes.NoSuch, message)));
            return;
        }

        var key = Await(request.Id);
        Send(
            new FenceStartCommand(
                key,
                key,
                request.Target,
                request.Action,
                _identity.NodeName,
                request.Client,
                request.TimeoutMs,
                request.ToleranceMs,
                request.DelayMs)
            {
                Time = _now.WallMs,
            },
            outbox);
    }

    private void Request(ConfirmFenced request, Outbox outbox)
    {
        if (!request.Force)
        {
            outbox.Add(new Respond(request.Id, new Refused(
                AnswerCodes.Unsafe,
                $"Confirming that {request.Target} is down while it runs corrupts data: verify it, then repeat with force.")));
            return;
        }

        var key = Await(request.Id);
        Send(new FenceConfirmCommand(key, key, request.Target, _identity.NodeName, request.Client) { Time = _now.WallMs }, outbox);
    }

    private void Request(ShutDown request, ReplicatedState state, Outbox outbox)
    {
        if (!_timers.IsSet(CoreTimer.ShutdownEscalation))
        {
            _timers.Set(CoreTimer.ShutdownEscalation, _now.MonotonicMs + Options(state).Milliseconds("shutdown-escalation"));
        }

        var change = new AttributeChange
        {
            Name = "shutdown",
            Node = _identity.NodeName,
            Value = _now.EpochSeconds.ToString(CultureInfo.InvariantCulture),
        };
        Send(new AttributeCommand(Await(request.Id), change) { Time = _now.WallMs }, outbox);
    }

    private void AnswerIdle(Outbox outbox)
    {
        if (_idleWaiters.Count == 0) return;
        var isIdle = Mode == ReplicaMode.Member && !_isReceiving && _exchange is null && _state?.IsIdle == true;
        foreach (var (id, deadline) in _idleWaiters.ToList())
        {
            if (!isIdle && deadline > _now.MonotonicMs) continue;
            _idleWaiters.Remove(id);
            outbox.Add(new Respond(id, new IdleState(isIdle, _state?.Data.Transition.Id ?? -1)));
        }
    }

    private void StoreGoal(Outbox outbox)
    {
        if (_state is not { } state) return;
        var durability = state.Data.Durability;
        _storeGoal = durability.Goal;
        _storing = durability.IsPromised
            ? new StoredConfiguration(durability.ConfigurationTerm, state.GoalConfiguration, durability.Term)
            : _stored with { Promised = durability.Term };
        _storeTicket++;
        _timers.Cancel(CoreTimer.StoreRetry);
        outbox.Add(new StoreRevision(_storeTicket, _storing.Term, _storing.Promised, VersionOf(_storing.Xml).ToString(), _storing.Xml));
    }

    private void RegisterDevices(Outbox outbox)
    {
        if (_state is not { } state) return;
        var devices = DeviceCatalog.For(state.Configuration, _identity.NodeName, _now.EpochSeconds);
        var mark = string.Join('\n', devices.Select(device =>
            $"{device.Id} {device.Agent} {string.Join('\u001f', device.Parameters.Select(pair => $"{pair.Key}={pair.Value}"))}"));
        if (mark == _registered) return;
        _registered = mark;
        outbox.Add(new RegisterDevices(devices));
    }

    private sealed class Dampening
    {
        public long DeadlineMs { get; set; }

        public OrdinalMap<AttributeChange> Changes { get; } = [];
    }
}
