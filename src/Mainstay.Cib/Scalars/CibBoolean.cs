namespace Mainstay.Cib;

/// <summary>Boolean text (spec/cib-model.md section 1.3).</summary>
public static class CibBoolean
{
    private static readonly string[] TrueWords = ["true", "on", "yes", "y", "1"];
    private static readonly string[] FalseWords = ["false", "off", "no", "n", "0"];

    /// <summary>Reads a boolean, in any case.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The value, or <see langword="null"/> if the text is absent or no boolean.</returns>
    public static bool? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (TrueWords.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        return FalseWords.Contains(text, StringComparer.OrdinalIgnoreCase) ? false : null;
    }

    /// <summary>Whether the text says true; absent and invalid text do not.</summary>
    /// <param name="text">The text.</param>
    public static bool IsTrue(string? text) => Parse(text) == true;

    /// <summary>The value, or the default if the text is absent or invalid.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fallback">The default.</param>
    public static bool Parse(string? text, bool fallback) => Parse(text) ?? fallback;
}
