using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>
/// Finds elements by name and id, and what an <c>id-ref</c> stands for. It shows the document as it was when the index was made;
/// elements added later are made known with <see cref="Add"/>.
/// </summary>
public sealed class IdIndex
{
    // What is to be indexed when somebody asks; null once somebody did.
    private List<XElement>? _waiting;
    private Tables? _tables;

    /// <summary>Indexes everything below (and including) an element; the first of several equal ones counts.</summary>
    /// <param name="root">The element, usually the root of a document.</param>
    public IdIndex(XElement root)
    {
        _tables = new Tables();
        _tables.Add(root);
    }

    private IdIndex(List<XElement> waiting) => _waiting = waiting;

    /// <summary>
    /// An index that is made when it is first needed, for most documents have no references. The caller does not change the document, nor
    /// what is added.
    /// </summary>
    /// <param name="root">The element, usually the root of a document.</param>
    public static IdIndex OnDemand(XElement root) => new([root]);

    /// <summary>Makes the elements of a sub-tree known, as the last of the document.</summary>
    /// <param name="root">The sub-tree.</param>
    public void Add(XElement root)
    {
        if (_waiting is { } waiting) waiting.Add(root);
        else _tables!.Add(root);
    }

    /// <summary>The first element of this name and id, or <see langword="null"/>.</summary>
    /// <param name="elementName">The element name.</param>
    /// <param name="id">The id, compared exactly.</param>
    public XElement? Find(string elementName, string id) => Known.ByNameAndId.GetValueOrDefault((elementName, id));

    /// <summary>The first element of any name with this id, or <see langword="null"/>.</summary>
    /// <param name="id">The id, compared exactly.</param>
    public XElement? Find(string id) => Known.ById.GetValueOrDefault(id);

    /// <summary>
    /// What an element stands for: itself without <c>id-ref</c>, else the first element of the same name with that id. A reference to a
    /// reference is followed at most 16 steps, so loops end.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <returns>The element to use; <see langword="null"/> if the reference leads nowhere.</returns>
    public XElement? Resolve(XElement element)
    {
        const int StepsMax = 16;
        XElement? current = element;
        for (var step = 0; step < StepsMax && current is not null; step++)
        {
            if (current.Value("id-ref") is not { } reference)
            {
                return current;
            }

            current = Find(current.Name.LocalName, reference);
        }

        return null;
    }

    private Tables Known
    {
        get
        {
            if (_waiting is not { } waiting) return _tables!;
            _tables = new Tables();
            foreach (var root in waiting) _tables.Add(root);
            _waiting = null;
            return _tables;
        }
    }

    private sealed class Tables
    {
        public Dictionary<(string Name, string Id), XElement> ByNameAndId { get; } = [];

        public Dictionary<string, XElement> ById { get; } = new(StringComparer.Ordinal);

        public void Add(XElement root)
        {
            foreach (var element in root.DescendantsAndSelf())
            {
                if (element.Id() is not { } id) continue;
                _ = ByNameAndId.TryAdd((element.Name.LocalName, id), element);
                _ = ById.TryAdd(id, element);
            }
        }
    }
}
