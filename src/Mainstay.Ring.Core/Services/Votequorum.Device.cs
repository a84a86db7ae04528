using Mainstay.Ring.Core.Messages;

namespace Mainstay.Ring.Core.Services;

/// <content>The quorum device of this node (spec/quorum.md sections 6 and 7).</content>
internal sealed partial class Votequorum
{
    private const VoteFlags DeviceFlags =
        VoteFlags.DeviceRegistered | VoteFlags.DeviceAlive | VoteFlags.DeviceCastsVote | VoteFlags.DeviceMasterWins;

    private string? _registering;

    /// <summary>
    /// Whether the vote of a device alone is enough here. A device sets it, and it outlasts the device, as with the reference
    /// (spec/quorum.md section 1).
    /// </summary>
    private bool _masterWins;

    /// <summary>The device's timer is to be set to so many milliseconds, or off where 0; reset by the owner.</summary>
    public uint? DeviceTimer { get; set; }

    /// <summary>The process phase of the synchronisation waits for the device to say what it thinks of the new membership.</summary>
    public bool HoldsSynchronisation { get; private set; }

    /// <summary>How a registration of this node came out; reset by the owner.</summary>
    public VoteResult? Registration { get; set; }

    /// <summary>Whether a device may be used.</summary>
    public bool DeviceCanOperate => _settings.HasDevice;

    /// <summary>Registers the device under a name; <see cref="Registration"/> tells the outcome once all nodes know.</summary>
    public VoteResult Register(string name)
    {
        if (!DeviceCanOperate || !IsDeviceName(name)) return VoteResult.InvalidParameter;
        if (_self.Flags.HasFlag(VoteFlags.DeviceRegistered)) return name == DeviceName ? VoteResult.Accepted : VoteResult.Exists;
        if (_registering is not null) return VoteResult.Exists;
        _registering = name;
        SendRegistration(true, name);
        return VoteResult.Accepted;
    }

    /// <summary>The device goes; its votes no longer count for this node.</summary>
    public VoteResult Unregister(string name)
    {
        if (_self.Flags.HasFlag(VoteFlags.DeviceRegistered) && name != DeviceName) return VoteResult.InvalidParameter;
        if (!IsDeviceName(name)) return VoteResult.InvalidParameter;
        _registering = null;
        if (!_self.Flags.HasFlag(VoteFlags.DeviceRegistered)) return VoteResult.Accepted;
        DropDevice(DeviceFlags);
        SendRegistration(false, name);
        return VoteResult.Accepted;
    }

    /// <summary>The device has another name from now on, on all nodes.</summary>
    public VoteResult Rename(string oldName, string newName)
    {
        if (oldName != DeviceName || oldName.Length == 0 || !IsDeviceName(newName)) return VoteResult.InvalidParameter;
        var buffer = new byte[VoteDeviceRename.Size];
        new VoteDeviceRename(oldName, newName).Write(buffer);
        Requests.Enqueue(buffer);
        return VoteResult.Accepted;
    }

    /// <summary>The device lives, and casts its vote for this node or not.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="castsVote">Whether it votes for this node.</param>
    /// <param name="isPresentRing">Whether it has decided on the present membership.</param>
    public VoteResult Poll(string name, bool castsVote, bool isPresentRing)
    {
        if (!IsOwnDevice(name)) return VoteResult.InvalidParameter;
        if (!isPresentRing) return VoteResult.WrongRing;
        var flags = _self.Flags | VoteFlags.DeviceAlive;
        SetDeviceFlags(castsVote ? flags | VoteFlags.DeviceCastsVote : flags & ~VoteFlags.DeviceCastsVote);
        DeviceTimer = _settings.DeviceTimeout;
        HoldsSynchronisation = false;
        return VoteResult.Accepted;
    }

    /// <summary>
    /// Whether the vote of a device for a member that says the same makes this node quorate. Each node decides that for itself.
    /// </summary>
    public VoteResult SetMasterWins(string name, bool allows)
    {
        if (!IsOwnDevice(name)) return VoteResult.InvalidParameter;
        _masterWins = allows;
        SetDeviceFlags(allows ? _self.Flags | VoteFlags.DeviceMasterWins : _self.Flags & ~VoteFlags.DeviceMasterWins);
        return VoteResult.Accepted;
    }

    /// <summary>The device did not poll in time.</summary>
    public void HandleDeviceTimeout()
    {
        Log.Enqueue((Configuration.LogPriority.Warning,
            $"the quorum device {DeviceName} did not answer in time; its votes do not count here"));
        DropDevice(VoteFlags.DeviceAlive | VoteFlags.DeviceCastsVote);
    }

    /// <summary>A quorum device registered or went, on this node or another.</summary>
    public void HandleDeviceRegister(uint sender, VoteDeviceRegister message)
    {
        if (!message.IsRegister)
        {
            if (!Members().Any(n => n.Flags.HasFlag(VoteFlags.DeviceRegistered))) DeviceName = string.Empty;
            return;
        }

        if (DeviceName.Length == 0) DeviceName = message.Name;
        if (sender != _self.Id || _registering is not { } wanted || wanted != message.Name) return;
        _registering = null;
        if (DeviceName != wanted)
        {
            Registration = VoteResult.Exists;
            return;
        }

        _self.Flags |= VoteFlags.DeviceRegistered;
        DeviceVotes = Math.Max(DeviceVotes, _settings.DeviceVotes);
        SendDeviceInfo();
        SendNodeInfo();
        Registration = VoteResult.Accepted;
    }

    /// <summary>The quorum device has another name now.</summary>
    public void HandleDeviceRename(VoteDeviceRename message)
    {
        if (DeviceName == message.OldName) DeviceName = message.NewName;
    }

    // A device that decides must see the new membership before quorum is told (spec/quorum.md section 7).
    private void HoldForDevice()
    {
        HoldsSynchronisation = _self.Flags.HasFlag(VoteFlags.DeviceRegistered | VoteFlags.DeviceAlive);
        if (HoldsSynchronisation) DeviceTimer = _settings.DeviceSyncTimeout;
    }

    private void DropDevice(VoteFlags flags)
    {
        DeviceTimer = 0;
        HoldsSynchronisation = false;
        SetDeviceFlags(_self.Flags & ~flags);
    }

    private void SetDeviceFlags(VoteFlags flags)
    {
        if (flags == _self.Flags) return;
        _self.Flags = flags;
        SendNodeInfo();
    }

    private void SendRegistration(bool isRegister, string name)
    {
        var buffer = new byte[VoteDeviceRegister.Size];
        new VoteDeviceRegister(isRegister, name).Write(buffer);
        Requests.Enqueue(buffer);
    }

    private bool IsOwnDevice(string name) =>
        DeviceCanOperate && _self.Flags.HasFlag(VoteFlags.DeviceRegistered) && name == DeviceName;

    private static bool IsDeviceName(string name) =>
        name.Length is > 0 and < VoteDeviceRegister.NameSize && name.All(c => c is > '\0' and <= '\u00ff');
}
