using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>How XML is printed.</summary>
public enum CibPrintStyle
{
    /// <summary>One element per line, two blanks per level.</summary>
    Pretty,

    /// <summary>No added white space.</summary>
    Compact,
}

/// <summary>The result of reading a document: the document, or what is wrong with the text.</summary>
/// <param name="Document">The document; <see langword="null"/> if there is an error.</param>
/// <param name="Problems">Errors and warnings.</param>
public sealed record CibParseResult(CibDocument? Document, IReadOnlyList<CibProblem> Problems)
{
    /// <summary>The document.</summary>
    /// <exception cref="CibException">The text could not be read.</exception>
    public CibDocument DocumentOrThrow()
        => Document ?? throw new CibException(CibCode.BadXml, Problems.Count > 0 ? Problems[0].ToString() : "no document");
}

/// <summary>
/// A CIB: the configuration and status document. The XML is kept as it is: unknown elements and attributes, comments, the order of
/// elements and attributes; only white space between elements is dropped (spec/manager.md section 1).
/// </summary>
public sealed class CibDocument
{
    /// <summary>The sections of <c>configuration</c>, in the order the schema gives.</summary>
    public static readonly IReadOnlyList<string> ConfigurationSections =
    [
        "crm_config", "nodes", "resources", "constraints", "fencing-topology", "acls", "tags", "alerts", "op_defaults", "rsc_defaults",
    ];

    private readonly XDocument _xml;
    private bool _isPacked;

    private CibDocument(XDocument xml, bool isPacked = false)
    {
        _xml = xml;
        _isPacked = isPacked;
    }

    /// <summary>The XML. Whoever changes it owns the document.</summary>
    public XDocument Xml
    {
        get
        {
            if (!_isPacked) return _xml;
            _isPacked = false;
            HistoryPacker.Expand(_xml.Root!, CibLimits.Default);
            return _xml;
        }
    }

    /// <summary>
    /// The root element, below which the content of <c>lrm_resources</c> may be missing (<see cref="ParseForPlanning"/>):
    /// <see cref="RecordedResource.ReadAll"/> reads it anyway. For those who look at nothing else there.
    /// </summary>
    public XElement PackedRoot => _xml.Root!;

    /// <summary>The root element <c>cib</c>.</summary>
    public XElement Root => Xml.Root!; // every way to make a CibDocument checks for a root

    /// <summary>The <c>configuration</c> element, if present.</summary>
    public XElement? Configuration => PackedRoot.Element("configuration");

    /// <summary>The <c>status</c> element, if present.</summary>
    public XElement? Status => Root.Element("status");

    /// <summary>The version triple.</summary>
    public CibVersion Version
    {
        get => CibVersion.Of(PackedRoot);
        set => value.WriteTo(PackedRoot);
    }

    /// <summary>The name of the schema (<c>validate-with</c>), if present.</summary>
    public string? SchemaName => PackedRoot.Value("validate-with");

    /// <summary>The feature set of the writer (<c>crm_feature_set</c>), if present.</summary>
    public string? FeatureSet => PackedRoot.Value("crm_feature_set");

    /// <summary>Reads a document from text.</summary>
    /// <param name="text">The XML text.</param>
    /// <param name="source">The name of the source for messages, e.g. a file name.</param>
    /// <param name="limits">Bounds of size and depth; the defaults if absent.</param>
    public static CibParseResult Parse(string text, string? source = null, CibLimits? limits = null)
    {
        return FromRead(CibReader.Read(text, source, limits ?? CibLimits.Default));
    }

    /// <summary>Reads a document from bytes; the encoding is found as XML says (UTF-8 without a declaration).</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="source">The name of the source for messages, e.g. a file name.</param>
    /// <param name="limits">Bounds of size and depth; the defaults if absent.</param>
    public static CibParseResult Parse(ReadOnlyMemory<byte> bytes, string? source = null, CibLimits? limits = null)
    {
        limits ??= CibLimits.Default;
        if (AttributeBound.Check(bytes.Span, source, limits) is { } problem) return new CibParseResult(null, [problem]);
        using var stream = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        return Parse(stream, source, limits);
    }

    /// <summary>Reads a document from a stream.</summary>
    /// <param name="stream">The stream; it is read to its end or to the first error.</param>
    /// <param name="source">The name of the source for messages, e.g. a file name.</param>
    /// <param name="limits">Bounds of size and depth; the defaults if absent.</param>
    public static CibParseResult Parse(Stream stream, string? source = null, CibLimits? limits = null)
        => FromRead(CibReader.Read(stream, source, limits ?? CibLimits.Default));

    /// <summary>A document around an existing root element, which must be named <c>cib</c> and have no parent.</summary>
    /// <param name="root">The root element.</param>
    /// <exception cref="CibException">The element is not a <c>cib</c> element.</exception>
    public static CibDocument FromRoot(XElement root)
    {
        if (!root.Is("cib"))
        {
            throw new CibException(CibCode.BadXml, $"the root element is '{root.Name.LocalName}', not 'cib'");
        }

        return new CibDocument(new XDocument(root));
    }

    /// <summary>
    /// Reads a document of which mostly the scheduler's view is wanted: the recorded operations, nine tenths of a large document, stay
    /// text until somebody asks for <see cref="Xml"/>, <see cref="Root"/> or <see cref="Status"/>. The document is the same one that
    /// <see cref="Parse(ReadOnlyMemory{byte}, string?, CibLimits?)"/> gives; it must not be used by several threads at once.
    /// </summary>
    /// <param name="bytes">The bytes; the document keeps them.</param>
    /// <param name="source">The name of the source for messages, e.g. a file name.</param>
    /// <param name="limits">Bounds of size and depth; the defaults if absent.</param>
    public static CibParseResult ParseForPlanning(byte[] bytes, string? source = null, CibLimits? limits = null)
    {
        var plain = PlainReader.TryRead(bytes, limits ?? CibLimits.Default, packsHistories: true);
        return plain?.Root is { } root && root.Is("cib")
            ? new CibParseResult(new CibDocument(plain, isPacked: true), [])
            : Parse(bytes, source, limits);
    }

    /// <summary>An empty configuration of the newest schema, version 0.0.0.</summary>
    public static CibDocument CreateEmpty() => new(new XDocument(new XElement(
        "cib",
        new XAttribute("crm_feature_set", CibSchema.FeatureSet),
        new XAttribute("validate-with", CibSchema.Newest.Name),
        new XAttribute("epoch", 0),
        new XAttribute("num_updates", 0),
        new XAttribute("admin_epoch", 0),
        new XElement(
            "configuration",
            new XElement("crm_config"),
            new XElement("nodes"),
            new XElement("resources"),
            new XElement("constraints")),
        new XElement("status"))));

    /// <summary>
    /// A section: <c>cib</c>, <c>configuration</c>, <c>status</c> or one of <see cref="ConfigurationSections"/>; if it is absent,
    /// <see langword="null"/>.
    /// </summary>
    /// <param name="name">The section's name.</param>
    public XElement? Section(string name) => name switch
    {
        "cib" or "all" => Root,
        "configuration" => Configuration,
        "status" => Status,
        _ => Configuration?.Element(name),
    };

    /// <summary>The path of a section, e.g. <c>/cib/configuration/resources</c>, or <see langword="null"/> for an unknown name.</summary>
    /// <param name="name">The section's name.</param>
    public static string? SectionPath(string name) => name switch
    {
        "cib" or "all" => "/cib",
        "configuration" => "/cib/configuration",
        "status" => "/cib/status",
        _ => ConfigurationSections.Contains(name, StringComparer.Ordinal) ? $"/cib/configuration/{name}" : null,
    };

    /// <summary>A deep copy; line numbers are kept.</summary>
    public CibDocument Clone()
    {
        var copy = new XDocument(_xml);
        CibElements.CopyLines(PackedRoot, copy.Root!); // the source has a root, so the copy has
        if (_isPacked) HistoryPacker.CopyTo(PackedRoot, copy.Root!);
        return new CibDocument(copy, _isPacked);
    }

    /// <summary>Whether the content is the same: elements, attributes (in any order), text and comments.</summary>
    /// <param name="other">The other document.</param>
    public bool ContentEquals(CibDocument other) => XmlComparison.AreEqual(Root, other.Root);

    /// <summary>The XML text.</summary>
    /// <param name="style">Pretty (ends with a newline) or compact (does not).</param>
    public string ToXml(CibPrintStyle style = CibPrintStyle.Pretty) => CibWriter.Print(Xml, style);

    private static CibParseResult FromRead(XmlReadResult read)
    {
        if (read.Document?.Root is not { } root)
        {
            return new CibParseResult(null, read.Problems);
        }

        if (!root.Is("cib"))
        {
            var problem = CibProblem.Error(root, $"the root element is '{root.Name.LocalName}', not 'cib'", "give a complete CIB document");
            return new CibParseResult(null, [.. read.Problems, problem]);
        }

        return new CibParseResult(new CibDocument(read.Document), read.Problems);
    }
}
