using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>Digests of the parameters of an operation, as the operation history stores them (spec/manager.md section 8.3).</summary>
public static class OperationDigest
{
    private const string MetaPrefix = "CRM_meta_";
    private const string TimeoutName = "CRM_meta_timeout";

    /// <summary>The digest of an element without attributes, the most frequent one.</summary>
    private const string OfNothing = "f2317cad3d54cec5d7d7aa7d0bf35cf8";

    private static readonly string[] ExcludedNames =
        ["id", "crm_feature_set", "op-digest", "on_node", "on_node_uuid", "pcmk_external_ip"];

    /// <summary>
    /// The <c>parameters</c> element that is digested: relevant names, sorted by bytes. Names that XML does not allow are left out.
    /// </summary>
    /// <param name="parameters">All parameters and meta variables of the action.</param>
    /// <param name="intervalMs">The interval; if it is not 0 the timeout counts too.</param>
    /// <param name="include">Which of the relevant names count; all if absent.</param>
    public static XElement Parameters(
        IEnumerable<KeyValuePair<string, string>> parameters, long intervalMs, Func<string, bool>? include = null)
        => new("parameters", Relevant(parameters, intervalMs, include)
            .Where(pair => XmlReader.IsName(pair.Key))
            .Select(pair => new XAttribute(pair.Key, pair.Value)));

    /// <summary><c>op-digest</c>: over all parameters.</summary>
    /// <param name="parameters">All parameters and meta variables of the action.</param>
    /// <param name="intervalMs">The interval in milliseconds.</param>
    public static string All(IEnumerable<KeyValuePair<string, string>> parameters, long intervalMs)
        => Digest(Relevant(parameters, intervalMs, null));

    /// <summary><c>op-restart-digest</c>: over the parameters whose change needs a restart.</summary>
    /// <param name="parameters">All parameters and meta variables of the action.</param>
    /// <param name="isRestartParameter">Whether the parameter is known to the meta-data and not reloadable.</param>
    public static string Restart(IEnumerable<KeyValuePair<string, string>> parameters, Func<string, bool> isRestartParameter)
        => Digest(Relevant(parameters, 0, isRestartParameter));

    /// <summary><c>op-secure-digest</c>: over all parameters but the private ones.</summary>
    /// <param name="parameters">All parameters and meta variables of the action.</param>
    /// <param name="intervalMs">The interval in milliseconds.</param>
    /// <param name="isPrivate">Whether the parameter is private.</param>
    public static string Secure(IEnumerable<KeyValuePair<string, string>> parameters, long intervalMs, Func<string, bool> isPrivate)
        => Digest(Relevant(parameters, intervalMs, name => !isPrivate(name)));

    /// <summary>A list of names as the history writes it: two blanks, names separated by one blank, two blanks.</summary>
    /// <param name="names">The names.</param>
    public static string NameList(IEnumerable<string> names) => "  " + string.Join(' ', names) + "  ";

    /// <summary>Whether a list of names as the history writes it contains a name.</summary>
    /// <param name="list">The list.</param>
    /// <param name="name">The name.</param>
    public static bool ListContains(string? list, string name)
        => list?.Contains($" {name} ", StringComparison.Ordinal) == true;

    private static TextMap Relevant(
        IEnumerable<KeyValuePair<string, string>> parameters, long intervalMs, Func<string, bool>? include)
    {
        var sorted = new TextMap();
        foreach (var (name, value) in parameters)
        {
            var isTimeout = intervalMs != 0 && name == TimeoutName;
            var isRelevant = isTimeout
                || (!name.StartsWith(MetaPrefix, StringComparison.Ordinal) && !ExcludedNames.Contains(name, StringComparer.Ordinal));
            if (isRelevant && (isTimeout || include is null || include(name)))
            {
                sorted[name] = value;
            }
        }

        return sorted;
    }

    // The text is written here because old agents take parameters named 1, 2, ... which are no XML names; the reference digests them
    // like all others.
    private static string Digest(TextMap parameters)
    {
        if (parameters.Count == 0) return OfNothing;
        var text = new StringBuilder(" <parameters");
        foreach (var (name, value) in parameters)
        {
            text.Append(' ').Append(name).Append("=\"");
            CibWriter.AppendEscaped(text, value, isAttribute: true);
            text.Append('"');
        }

        return CibDigest.Md5(text.Append("/>\n").ToString());
    }
}
