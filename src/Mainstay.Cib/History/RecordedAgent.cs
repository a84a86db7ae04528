namespace Mainstay.Cib;

/// <summary>The agent that recorded resources name. Resources recur on every node, so that one object serves many of them.</summary>
internal sealed class RecordedAgent
{
    private readonly string? _class;
    private readonly string? _provider;
    private readonly string? _type;

    /// <summary>The agent among the attributes that begin at a position.</summary>
    public RecordedAgent(byte[] text, int position)
    {
        var attributes = new PackedText(text, position);
        while (attributes.Next(out var name, out var value))
        {
            if (name.SequenceEqual("class"u8)) _class = PackedText.Unescape(value);
            else if (name.SequenceEqual("provider"u8)) _provider = PackedText.Unescape(value);
            else if (name.SequenceEqual("type"u8)) _type = PackedText.Unescape(value);
        }
    }

    /// <summary>Whether the agent is this one; null stands for a part that is not given.</summary>
    public bool Is(string? agentClass, string? provider, string? type) =>
        _type == type && _provider == provider && _class == agentClass;

    /// <summary>The agents met lately, by the text that names them.</summary>
    internal sealed class Cache
    {
        private const int Places = 64;

        private readonly Place[] _places = new Place[Places];

        /// <summary>The agent among the attributes between two positions of the text that this cache serves.</summary>
        public RecordedAgent Get(byte[] text, int position, int end)
        {
            var wanted = text.AsSpan(position, end - position);
            uint hash = (uint)wanted.Length + (wanted[wanted.Length / 2] * 13u) + (wanted[wanted.Length * 3 / 4] * 7u)
                + (wanted[wanted.Length * 7 / 8] * 23u);
            ref var place = ref _places[(int)(hash % Places)];
            if (place.Agent is not null && wanted.SequenceEqual(text.AsSpan(place.Position, place.Length))) return place.Agent;
            place.Position = position;
            place.Length = wanted.Length;
            return place.Agent = new RecordedAgent(text, position);
        }

        private struct Place
        {
            public int Position;
            public int Length;
            public RecordedAgent? Agent;
        }
    }
}
