using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Messages;
using Mainstay.Ring.Core.Services;
using Mainstay.Totem;

namespace Mainstay.Ring.Core;

/// <content>What the ring delivers: configurations, synchronisation, service messages.</content>
public sealed partial class RingNode
{
    private void HandleConfiguration(Instant now, ConfigurationChange change, RingOutbox outbox)
    {
        _assembler.HandleConfigurationChange(change);
        if (change.Kind == ConfigurationKind.Transitional)
        {
            _transitional = [.. change.Members.Select(m => m.Value)];
            foreach (var node in change.Left) outbox.Log(LogPriority.Notice, $"node {node} left the ring");
            _map.PublishMembers([], change.Left.Select(n => n.Value), _options.Addresses);
            return;
        }

        uint[] members = [.. change.Members.Select(m => m.Value)];
        uint[] transitional = [.. _transitional.Where(members.Contains)];
        outbox.Log(LogPriority.Notice, $"A new membership ({change.Ring}) was formed. Members: {string.Join(' ', members)}"
            + (change.Joined.Length > 0 ? $" joined: {string.Join(' ', change.Joined)}" : string.Empty));

        // What an aborted run left unsent belongs to that ring: the others would discard it.
        DropStaleSynchronisation();
        _owesBarrier = false;
        _map.PublishMembers(change.Joined.Select(n => n.Value), [], _options.Addresses);
        _sync.Begin(change.Ring, members);
        _configVersions.Clear();
        _groups.BeginSynchronisation(members, transitional);
        UpdatePeers();
        if (_options.Quorum.IsEnabled) _votes.BeginSynchronisation(members);
        SendSync(new SyncMessage(change.Ring, Synchronisation.OwnServices));
    }

    private void DropStaleSynchronisation()
    {
        for (var count = _pending.Count; count > 0; count--)
        {
            var entry = _pending.Dequeue();
            if (entry.Group != MessageGroup.Synchronisation) _pending.Enqueue(entry);
        }
    }

    private void HandleDelivery(Instant now, in Output deliver, RingOutbox outbox)
    {
        _assembler.Begin(deliver);
        while (_assembler.TryRead(out var message))
        {
            var order = new WireOrder(message.ForeignByteOrder);
            if ((message.Groups & MessageGroup.Synchronisation) != 0)
            {
                HandleSync(now, message.Origin.Value, message.Bytes, order, outbox);
            }
            else
            {
                _lasting = message.Lasting;
                HandleService(message.Origin.Value, message.Bytes, order, outbox);
                _lasting = default;
            }
        }
    }

    private void HandleSync(Instant now, uint sender, ReadOnlySpan<byte> bytes, WireOrder order, RingOutbox outbox)
    {
        if (!SyncMessage.TryRead(bytes, order, out var message))
        {
            Counters.MalformedMessages++;
            return;
        }

        _sync.Handle(sender, message);
        while (true)
        {
            switch (_sync.Next())
            {
                case SyncStep.Process:
                    SendState((ServiceId)_sync.CurrentService);
                    _owesBarrier = _sync.CurrentService == (int)ServiceId.Votequorum && _votes.HoldsSynchronisation;
                    if (_owesBarrier) AskDevice(outbox);
                    else SendSync(new SyncMessage(_sync.Ring, null));
                    break;
                case SyncStep.Activate:
                    Activate((ServiceId)_sync.CurrentService, outbox);
                    break;
                case SyncStep.Finished:
                    Counters.Synchronisations++;
                    _assembler.SynchronisationFinished();
                    _totem.SynchronisationFinished(now, _sync.Ring, outbox.Network);
                    _quorumChanged = true;
                    outbox.Log(LogPriority.Notice, "Completed service synchronization, ready to provide service.");

                    // Published here, not at the end of the input: messages that follow belong after it.
                    PublishQuorum(outbox);
                    break;
                default:
                    return;
            }
        }
    }

    private void SendSync(in SyncMessage message)
    {
        while (_votes.Outgoing.TryDequeue(out var earlier)) _pending.Enqueue((MessageGroup.Services, earlier));
        var buffer = new byte[message.Size];
        message.Write(buffer);
        _pending.Enqueue((MessageGroup.Synchronisation, buffer));
    }

    private void SendState(ServiceId service)
    {
        switch (service)
        {
            case ServiceId.Cmap:
                SendConfigVersion(CmapMessage.InSynchronisation, _options.ConfigVersion);
                break;
            case ServiceId.Cpg:
                SendProcessLists();
                break;
            case ServiceId.Votequorum when _options.Quorum.IsEnabled:
                _votes.Process();
                break;
            default:
                break;
        }
    }

    private void SendConfigVersion(byte reason, ulong version)
    {
        var message = new CmapMessage(reason, version);
        var buffer = new byte[message.Size];
        message.Write(buffer);
        if (reason == CmapMessage.InSynchronisation) _pending.Enqueue((MessageGroup.Services, buffer));
        else _requests.Enqueue(buffer);
    }

    private void SendProcessLists()
    {
        var downlist = new byte[CpgDownlist.Size];
        new CpgDownlist((uint)_groups.OldMemberCount, [.. _groups.LostNodes]).Write(downlist);
        _pending.Enqueue((MessageGroup.Services, downlist));
        var own = _groups.OwnProcesses();
        if (own.Count == 0) return;
        var joinList = new byte[CpgJoinList.SizeOf(own.Count)];
        CpgJoinList.WriteHeader(joinList, own.Count);
        for (var i = 0; i < own.Count; i++) CpgJoinList.WriteEntry(joinList, i, own[i].ProcessId, own[i].Group);
        _pending.Enqueue((MessageGroup.Services, joinList));
    }

    private void Activate(ServiceId service, RingOutbox outbox)
    {
        switch (service)
        {
            case ServiceId.Cmap:
                CheckConfigVersions(outbox);
                break;
            case ServiceId.Cpg:
                foreach (var (group, change) in _groups.Activate()) NotifyGroup(group, change, outbox);
                UpdatePeers();
                break;
            case ServiceId.Votequorum when _options.Quorum.IsEnabled:
                _votes.Activate();
                break;
            default:
                break;
        }
    }

    // Only at the first synchronisation with others: a node with another version than the newest must not take part (ring-wire 4.3).
    private void CheckConfigVersions(RingOutbox outbox)
    {
        if (_configVersionChecked || _totem.Membership.Length < 2) return;
        _configVersionChecked = true;
        ulong newest = 0;
        foreach (var version in _configVersions.Values) newest = Math.Max(newest, version);
        if (_options.ConfigVersion == 0 || newest == _options.ConfigVersion) return;
        Terminate(
            outbox,
            $"totem.config_version is {_options.ConfigVersion} here and {newest} on other members: copy their corosync.conf to this node");
    }

    private void HandleService(uint sender, ReadOnlySpan<byte> bytes, WireOrder order, RingOutbox outbox)
    {
        if (!ServiceHeader.TryRead(bytes, order, out var header))
        {
            Counters.MalformedMessages++;
            return;
        }

        _traffic.CountReceived(header);
        var understood = header.Service switch
        {
            ServiceId.Cpg => HandleCpg(sender, header.Function, bytes, order, outbox),
            ServiceId.Votequorum => HandleVotes(sender, header.Function, bytes, order),
            ServiceId.Cmap => HandleCmap(sender, bytes, order),
            ServiceId.Cfg => HandleCfg(sender, header.Function, bytes, order, outbox),
            _ => Ignore(),
        };
        if (!understood) Counters.MalformedMessages++;
    }

    private bool Ignore()
    {
        Counters.UnknownMessages++;
        return true;
    }

    private bool HandleCmap(uint sender, ReadOnlySpan<byte> bytes, WireOrder order)
    {
        if (!CmapMessage.TryRead(bytes, order, out var message)) return false;
        _configVersions[sender] = message.ConfigVersion;
        _map.PublishConfigVersion(sender, message.ConfigVersion);
        return true;
    }

    private bool HandleCfg(uint sender, ushort function, ReadOnlySpan<byte> bytes, WireOrder order, RingOutbox outbox)
    {
        switch (function)
        {
            case CfgFunction.KillNode:
                if (!CfgKillNode.TryRead(bytes, order, out var kill)) return false;
                if (kill.NodeId == Self.Value) Terminate(outbox, $"killed by node {sender}: {kill.Reason}");
                return true;
            case CfgFunction.Shutdown:
                outbox.Log(LogPriority.Notice, $"node {sender} was shut down by request");
                if (sender == Self.Value) Terminate(outbox, "shutdown was requested", isFailure: false);
                return true;
            case CfgFunction.Reload:
                outbox.Add(new RingOutput { Kind = RingOutputKind.ReloadRequested, Number = sender });
                return true;
            case CfgFunction.CryptoReconfigure:
                return HandleCryptoPhase(sender, bytes, order, outbox);
            case CfgFunction.RingReenable:
                return true;
            default:
                return Ignore();
        }
    }

    private bool HandleVotes(uint sender, ushort function, ReadOnlySpan<byte> bytes, WireOrder order)
    {
        if (!_options.Quorum.IsEnabled) return Ignore();
        switch (function)
        {
            case VotequorumFunction.NodeInfo:
                if (!VoteNodeInfo.TryRead(bytes, order, out var info)) return false;
                _votes.HandleNodeInfo(sender, info);
                _map.PublishQuorum(QuorumKeys);

                // What was to be heard before leaving has been heard.
                if (sender == Self.Value && info.Flags.HasFlag(VoteFlags.Leaving)) _leaveDeadline = Instant.Zero;
                return true;
            case VotequorumFunction.Reconfigure:
                if (!VoteReconfigure.TryRead(bytes, order, out var reconfigure)) return false;
                _votes.HandleReconfigure(reconfigure);
                return true;
            case VotequorumFunction.DeviceRegister:
                if (!VoteDeviceRegister.TryRead(bytes, order, out var register)) return false;
                _votes.HandleDeviceRegister(sender, register);
                return true;
            case VotequorumFunction.DeviceReconfigure:
                if (!VoteDeviceRename.TryRead(bytes, out var rename)) return false;
                _votes.HandleDeviceRename(rename);
                return true;
            default:
                return Ignore();
        }
    }

    private void Terminate(RingOutbox outbox, string reason, bool isFailure = true)
    {
        _shutdownDeadline = Instant.Never;
        outbox.Add(new RingOutput { Kind = RingOutputKind.Terminate, Text = reason, Number = isFailure ? 1u : 0u });
    }
}
