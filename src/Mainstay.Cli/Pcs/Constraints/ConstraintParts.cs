using System.Xml.Linq;
using Mainstay.Cli.Configuration;

namespace Mainstay.Cli.Pcs.Constraints;

/// <summary>What all kinds of constraints share: checks of resources, roles, scores, duplicates.</summary>
internal static class ConstraintParts
{
    private static readonly string[] s_roles = ["Started", "Stopped", "Promoted", "Unpromoted"];

    /// <summary>A resource that a constraint may name; inside a clone or bundle the outer one is to be named.</summary>
    public static string Resource(PcsSession session, string id)
    {
        var resource = session.Resource(id);
        var outer = CibTree.Outermost(resource);
        if (outer != resource && outer.Name.LocalName is "clone" or "master" or "bundle")
        {
            session.Overridable(
                $"{id} is a {(outer.Name == "bundle" ? "bundle" : "clone")} resource, you should use the "
                + $"{(outer.Name == "bundle" ? "bundle" : "clone")} id: {outer.Id()} when adding constraints");
        }

        return id;
    }

    /// <summary>A role in its present spelling, or <see langword="null"/> where the word is none.</summary>
    public static string? Role(PcsSession session, string word)
    {
        if (word.Equals("master", StringComparison.OrdinalIgnoreCase) || word.Equals("slave", StringComparison.OrdinalIgnoreCase))
        {
            var role = word.Equals("master", StringComparison.OrdinalIgnoreCase) ? "Promoted" : "Unpromoted";
            session.Deprecated($"Value '{word}' of option role is deprecated and might be removed in a future release, use '{role}' "
                + $"instead");
            return role;
        }

        return Array.Find(s_roles, r => r.Equals(word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A role that must be one.</summary>
    public static string RequireRole(PcsSession session, string word) => Role(session, word)
        ?? throw new CommandFailure($"'{word}' is not a valid role value, use {PcsArguments.Quoted(s_roles)}");

    /// <summary>Checks a score.</summary>
    public static string Score(string text)
    {
        var digits = text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;
        return digits == "INFINITY" || (digits.Length > 0 && digits.All(char.IsAsciiDigit))
            ? text
            : throw new CommandFailure($"invalid score '{text}', use integer or INFINITY or -INFINITY");
    }

    /// <summary>Checks a value out of a list, in any case; gives the text as it was typed.</summary>
    public static string OneOf(string option, string value, params string[] allowed) =>
        allowed.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? value
            : throw new CommandFailure(
                $"'{value}' is not a valid {option} value, use {PcsArguments.Quoted(allowed)}{Suggestion.For(value, allowed)}");

    /// <summary>Checks a boolean as the CIB's schema wants it.</summary>
    public static string Boolean(string option, string value) =>
        value.ToLowerInvariant() is "true" or "false" or "0" or "1" or "yes" or "no" or "on" or "off" or "y" or "n"
            ? value
            : throw new CommandFailure($"'{value}' is not a valid {option} value, use a pacemaker boolean value: 'true' or 'false'");

    /// <summary>The id that the user gave, or a free one of the usual form.</summary>
    public static string Id(PcsSession session, string? named, string usual) =>
        named is null ? session.Ids.Take(usual) : session.Ids.TakeNamed(named, "constraint id");

    /// <summary>
    /// Puts a new constraint into the configuration, unless one of the same meaning exists: then it is shown, and <c>--force</c> makes a
    /// second one.
    /// </summary>
    /// <param name="session">The command.</param>
    /// <param name="made">The new constraint.</param>
    /// <param name="attributes">The attributes that make two constraints the same.</param>
    /// <returns>The exit code.</returns>
    public static int Add(PcsSession session, XElement made, params string[] attributes)
    {
        RefuseDuplicate(session, made, attributes);
        Section(session).Add(made);
        session.Push();
        return 0;
    }

    /// <summary>Takes the score that older command lines have as a word of its own from the front; INFINITY where there is none.</summary>
    public static string TakeStandaloneScore(PcsSession session, List<string> words)
    {
        if (words.Count == 0 || words[0].Contains('=', StringComparison.Ordinal))
        {
            return "INFINITY";
        }

        var score = Score(words[0]);
        session.Deprecated("Specifying score as a standalone value is deprecated and might be removed in a future release, use "
            + "score=value instead");
        words.RemoveAt(0);
        return score;
    }

    /// <summary>The section of constraints.</summary>
    public static XElement Section(PcsSession session) => CibTree.Section(session.Cib, "constraints");

    private static void RefuseDuplicate(PcsSession session, XElement made, params string[] attributes)
    {
        var same = Section(session).Elements(made.Name)
            .Where(e => !e.HasElements && attributes.All(a => Value(e, a) == Value(made, a)))
            .ToList();
        if (same.Count == 0)
        {
            return;
        }

        if (!session.Options.Force)
        {
            foreach (var line in same.SelectMany(e => ConstraintText.Lines(e, withIds: true)))
            {
                session.Info("  " + line);
            }
        }

        session.Overridable("duplicate constraint already exists");
    }

    // Absent means the default: `start` for actions, no role for roles.
    private static string Value(XElement element, string attribute) =>
        element.Text(attribute) ?? (attribute.EndsWith("-action", StringComparison.Ordinal) ? "start" : "");
}
