namespace Mainstay.Simulator.Ring.Checkers;

/// <summary>
/// I13 causality: whoever delivers a message and one that its sender had delivered before sending it delivers them in that order. Each
/// message remembers the last one that its sender had delivered; what came before that follows by I8.
/// </summary>
internal sealed class CausalityChecker : RingChecker
{
    private readonly Dictionary<MessageId, MessageId> _causes = [];
    private readonly Dictionary<uint, Process> _processes = [];

    public override void OnStart(uint node, bool storageKept) => _processes[node] = new Process();

    public override void OnSubmit(uint node, MessageId message, ulong digest)
    {
        if (_processes[node].Last is { } cause)
        {
            _causes[message] = cause;
        }
    }

    public override void OnMessage(uint node, uint origin, MessageId message, ulong digest)
    {
        var process = _processes[node];
        process.Last = message;
        if (process.Overtaken.Remove(message))
        {
            Fail("I13", $"node {node} delivers {message} after a message that was sent because of it");
        }

        // A cause that comes later is an error; one that never comes belongs to a time before this node joined.
        if (_causes.TryGetValue(message, out var cause) && cause.Node != message.Node && !process.HasDelivered(cause))
        {
            process.Overtaken.Add(cause);
        }

        process.Note(message);
    }

    private sealed class Process
    {
        private readonly Dictionary<(uint Node, uint Incarnation, bool IsSynchronisation), uint> _highest = [];

        public MessageId? Last { get; set; }

        /// <summary>Causes that were not delivered when their effects were.</summary>
        public HashSet<MessageId> Overtaken { get; } = [];

        public bool HasDelivered(MessageId id) =>
            _highest.GetValueOrDefault((id.Node, id.Incarnation, id.IsSynchronisation)) >= id.Number;

        public void Note(MessageId id)
        {
            var line = (id.Node, id.Incarnation, id.IsSynchronisation);
            _highest[line] = Math.Max(_highest.GetValueOrDefault(line), id.Number);
        }
    }
}
