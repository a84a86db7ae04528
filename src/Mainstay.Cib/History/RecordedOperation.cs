using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// One <c>lrm_rsc_op</c>: the numbers every reader needs, decoded once, and the other attributes on demand from where they stand.
/// Immutable.
/// </summary>
public sealed class RecordedOperation
{
    private const string LastFailureSuffix = "_last_failure_0";

    // An XElement, or the UTF-8 text of the document with the position of the element's attributes.
    private readonly object _source;
    private readonly int _position;

    private RecordedOperation(object source, int position, in Facts facts)
    {
        _source = source;
        _position = position;
        Operation = facts.Operation!;
        IntervalMs = facts.IntervalMs;
        CallId = facts.CallId;
        ExitStatus = facts.ExitStatus;
        ExecutionStatus = facts.ExecutionStatus;
        TargetResult = facts.TargetResult;
        IsLastFailure = facts.IsLastFailure;
    }

    /// <summary>Name of the operation.</summary>
    public string Operation { get; }

    /// <summary>Interval in milliseconds, 0..4294967295.</summary>
    public uint IntervalMs { get; }

    /// <summary>Call number, 0 if it is missing, -1 for pending operations.</summary>
    public int CallId { get; }

    /// <summary>The result that would have been success (third part of <c>transition-key</c>), -1 if that is not known.</summary>
    public int TargetResult { get; }

    /// <summary>Exit status 0..255, -1 if it is missing or out of range.</summary>
    public short ExitStatus { get; }

    /// <summary>Execution status -1..11, null if it is missing or out of range.</summary>
    public sbyte? ExecutionStatus { get; }

    /// <summary>Whether this is the record of a resource's last failure (<c>RSC_last_failure_0</c>).</summary>
    public bool IsLastFailure { get; }

    /// <summary>The element's <c>id</c>.</summary>
    public string Id => Text("id")!; // what has no id is not read

    /// <summary>The value of an attribute, or null.</summary>
    /// <param name="attribute">The attribute's name.</param>
    /// <returns>The value; the text is looked up at each call.</returns>
    public string? Text(string attribute) => _source is XElement element
        ? element.Value(attribute)
        : PackedText.Value((byte[])_source, _position, attribute);

    /// <summary>Whether two operations have the same value of an attribute.</summary>
    /// <param name="attribute">The attribute's name.</param>
    /// <param name="other">The other operation.</param>
    /// <returns>Whether both have it, with equal values.</returns>
    public bool HasSame(string attribute, RecordedOperation other)
    {
        if (_source is byte[] text && other._source is byte[] otherText)
        {
            if (!PackedText.TryFind(text, _position, attribute, out var value)) return false;
            if (!PackedText.TryFind(otherText, other._position, attribute, out var otherValue)) return false;
            if (value.SequenceEqual(otherValue)) return true;
            if (!value.Contains((byte)'&') && !otherValue.Contains((byte)'&')) return false;
        }

        return Text(attribute) is { } decoded && decoded == other.Text(attribute);
    }

    /// <summary>Decodes an element.</summary>
    /// <param name="element">The <c>lrm_rsc_op</c>.</param>
    /// <returns>The operation; null if the element has no id or no operation, and so says nothing.</returns>
    public static RecordedOperation? Read(XElement element)
    {
        var facts = Facts.None;
        for (var attribute = element.FirstAttribute; attribute is not null; attribute = attribute.NextAttribute)
        {
            if (attribute.Name.NamespaceName.Length == 0) facts.Take(attribute.Name.LocalName, attribute.Value);
        }

        return facts.IsComplete ? new RecordedOperation(element, 0, facts) : null;
    }

    /// <summary>The operation whose attributes stand at a position of a text and were taken already.</summary>
    internal static RecordedOperation? Packed(byte[] text, int position, in Facts facts) =>
        facts.IsComplete ? new RecordedOperation(text, position, facts) : null;

    /// <summary>What is decoded at once.</summary>
    internal struct Facts
    {
        public string? Operation;
        public uint IntervalMs;
        public int CallId;
        public int TargetResult;
        public short ExitStatus;
        public sbyte? ExecutionStatus;
        public bool IsLastFailure;
        private bool _hasId;

        public static Facts None => new() { ExitStatus = -1, TargetResult = -1 };

        public readonly bool IsComplete => _hasId && Operation is not null;

        public void Take(string name, string value)
        {
            switch (name)
            {
                case "id":
                    _hasId = true;
                    IsLastFailure = value.EndsWith(LastFailureSuffix, StringComparison.Ordinal);
                    break;
                case "operation":
                    Operation = value;
                    break;
                case "interval":
                    SetInterval(IntegerText.TryReadLeading(value, out long interval) ? interval : 0);
                    break;
                case "call-id":
                    CallId = IntegerText.TryReadLeading(value, out long call) ? (int)call : 0;
                    break;
                case "rc-code":
                    SetExitStatus(IntegerText.TryReadLeading(value, out long status) ? status : -1);
                    break;
                case "op-status":
                    SetExecutionStatus(IntegerText.TryReadLeading(value, out long execution) ? execution : -2);
                    break;
                case "transition-key":
                    TargetResult = TransitionKey.TryRead(value, out var key) ? key.TargetResult : -1;
                    break;
                default:
                    break;
            }
        }

        public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            switch (name.Length)
            {
                case 2 when name.SequenceEqual("id"u8):
                    _hasId = true;
                    IsLastFailure = value.EndsWith("_last_failure_0"u8);
                    break;
                case 9 when name.SequenceEqual("operation"u8):
                    Operation = PackedText.OperationName(value);
                    break;
                case 9 when name.SequenceEqual("op-status"u8):
                    SetExecutionStatus(PackedText.Integer(value, -2));
                    break;
                case 8 when name.SequenceEqual("interval"u8):
                    SetInterval(PackedText.Integer(value, 0));
                    break;
                case 7 when name.SequenceEqual("call-id"u8):
                    CallId = (int)PackedText.Integer(value, 0);
                    break;
                case 7 when name.SequenceEqual("rc-code"u8):
                    SetExitStatus(PackedText.Integer(value, -1));
                    break;
                case 14 when name.SequenceEqual("transition-key"u8):
                    TargetResult = TransitionKey.ReadTarget(value);
                    break;
                default:
                    break;
            }
        }

        private void SetInterval(long value) => IntervalMs = (uint)Math.Clamp(value, 0, uint.MaxValue);

        private void SetExitStatus(long value) => ExitStatus = value is >= 0 and <= 255 ? (short)value : (short)-1;

        private void SetExecutionStatus(long value) => ExecutionStatus = value is >= -1 and <= 11 ? (sbyte)value : null;
    }
}

/// <summary>A transition key, <c>ACTION:TRANSITION:TARGETRC:UUID</c> (spec/scheduler-history.md section 6).</summary>
/// <param name="Transition">Number of the transition.</param>
/// <param name="TargetResult">The exit status that means success.</param>
/// <param name="Uuid">Who made the transition.</param>
public readonly record struct TransitionKey(int Transition, int TargetResult, string Uuid)
{
    /// <summary>Reads the text of a key.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key.</param>
    /// <returns>Whether the text is a key.</returns>
    public static bool TryRead(string? text, out TransitionKey key)
    {
        key = default;
        var parts = text?.Split(':', 4);
        if (parts is not { Length: 4 } || parts[3].Length == 0) return false;
        if (!int.TryParse(parts[0], out _) || !int.TryParse(parts[1], out int transition) || !int.TryParse(parts[2], out int target))
        {
            return false;
        }

        key = new TransitionKey(transition, target, parts[3]);
        return true;
    }

    /// <summary>Reads the key inside a <c>transition-magic</c>, <c>STATUS:RC;KEY</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key.</param>
    /// <returns>Whether the text contains a key.</returns>
    public static bool TryReadMagic(string? text, out TransitionKey key)
    {
        key = default;
        int separator = text?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return separator >= 0 && TryRead(text![(separator + 1)..], out key);
    }

    /// <summary>The target of a key in UTF-8, -1 if it is no key.</summary>
    internal static int ReadTarget(ReadOnlySpan<byte> text)
    {
        const int DigitsMax = 9;
        int position = 0;
        int number = 0;
        for (int part = 0; part < 3; part++)
        {
            int start = position;
            number = 0;
            while (position < text.Length && text[position] is >= (byte)'0' and <= (byte)'9' && position - start < DigitsMax)
            {
                number = (number * 10) + text[position++] - '0';
            }

            // Anything but plain digits is rare: the general way decides.
            if (position == start || position >= text.Length || text[position] != ':') return Slowly(text);
            position++;
        }

        return position < text.Length ? number : -1;
    }

    private static int Slowly(ReadOnlySpan<byte> text) =>
        TryRead(PackedText.Unescape(text), out var key) ? key.TargetResult : -1;
}
