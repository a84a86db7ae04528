using System.Globalization;

namespace Mainstay.Cli.Ring;

/// <summary>Decimal numbers as strtol(3) reads them: blanks and a plus sign may stand before them, nothing behind.</summary>
internal static class PosixNumber
{
    /// <summary>Reads a number from 0 to <paramref name="max"/>; <see langword="null"/> where it is none.</summary>
    public static uint? Read(string text, uint max)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign;
        return long.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) && value >= 0 && value <= max ? (uint)value : null;
    }
}
