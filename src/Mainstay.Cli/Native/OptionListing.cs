using System.Xml.Linq;
using Mainstay.Cib;
using Mainstay.Cli.CibTools;

namespace Mainstay.Cli.ClusterTools;

/// <summary><c>--list-options</c>: the options of a kind with their types and defaults.</summary>
internal static class OptionListing
{
    /// <summary>Prints the options.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="tool">Name of the tool, for messages.</param>
    /// <param name="type">What the user asked for.</param>
    /// <param name="allowed">What can be asked for.</param>
    /// <param name="all">Those set by the cluster itself too.</param>
    public static int Print(NativeOutput output, string tool, string type, IReadOnlyList<string> allowed, bool all)
    {
        if (!allowed.Contains(type, StringComparer.Ordinal))
        {
            return output.Fail(
                NativeExit.Usage, $"{tool}: Invalid --list-options value '{type}'. Allowed values: {string.Join(", ", allowed)}");
        }

        if (type != "cluster")
        {
            return output.Fail(
                NativeExit.Unimplemented, $"{tool}: options of the type '{type}' cannot be listed; cluster options can (crm_attribute)");
        }

        var parameters = new XElement("parameters");
        output.Line("Cluster options");
        foreach (var option in ClusterOptions.All.Where(option => all || option.Type != ClusterOptionType.Text))
        {
            output.Line($"\n  * {option.Name}");
            output.Line(
                $"    * Possible values: {option.Expected} ({(option.Default is { } value ? $"default: \"{value}\"" : "no default")})");
            var content = new XElement("content", new XAttribute("type", option.Type.ToString().ToLowerInvariant()));
            content.SetAttributeValue("default", option.Default);
            parameters.Add(new XElement("parameter", new XAttribute("name", option.Name), content));
        }

        output.Element(new XElement("resource-agent", new XAttribute("name", "cluster-options"), parameters));
        return output.Finish(NativeExit.Ok);
    }
}
