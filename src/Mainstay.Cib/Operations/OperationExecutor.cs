using System.Xml.Linq;
using System.Xml.XPath;

namespace Mainstay.Cib;

/// <summary>Carries out one request on a document that it may change; versions, stamps and validation come afterwards.</summary>
internal static class OperationExecutor
{
    private const string NotFoundMessage = "No such device or address";

    public static CibResult Run(CibDocument document, CibRequest request)
    {
        if (request.Scope is { } scope && CibDocument.SectionPath(scope) is null)
        {
            return Fail(document, CibCode.Software, $"Invalid argument: there is no section '{scope}'");
        }

        return request.Kind switch
        {
            CibOperationKind.Create => WithInput(document, request, Create),
            CibOperationKind.Modify => WithInput(document, request, Modify),
            CibOperationKind.Delete => Delete(document, request),
            CibOperationKind.Replace => WithInput(document, request, Replace),
            CibOperationKind.Patch => WithInput(document, request, (target, _, input) => CibPatchset.Apply(target, input)),
            CibOperationKind.Erase => Erase(document, request),
            CibOperationKind.Bump => Bump(document),
            CibOperationKind.Upgrade => Upgrade(document, request),
            _ => throw new CibException($"{request.Kind} is no operation"),
        };
    }

    private static CibResult Ok(CibDocument document) => new(CibCode.Ok, document);

    private static CibResult Fail(CibDocument document, CibCode code, string message, XElement? answer = null)
        => new(code, document) { Message = message, Answer = answer };

    private static CibResult NotFound(CibDocument document, XElement input) => Fail(
        document, CibCode.NotFound,
        $"{NotFoundMessage}: there is no {input.Name.LocalName}{(input.Id() is { } id ? $" '{id}'" : string.Empty)}");

    /// <summary>The input of a request; of a whole <c>cib</c> with a scope, the section is meant.</summary>
    private static CibResult WithInput(
        CibDocument document, CibRequest request, Func<CibDocument, CibRequest, XElement, CibResult> operation)
    {
        if (request.Input is not { } input)
        {
            return Fail(document, CibCode.BadXml, "the request has no XML");
        }

        if (!input.Is("cib") || request.Scope is null or "cib" or "all")
        {
            return operation(document, request, input);
        }

        return CibDocument.FromRoot(input.Copy()).Section(request.Scope) is { } part
            ? operation(document, request, part)
            : Fail(document, CibCode.Software, $"Invalid argument: the given CIB has no section '{request.Scope}'");
    }

    private static CibResult Create(CibDocument document, CibRequest request, XElement input)
    {
        if (request.XPath is not null)
        {
            return Fail(document, CibCode.Software, "Invalid argument: create takes a scope, not an XPath");
        }

        if (request.Scope is null or "cib" or "all")
        {
            // Without a section there is nothing to create in; what exists is merged, as modify does.
            return Modify(document, request, input);
        }

        var section = request.Scope;
        if (document.Section(section) is not { } parent)
        {
            var refused = input.Is(section) ? input.Elements().FirstOrDefault() : input;
            return refused is null ? Ok(document) : Fail(
                document,
                CibCode.Software,
                $"Invalid argument: the configuration has no section '{section}' yet; "
                    + "create it in its parent, or use modify with the whole section",
                FailedAnswer(refused, "Invalid argument"));
        }

        var isSection = input.Is(parent.Name.LocalName);
        foreach (var element in isSection ? input.Elements() : [input])
        {
            if (parent.Elements().Any(known => ElementMerge.IsSame(known, element)))
            {
                return Fail(document, CibCode.Exists, "File exists", FailedAnswer(element, "File exists"));
            }

            parent.Add(element.Copy());
        }

        return Ok(document);
    }

    private static XElement FailedAnswer(XElement element, string reason) => new(
        "failed",
        new XElement(
            "failed_update",
            element.Id() is { } id ? new XAttribute("id", id) : null,
            new XAttribute("object-type", element.Name.LocalName),
            new XAttribute("operation", "cib_create"),
            new XAttribute("reason", reason),
            new XElement(element)));

    /// <summary>A section; an optional one that is absent is added in its place.</summary>
    private static XElement SectionOrNew(CibDocument document, string name)
    {
        if (document.Section(name) is { } section)
        {
            return section;
        }

        var added = new XElement(name);
        (name is "configuration" or "status" ? document.Root : SectionOrNew(document, "configuration")).Add(added);
        return added;
    }

    private static CibResult Modify(CibDocument document, CibRequest request, XElement input)
    {
        if (request.XPath is not null)
        {
            if (!TrySelect(document, request.XPath, out var matches, out var problem))
            {
                return Fail(document, CibCode.Software, problem);
            }

            var match = matches.FirstOrDefault();
            if (match is null || !ElementMerge.IsNamed(match, input))
            {
                return NotFound(document, input);
            }

            ElementMerge.Merge(match, input);
            return Ok(document);
        }

        var section = request.Scope is null ? document.Root : document.Section(request.Scope);
        var target = section?.DescendantsAndSelf().FirstOrDefault(element => ElementMerge.IsNamed(element, input));
        if (target is not null)
        {
            ElementMerge.Merge(target, input);
            return Ok(document);
        }

        if (request.Scope is { } scope && section is null && input.Is(scope))
        {
            ElementMerge.Merge(SectionOrNew(document, scope), input);
            return Ok(document);
        }

        if (!request.AllowCreate || request.Scope is null)
        {
            return NotFound(document, input);
        }

        SectionOrNew(document, request.Scope).Add(input.Copy());
        return Ok(document);
    }

    private static CibResult Delete(CibDocument document, CibRequest request)
    {
        if (request.XPath is not null)
        {
            if (request.DeleteAll && !request.Force)
            {
                return Fail(document, CibCode.Unsafe, "deleting all matches is dangerous: it needs --force");
            }

            if (!TrySelect(document, request.XPath, out var matches, out var problem))
            {
                return Fail(document, CibCode.Software, problem);
            }

            foreach (var match in matches.Where(match => match != document.Root).Take(request.DeleteAll ? int.MaxValue : 1).ToList())
            {
                match.Remove();
            }

            return Ok(document);
        }

        return WithInput(document, request, DeleteByPattern);
    }

    private static CibResult DeleteByPattern(CibDocument document, CibRequest request, XElement pattern)
    {
        var section = request.Scope is null ? document.Root : document.Section(request.Scope);
        foreach (var wanted in request.Scope is { } scope && pattern.Is(scope) ? pattern.Elements() : [pattern])
        {
            section?.Descendants().FirstOrDefault(element => ElementMerge.Fits(element, wanted))?.Remove();
        }

        return Ok(document);
    }

    private static CibResult Replace(CibDocument document, CibRequest request, XElement input)
    {
        if (request.XPath is not null)
        {
            return ReplaceMatch(document, request.XPath, input);
        }

        if (request.Scope is null or "cib" or "all")
        {
            return input.Is("cib") ? ReplaceAll(document, input) : ReplaceElement(document, document.Root, input);
        }

        var section = request.Scope;
        if (document.Section(section) is not { } target)
        {
            return NotFound(document, input);
        }

        if (input.Is(section))
        {
            target.ReplaceWith(input.Copy());
            return Ok(document);
        }

        return ReplaceElement(document, target, input);
    }

    private static CibResult ReplaceAll(CibDocument document, XElement input)
    {
        var replacement = CibDocument.FromRoot(input.Copy());
        return replacement.Version < document.Version
            ? Fail(document, CibCode.Old,
                $"Update was older than existing configuration: {replacement.Version} is lower than {document.Version}")
            : Ok(replacement);
    }

    private static CibResult ReplaceElement(CibDocument document, XElement parent, XElement input)
    {
        var target = parent.Descendants().FirstOrDefault(element => ElementMerge.IsNamed(element, input));
        if (target is null)
        {
            return NotFound(document, input);
        }

        target.ReplaceWith(input.Copy());
        return Ok(document);
    }

    private static CibResult ReplaceMatch(CibDocument document, string xpath, XElement input)
    {
        if (!TrySelect(document, xpath, out var matches, out var problem))
        {
            return Fail(document, CibCode.Software, problem);
        }

        if (matches.FirstOrDefault() is not { } match)
        {
            return NotFound(document, input);
        }

        if (match.Parent is not { } parent)
        {
            return input.Is("cib") ? ReplaceAll(document, input)
                : Fail(document, CibCode.Software, "Invalid argument: the root is a 'cib'");
        }

        match.Remove();
        parent.Add(input.Copy());
        return Ok(document);
    }

    private static CibResult Erase(CibDocument document, CibRequest request)
    {
        if (!request.Force)
        {
            return Fail(document, CibCode.Unsafe, "erasing the configuration is dangerous: it needs --force");
        }

        var empty = CibDocument.CreateEmpty();
        empty.Root.SetAttributeValue("validate-with", document.SchemaName ?? CibSchema.Newest.Name);
        empty.Version = document.Version with { AdminEpoch = document.Version.AdminEpoch + 1 };
        return Ok(empty);
    }

    private static CibResult Bump(CibDocument document)
    {
        document.Version = document.Version with { Epoch = document.Version.Epoch + 1 };
        return Ok(document);
    }

    private static CibResult Upgrade(CibDocument document, CibRequest request)
    {
        if (!request.Force)
        {
            return Fail(document, CibCode.Unsafe, "upgrading the configuration is dangerous: it needs --force");
        }

        var upgraded = CibUpgrade.Upgrade(document, request.UpgradeTo);
        if (!upgraded.IsOk)
        {
            return Fail(document, CibCode.Schema, string.Join("; ", upgraded.Problems)) with { Problems = upgraded.Problems };
        }

        if (upgraded.IsChanged)
        {
            upgraded.Document.Version = new CibVersion(document.Version.AdminEpoch + 1, 1, 1);
        }

        return Ok(upgraded.Document) with { Problems = upgraded.Problems };
    }

    private static bool TrySelect(CibDocument document, string xpath, out List<XElement> matches, out string problem)
    {
        matches = [];
        problem = string.Empty;
        try
        {
            matches = [.. document.Xml.XPathSelectElements(xpath)];
            return true;
        }
        catch (Exception error) when (error is XPathException or InvalidOperationException or ArgumentException)
        {
            problem = $"Invalid argument: '{xpath}' is no XPath that selects elements: {error.Message}";
            return false;
        }
    }
}
