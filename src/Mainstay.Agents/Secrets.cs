using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Mainstay.Agents;

/// <summary>Replaces parameter values <c>lrm://</c> by the node's local secrets (spec/manager.md section 21).</summary>
internal static class Secrets
{
    private const string Marker = "lrm://";

    /// <summary>
    /// The parameters with secrets put in. False where one is missing or its signature (<c>NAME.sign</c>, MD5 of the trimmed
    /// value) does not match;
    /// the parameters come back unchanged then.
    /// </summary>
    [SuppressMessage("Security", "CA5351", Justification = "The signature file's format is fixed; it detects unequal copies, not attacks.")]
    public static bool TryResolve(
        string directory,
        string resourceId,
        IReadOnlyDictionary<string, string> parameters,
        out IReadOnlyDictionary<string, string> resolved)
    {
        resolved = parameters;
        if (!parameters.Values.Contains(Marker, StringComparer.Ordinal)) return true;
        var result = new Dictionary<string, string>(parameters, StringComparer.Ordinal);
        foreach (var name in parameters.Where(p => p.Value == Marker).Select(p => p.Key))
        {
            if (!IsPlainName(name) || !IsPlainName(resourceId)) return false;
            try
            {
                var path = Path.Combine(directory, resourceId, name);
                var value = File.ReadAllText(path).TrimEnd();
                var signature = File.ReadAllText(path + ".sign").Trim();
                var expected = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(value)));
                if (!string.Equals(expected, signature, StringComparison.Ordinal))
                {
                    return false;
                }

                result[name] = value;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        resolved = result;
        return true;
    }

    private static bool IsPlainName(string name) =>
        name.Length > 0 && name is not ("." or "..") && !name.Contains('/', StringComparison.Ordinal);
}
