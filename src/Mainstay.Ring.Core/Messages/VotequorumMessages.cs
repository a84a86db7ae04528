namespace Mainstay.Ring.Core.Messages;

/// <summary>Functions of service votequorum (spec/ring-wire.md section 4.2).</summary>
internal static class VotequorumFunction
{
    public const ushort NodeInfo = 0;
    public const ushort Reconfigure = 1;
    public const ushort DeviceRegister = 2;
    public const ushort DeviceReconfigure = 3;
    public const ushort DeviceExtraInfo = 4;
}

/// <summary>Flags of a node (spec/ring-wire.md section 4.2).</summary>
[Flags]
internal enum VoteFlags : uint
{
    None = 0,
    Quorate = 1,
    Leaving = 2,
    WaitForAllStatus = 4,
    First = 8,
    DeviceRegistered = 16,
    DeviceAlive = 32,
    DeviceCastsVote = 64,
    DeviceMasterWins = 128,
    ExtraInfo = 256,
}

/// <summary>nodeinfo: votes of a node, or of the quorum device (node id 0).</summary>
internal readonly record struct VoteNodeInfo(uint NodeId, uint Votes, uint ExpectedVotes, VoteFlags Flags)
{
    public const int Size = 32;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out VoteNodeInfo message)
    {
        message = default;
        if (source.Length != Size) return false;
        message = new VoteNodeInfo(
            order.ReadUInt32(source, 16),
            order.ReadUInt32(source, 20),
            order.ReadUInt32(source, 24),
            (VoteFlags)order.ReadUInt32(source, 28));
        return true;
    }

    public void Write(Span<byte> target)
    {
        new ServiceHeader(ServiceId.Votequorum, VotequorumFunction.NodeInfo).Write(target, Size);
        WireOrder.Write(target, 16, NodeId);
        WireOrder.Write(target, 20, Votes);
        WireOrder.Write(target, 24, ExpectedVotes);
        WireOrder.Write(target, 28, (uint)Flags);
    }
}

/// <summary>What a reconfigure message changes.</summary>
internal enum VoteParameter : byte
{
    ExpectedVotes = 1,
    NodeVotes = 2,
    CancelWaitForAll = 3,
}

/// <summary>reconfigure: new expected votes or node votes for all. 28 bytes are used of 32.</summary>
internal readonly record struct VoteReconfigure(uint NodeId, uint Value, VoteParameter Parameter)
{
    public const int Size = 32;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out VoteReconfigure message)
    {
        message = default;
        if (source.Length != Size || source[24] is < 1 or > 3) return false;
        message = new VoteReconfigure(order.ReadUInt32(source, 16), order.ReadUInt32(source, 20), (VoteParameter)source[24]);
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Votequorum, VotequorumFunction.Reconfigure).Write(target, Size);
        WireOrder.Write(target, 16, NodeId);
        WireOrder.Write(target, 20, Value);
        target[24] = (byte)Parameter;
    }
}

/// <summary>qdevice_reg: a quorum device registers or unregisters under a name.</summary>
internal readonly record struct VoteDeviceRegister(bool IsRegister, string Name)
{
    public const int Size = 280;
    public const int NameSize = 255;

    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out VoteDeviceRegister message)
    {
        message = default;
        if (source.Length != Size) return false;
        var operation = order.ReadUInt32(source, 16);
        if (operation > 1) return false;
        message = new VoteDeviceRegister(operation == 1, ReadName(source.Slice(20, NameSize)));
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Votequorum, VotequorumFunction.DeviceRegister).Write(target, Size);
        WireOrder.Write(target, 16, IsRegister ? 1u : 0u);
        WriteName(target.Slice(20, NameSize), Name);
    }

    public static string ReadName(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return System.Text.Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    public static void WriteName(Span<byte> field, string name)
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(name);
        bytes.AsSpan(0, Math.Min(bytes.Length, field.Length - 1)).CopyTo(field);
    }
}

/// <summary>qdevice_reconfigure: the quorum device's name changes.</summary>
internal readonly record struct VoteDeviceRename(string OldName, string NewName)
{
    public const int Size = 528;

    public static bool TryRead(ReadOnlySpan<byte> source, out VoteDeviceRename message)
    {
        message = default;
        if (source.Length != Size) return false;
        message = new VoteDeviceRename(
            VoteDeviceRegister.ReadName(source.Slice(16, VoteDeviceRegister.NameSize)),
            VoteDeviceRegister.ReadName(source.Slice(271, VoteDeviceRegister.NameSize)));
        return true;
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Votequorum, VotequorumFunction.DeviceReconfigure).Write(target, Size);
        VoteDeviceRegister.WriteName(target.Slice(16, VoteDeviceRegister.NameSize), OldName);
        VoteDeviceRegister.WriteName(target.Slice(271, VoteDeviceRegister.NameSize), NewName);
    }
}
