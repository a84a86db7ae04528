namespace Mainstay.Totem;

/// <summary>
/// A message's place in the order of its ring: 32 bits with wrap (spec/totem.md section 8). Comparisons are right for values less than
/// 2^31 apart; the protocol keeps them within one window of 16384.
/// </summary>
internal readonly record struct MessageSequence(uint Value)
{
    public MessageSequence Next => new(Value + 1);

    public MessageSequence Previous => new(Value - 1);

    public static bool operator <(MessageSequence left, MessageSequence right) => (int)(left.Value - right.Value) < 0;

    public static bool operator >(MessageSequence left, MessageSequence right) => (int)(left.Value - right.Value) > 0;

    public static bool operator <=(MessageSequence left, MessageSequence right) => (int)(left.Value - right.Value) <= 0;

    public static bool operator >=(MessageSequence left, MessageSequence right) => (int)(left.Value - right.Value) >= 0;

    public static MessageSequence Min(MessageSequence left, MessageSequence right) => left < right ? left : right;

    public static MessageSequence Max(MessageSequence left, MessageSequence right) => left > right ? left : right;

    /// <summary>How far <paramref name="to"/> is ahead of this one; huge if it is behind.</summary>
    public uint DistanceTo(MessageSequence to) => to.Value - Value;

    // What a record prints of itself would go on with the next one, and never end.
    public override string ToString() => $"{Value}";
}

/// <summary>Counts the hops of a token in one ring: 32 bits with wrap.</summary>
internal readonly record struct TokenSequence(uint Value)
{
    public TokenSequence Next => new(Value + 1);

    public TokenSequence Previous => new(Value - 1);

    public static bool operator <=(TokenSequence left, TokenSequence right) => (int)(left.Value - right.Value) <= 0;

    public static bool operator >=(TokenSequence left, TokenSequence right) => (int)(left.Value - right.Value) >= 0;

    public override string ToString() => $"{Value}";
}
