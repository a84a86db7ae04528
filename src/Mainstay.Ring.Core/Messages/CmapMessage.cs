namespace Mainstay.Ring.Core.Messages;

/// <summary>
/// The one message of service cmap: the sender's <c>totem.config_version</c>, in synchronisation or after a change
/// (spec/ring-wire.md section 4.3).
/// </summary>
/// <param name="Reason">0 in synchronisation, 1 new version.</param>
/// <param name="ConfigVersion">The version; 0 is "not set" and goes without a value.</param>
internal readonly record struct CmapMessage(byte Reason, ulong ConfigVersion)
{
    public const byte InSynchronisation = 0;
    public const byte NewVersion = 1;
    public const int SizeWithoutValue = 328;
    public const int SizeWithValue = 336;

    private const int CountOffset = 24;
    private const int ItemOffset = 48;
    private const int TypeOffset = ItemOffset + 264;
    private const int LengthOffset = ItemOffset + 272;
    private const int ValueOffset = ItemOffset + 280;
    private const byte NoValue = 0;
    private const byte UInt64Value = 8;

    private static ReadOnlySpan<byte> Key => "totem.config_version"u8;

    public int Size => ConfigVersion == 0 ? SizeWithoutValue : SizeWithValue;

    /// <summary>Reads a message whose first item is the configuration version; others are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, WireOrder order, out CmapMessage message)
    {
        message = default;
        if (source.Length < SizeWithoutValue || source[CountOffset] == 0) return false;
        var keyLength = order.ReadUInt16(source, ItemOffset);
        if (keyLength > 255 || !source.Slice(ItemOffset + 8, keyLength).SequenceEqual(Key)) return false;
        var length = order.ReadUInt64(source, LengthOffset);
        switch (source[TypeOffset])
        {
            case NoValue when length == 0:
                message = new CmapMessage(source[16], 0);
                return true;
            case UInt64Value when length == 8 && source.Length >= SizeWithValue:
                message = new CmapMessage(source[16], order.ReadUInt64(source, ValueOffset));
                return true;
            default:
                return false;
        }
    }

    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        new ServiceHeader(ServiceId.Cmap, 0).Write(target, Size);
        target[16] = Reason;
        target[CountOffset] = 1;
        WireOrder.Write(target, ItemOffset, (ushort)Key.Length);
        Key.CopyTo(target[(ItemOffset + 8)..]);
        if (ConfigVersion == 0) return;
        target[TypeOffset] = UInt64Value;
        WireOrder.Write(target, LengthOffset, 8UL);
        WireOrder.Write(target, ValueOffset, ConfigVersion);
    }
}
