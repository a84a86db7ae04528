using System.Xml.Linq;

namespace Mainstay.Cib;

/// <summary>The version triple of a CIB, compared in this order (spec/manager.md section 1).</summary>
/// <param name="AdminEpoch">Changed by administrators only.</param>
/// <param name="Epoch">Counts changes of the configuration.</param>
/// <param name="NumUpdates">Counts other changes since the last change of the configuration.</param>
public readonly record struct CibVersion(int AdminEpoch, int Epoch, int NumUpdates) : IComparable<CibVersion>
{
    /// <summary>Earlier than.</summary>
    public static bool operator <(CibVersion left, CibVersion right) => left.CompareTo(right) < 0;

    /// <summary>Later than.</summary>
    public static bool operator >(CibVersion left, CibVersion right) => left.CompareTo(right) > 0;

    /// <summary>Not later than.</summary>
    public static bool operator <=(CibVersion left, CibVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(CibVersion left, CibVersion right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// The version in an element's attributes (<c>cib</c>, or <c>source</c> and <c>target</c> of a patchset); absent counts as 0.
    /// </summary>
    /// <param name="element">The element.</param>
    public static CibVersion Of(XElement element) => new(
        IntegerText.AtLeast(element.Value("admin_epoch"), 0),
        IntegerText.AtLeast(element.Value("epoch"), 0),
        IntegerText.AtLeast(element.Value("num_updates"), 0));

    /// <summary>Reads <c>A.E.N</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version.</param>
    /// <returns>Whether the text is a version.</returns>
    public static bool TryParse(string? text, out CibVersion version)
    {
        version = default;
        var parts = text?.Split('.');
        if (parts is not { Length: 3 }
            || !IntegerText.TryReadWhole(parts[0], out var admin)
            || !IntegerText.TryReadWhole(parts[1], out var epoch)
            || !IntegerText.TryReadWhole(parts[2], out var updates)
            || Math.Min(admin, Math.Min(epoch, updates)) < 0 || Math.Max(admin, Math.Max(epoch, updates)) > int.MaxValue)
        {
            return false;
        }

        version = new CibVersion((int)admin, (int)epoch, (int)updates);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(CibVersion other)
        => (AdminEpoch, Epoch, NumUpdates).CompareTo((other.AdminEpoch, other.Epoch, other.NumUpdates));

    /// <summary>Writes the triple into an element's attributes.</summary>
    /// <param name="element">The element.</param>
    public void WriteTo(XElement element)
    {
        element.SetAttributeValue("admin_epoch", AdminEpoch);
        element.SetAttributeValue("epoch", Epoch);
        element.SetAttributeValue("num_updates", NumUpdates);
    }

    /// <summary><c>A.E.N</c>.</summary>
    public override string ToString() => $"{AdminEpoch}.{Epoch}.{NumUpdates}";
}
