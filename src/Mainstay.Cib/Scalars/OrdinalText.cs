namespace Mainstay.Cib;

/// <summary>
/// Comparison of short texts by UTF-16 code units. The framework's does the same with vector instructions, for which its code has to be
/// compiled anew at every start of a process: for names of a dozen letters that never pays.
/// </summary>
public static class OrdinalText
{
    /// <summary>Compares two texts.</summary>
    /// <param name="a">One text.</param>
    /// <param name="b">The other.</param>
    /// <returns>Less than, equal to or greater than 0 as <paramref name="a"/> comes before, equals or comes after
    /// <paramref name="b"/>.</returns>
    public static int Compare(string a, string b)
    {
        int shared = Math.Min(a.Length, b.Length);
        for (int i = 0; i < shared; i++)
        {
            if (a[i] != b[i]) return a[i] - b[i];
        }

        return a.Length - b.Length;
    }
}
