using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>One <c>lrm_resource</c>: what one node recorded about one resource. Immutable.</summary>
public sealed class RecordedResource
{
    private readonly object _source;
    private readonly int _position;
    private readonly RecordedAgent? _agent;

    private RecordedResource(object source, int position, RecordedAgent? agent, string id, RecordedOperation[] operations)
    {
        _source = source;
        _position = position;
        _agent = agent;
        Id = id;
        Operations = operations;
    }

    /// <summary>Name under which the history is kept.</summary>
    public string Id { get; }

    /// <summary>The operations in document order; those without id or operation name say nothing and are left out.</summary>
    public IReadOnlyList<RecordedOperation> Operations { get; }

    /// <summary>The value of an attribute, or null.</summary>
    /// <param name="attribute">The attribute's name.</param>
    /// <returns>The value; the text is looked up at each call.</returns>
    public string? Text(string attribute) => _source is XElement element
        ? element.Value(attribute)
        : PackedText.Value((byte[])_source, _position, attribute);

    /// <summary>Whether the agent is this one; null stands for a part that is not given.</summary>
    /// <param name="agentClass">Agent standard.</param>
    /// <param name="provider">Agent provider.</param>
    /// <param name="type">Agent name.</param>
    /// <returns>Whether all three parts are equal, and none is there that should not be.</returns>
    public bool HasAgent(string? agentClass, string? provider, string? type) =>
        _agent?.Is(agentClass, provider, type)
        ?? (Text("class") == agentClass && Text("provider") == provider && Text("type") == type);

    /// <summary>A new element with the same attributes.</summary>
    /// <param name="name">The element's name.</param>
    /// <returns>The element, without content.</returns>
    public XElement ToElement(string name)
    {
        if (_source is XElement element) return new XElement(name, element.Attributes());
        var made = new XElement(name);
        foreach (var (attribute, value) in PackedText.All((byte[])_source, _position)) made.Add(new XAttribute(attribute, value));
        return made;
    }

    /// <summary>The histories of one <c>lrm_resources</c>, packed or not; resources without id are left out.</summary>
    /// <param name="resources">The element <c>lrm_resources</c>.</param>
    /// <returns>The histories in document order.</returns>
    public static IEnumerable<RecordedResource> ReadAll(XElement resources)
    {
        if (resources.Annotation<PackedHistory>() is { } packed) return packed.Resources;
        return ReadElements(resources);
    }

    internal static RecordedResource Packed(
        byte[] text, int position, RecordedAgent agent, string id, RecordedOperation[] operations) =>
        new(text, position, agent, id, operations);

    private static IEnumerable<RecordedResource> ReadElements(XElement resources)
    {
        var operations = new List<RecordedOperation>();
        for (var node = resources.FirstNode; node is not null; node = node.NextNode)
        {
            if (node is not XElement element || !element.Is("lrm_resource") || element.Id() is not { } id) continue;
            operations.Clear();
            for (var child = element.FirstNode; child is not null; child = child.NextNode)
            {
                if (child is XElement record && record.Is("lrm_rsc_op") && RecordedOperation.Read(record) is { } operation)
                {
                    operations.Add(operation);
                }
            }

            yield return new RecordedResource(element, 0, null, id, [.. operations]);
        }
    }
}

/// <summary>
/// The content of one <c>lrm_resources</c> as text, instead of elements. It is an annotation of the element until somebody asks for the
/// elements.
/// </summary>
internal sealed class PackedHistory(byte[] text, int start, int end, int line, List<RecordedResource> resources)
{
    public List<RecordedResource> Resources { get; } = resources;

    /// <summary>The text of the whole document.</summary>
    public byte[] Text { get; } = text;

    /// <summary>Where the content begins, after the start tag.</summary>
    public int Start { get; } = start;

    /// <summary>Where the content ends, before the end tag.</summary>
    public int End { get; } = end;

    /// <summary>Line of the first byte of the content.</summary>
    public int Line { get; } = line;
}
