using Mainstay.Ring.Core.Configuration;
using Mainstay.Ring.Core.Messages;

namespace Mainstay.Ring.Core.Services;

/// <summary>What is known of a node's vote.</summary>
internal enum VoteNodeState
{
    Member = 1,
    Dead = 2,
    Leaving = 3,
}

/// <summary>A node as votequorum knows it.</summary>
internal sealed class VoteNode(uint id)
{
    public uint Id { get; } = id;

    public VoteNodeState State { get; set; } = VoteNodeState.Member;

    public uint Votes { get; set; }

    public uint Expected { get; set; }

    public VoteFlags Flags { get; set; }
}

/// <summary>
/// Vote quorum (spec/quorum.md): who has how many votes, what is expected, whether this partition may act. Changed by delivered
/// messages and synchronisation only. Messages to send collect in <see cref="Outgoing"/>.
/// </summary>
internal sealed partial class Votequorum
{
    private readonly SortedDictionary<uint, VoteNode> _nodes = [];
    private readonly VoteNode _self;
    private readonly TieBreaker _tieBreakerAtStart;
    private QuorumSettings _settings;
    private uint[] _members = [];
    private uint[] _previousMembers = [];
    private uint _lowestNode;
    private uint _highestNode;
    private uint _expectedBarrier;
    private uint _trackingBarrier;
    private bool _waitsForAll;
    private bool _twoNode;
    private bool _lastManStanding;
    private bool _isSynchronising;
    private bool _isReconfigured;

    /// <summary>Starts alone and inquorate.</summary>
    /// <param name="self">This node.</param>
    /// <param name="settings">Evaluated settings.</param>
    /// <param name="storedTrackingBarrier">Highest expected votes on disk (expected_votes_tracking), 0 where none.</param>
    public Votequorum(uint self, QuorumSettings settings, uint storedTrackingBarrier)
    {
        _settings = settings;
        _self = new VoteNode(self) { Votes = settings.Votes, Expected = settings.ExpectedVotes, Flags = VoteFlags.First };
        _nodes[self] = _self;
        _twoNode = settings.TwoNode;
        _tieBreakerAtStart = settings.TieBreaker;
        _lastManStanding = settings.LastManStanding;
        if (settings.ExpectedVotesTracking && storedTrackingBarrier > 0)
        {
            _trackingBarrier = storedTrackingBarrier;
            _self.Expected = Math.Max(_self.Expected, storedTrackingBarrier);
        }

        _expectedBarrier = _self.Expected;
        _waitsForAll = settings.WaitForAll;
        if (_waitsForAll) _self.Flags |= VoteFlags.WaitForAllStatus;
        DeviceVotes = settings.HasDevice ? settings.DeviceVotes : 0;
        Quorum = CalculateQuorum(true, 0, out _);
    }

    /// <summary>Messages to multicast, oldest first, in a synchronisation too; drained by the owner.</summary>
    public Queue<byte[]> Outgoing { get; } = new();

    /// <summary>Messages that somebody asked for, to be multicast when no synchronisation runs; drained by the owner.</summary>
    public Queue<byte[]> Requests { get; } = new();

    /// <summary>Lines for the log; drained by the owner.</summary>
    public Queue<(LogPriority Priority, string Text)> Log { get; } = new();

    /// <summary>Set when quorum or votes changed outside synchronisation; reset by the owner.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Set when the tracked expected votes grew and must be stored; reset by the owner.</summary>
    public uint? StoreTrackingBarrier { get; set; }

    /// <summary>Whether this partition has quorum.</summary>
    public bool IsQuorate { get; private set; }

    /// <summary>Votes needed.</summary>
    public uint Quorum { get; private set; }

    /// <summary>Votes present.</summary>
    public uint TotalVotes { get; private set; }

    /// <summary>Votes of the quorum device as last told.</summary>
    public uint DeviceVotes { get; private set; }

    /// <summary>Expected votes as this node sees them.</summary>
    public uint ExpectedVotes => _self.Expected;

    /// <summary>The highest expected votes of any member.</summary>
    public uint HighestExpected => Members().Aggregate(0u, (highest, n) => Math.Max(highest, n.Expected));

    /// <summary>All nodes ever heard of, ascending.</summary>
    public IEnumerable<VoteNode> Nodes => _nodes.Values;

    /// <summary>Whether the node still waits to see all nodes once.</summary>
    public bool WaitsForAll => _settings.WaitForAll && _waitsForAll;

    /// <summary>Name of the registered quorum device; empty where none is known.</summary>
    public string DeviceName { get; private set; } = string.Empty;

    /// <summary>Whether the last-man-standing window is to be (re)started; reset by the owner.</summary>
    public bool StartsWindow { get; set; }

    /// <summary>Length of that window in milliseconds.</summary>
    public uint WindowMs => _settings.LastManStandingWindow;

    /// <summary>Flags in the reference tool's words.</summary>
    public List<string> FlagNames()
    {
        var names = new List<string>();
        if (_twoNode) names.Add("2Node");
        if (IsQuorate) names.Add("Quorate");
        if (_settings.WaitForAll) names.Add("WaitForAll");
        if (_lastManStanding) names.Add("LastManStanding");
        if (_settings.TieBreaker != TieBreaker.None) names.Add("AutoTieBreaker");
        if (_settings.AllowDownscale) names.Add("AllowDownscale");
        if (_self.Flags.HasFlag(VoteFlags.DeviceRegistered)) names.Add("Qdevice");
        return names;
    }

    /// <summary>The keys <c>runtime.votequorum.*</c> (spec/quorum.md section 8).</summary>
    public IEnumerable<KeyValuePair<string, CmapValue>> Keys()
    {
        const string Prefix = "runtime.votequorum.";
        yield return new(Prefix + "this_node_id", CmapValue.Of(_self.Id));
        yield return new(Prefix + "two_node", CmapValue.Of(_twoNode ? (byte)1 : (byte)0));
        yield return new(Prefix + "ev_barrier", CmapValue.Of(_expectedBarrier));
        if (_settings.WaitForAll) yield return new(Prefix + "wait_for_all_status", CmapValue.Of(_waitsForAll ? (byte)1 : (byte)0));
        var showsTieBreaker = _settings.TieBreakerConfigured || _isReconfigured;
        if (showsTieBreaker) yield return new(Prefix + "atb_type", CmapValue.Of((uint)_settings.TieBreaker));
        if (_settings.HasDevice) yield return new(Prefix + "qdevice_can_operate", CmapValue.Of((byte)1));
        if (_self.Flags.HasFlag(VoteFlags.DeviceRegistered))
        {
            yield return new(
                Prefix + "qdevice_master_wins", CmapValue.Of(_masterWins ? (byte)1 : (byte)0));
        }

        if (_settings.ExpectedVotesTracking) yield return new(Prefix + "ev_tracking_barrier", CmapValue.Of(_trackingBarrier));
        if (_lowestNode == 0) yield break;
        yield return new(Prefix + "lowest_node_id", CmapValue.Of(_lowestNode));
        yield return new(Prefix + "highest_node_id", CmapValue.Of(_highestNode));
    }

    /// <summary>Announces the own votes; called once at start, before the ring forms.</summary>
    public void Announce() => SendNodeInfo();

    /// <summary>A regular configuration begins to synchronise (spec/quorum.md section 7).</summary>
    public void BeginSynchronisation(IReadOnlyList<uint> members)
    {
        _isSynchronising = true;
        if (members.Count > 1) _self.Flags &= ~VoteFlags.First;
        var left = _members.Any(m => !members.Contains(m));
        foreach (var node in _nodes.Values)
        {
            if (!members.Contains(node.Id)) node.State = VoteNodeState.Dead;
        }

        _previousMembers = _members;
        _members = [.. members];
        HoldForDevice();
        if (!_lastManStanding) return;
        var tieBreak = members.Count <= Quorum && _settings.TieBreaker != TieBreaker.None && members.Contains(_lowestNode);
        if ((members.Count >= Quorum && left) || tieBreak) StartsWindow = true;
    }

    /// <summary>Sends what the others must know: own votes, the device's votes, its name.</summary>
    public void Process()
    {
        SendNodeInfo();
        SendDeviceInfo();
        if (DeviceName.Length == 0) return;
        var buffer = new byte[VoteDeviceRegister.Size];
        new VoteDeviceRegister(true, DeviceName).Write(buffer);
        Outgoing.Enqueue(buffer);
    }

    /// <summary>All members sent theirs.</summary>
    public void Activate()
    {
        Recalculate(false, false);
        _isSynchronising = false;
    }

    /// <summary>The last-man-standing window is over: expected votes shrink to those present.</summary>
    public void HandleWindow()
    {
        if (IsQuorate) Recalculate(true, true);
    }

    /// <summary>
    /// New settings after a reload: sends what changed. What decides ties stays as it was at the start, and so does <c>wait_for_all</c>
    /// where it is written (spec/quorum.md section 2; Corosync 3.1.7 does so).
    /// </summary>
    public void Apply(QuorumSettings settings)
    {
        var oldVotes = _settings.Votes;
        var oldExpected = _settings.ExpectedVotes;
        _isReconfigured = true;
        var hadDevice = _settings.HasDevice;
        var waitForAll = settings.IsWaitForAllImplied ? settings.WaitForAll : _settings.WaitForAll;
        _settings = settings with
        {
            WaitForAll = waitForAll,
            TieBreaker = settings.HasOddVotes && !waitForAll ? TieBreaker.None : _tieBreakerAtStart,
            TieBreakerNodes = _settings.TieBreakerNodes,
            LastManStanding = _settings.LastManStanding,
            LastManStandingWindow = _settings.LastManStandingWindow,
            AllowDownscale = _settings.AllowDownscale,
            ExpectedVotesTracking = _settings.ExpectedVotesTracking,
        };
        if (!waitForAll) ClearWaitForAll();
        _twoNode = settings.TwoNode && _tieBreakerAtStart == TieBreaker.None;
        DeviceVotes = settings.HasDevice ? settings.DeviceVotes : 0;
        if (!settings.HasDevice) DropDevice(DeviceFlags);
        if (settings.Votes != oldVotes) Reconfigure(VoteParameter.NodeVotes, _self.Id, settings.Votes);
        if (settings.ExpectedVotes != oldExpected) Reconfigure(VoteParameter.ExpectedVotes, 0, settings.ExpectedVotes);
        Recalculate(true, false);
        if (hadDevice || settings.HasDevice) SendDeviceInfo();
    }

    /// <summary>Tells the others that this node goes for good (allow_downscale).</summary>
    public void AnnounceLeaving()
    {
        if (!_settings.AllowDownscale) return;
        _self.Flags |= VoteFlags.Leaving;
        SendNodeInfo();
    }

    private void Reconfigure(VoteParameter parameter, uint node, uint value)
    {
        var buffer = new byte[VoteReconfigure.Size];
        new VoteReconfigure(node, value, parameter).Write(buffer);
        Requests.Enqueue(buffer);
    }

    private void SendNodeInfo() => Send(new VoteNodeInfo(_self.Id, _self.Votes, _self.Expected, _self.Flags));

    private void SendDeviceInfo() => Send(new VoteNodeInfo(0, DeviceVotes, 0, VoteFlags.None));

    private void Send(VoteNodeInfo info)
    {
        var buffer = new byte[VoteNodeInfo.Size];
        info.Write(buffer);
        Outgoing.Enqueue(buffer);
    }

    private IEnumerable<VoteNode> Members() => _nodes.Values.Where(n => n.State == VoteNodeState.Member);
}
