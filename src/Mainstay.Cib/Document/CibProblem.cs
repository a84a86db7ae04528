using System.Text;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>How bad a problem of the configuration is.</summary>
public enum CibSeverity
{
    /// <summary>Worth knowing; nothing has to be done.</summary>
    Info,

    /// <summary>Usable, but probably not what was meant, or deprecated.</summary>
    Warning,

    /// <summary>The document or the part is refused or ignored.</summary>
    Error,
}

/// <summary>Something wrong in a configuration: what, where, and what to do.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">What is wrong, with the offending value.</param>
/// <param name="Element">The name of the element concerned, if one is.</param>
/// <param name="Id">The element's <c>id</c>, if it has one.</param>
/// <param name="Line">The line in the source, counted from 1; 0 if unknown.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Source">The name of the source (a file), if known.</param>
public sealed record CibProblem(
    CibSeverity Severity, string Message, string? Element = null, string? Id = null, int Line = 0, string? Advice = null,
    string? Source = null)
{
    /// <summary>A problem of an element; its name, id and line are taken from it.</summary>
    /// <param name="severity">How bad it is.</param>
    /// <param name="element">The element concerned.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="advice">What to do about it.</param>
    public static CibProblem At(CibSeverity severity, XElement element, string message, string? advice = null)
        => new(severity, message, element.Name.LocalName, element.Id(), element.Line(), advice);

    /// <summary>An error of an element.</summary>
    /// <param name="element">The element concerned.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="advice">What to do about it.</param>
    public static CibProblem Error(XElement element, string message, string? advice = null)
        => At(CibSeverity.Error, element, message, advice);

    /// <summary>A warning about an element.</summary>
    /// <param name="element">The element concerned.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="advice">What to do about it.</param>
    public static CibProblem Warning(XElement element, string message, string? advice = null)
        => At(CibSeverity.Warning, element, message, advice);

    /// <summary>One line: <c>SOURCE:LINE: ELEMENT 'ID': MESSAGE (ADVICE)</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Source is not null || Line > 0)
        {
            text.Append(Source ?? "line ");
            text.Append(Source is not null && Line > 0 ? ":" : string.Empty);
            text.Append(Line > 0 ? Line.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Empty).Append(": ");
        }

        if (Element is not null)
        {
            text.Append(Element);
            text.Append(Id is null ? string.Empty : $" '{Id}'").Append(": ");
        }

        text.Append(Message);
        return Advice is null ? text.ToString() : text.Append(" (").Append(Advice).Append(')').ToString();
    }
}
