using System.Diagnostics.CodeAnalysis;

namespace Mainstay.Manager.Core;

/// <summary>Checks that stay on in production: a violated one is a programming error and ends the process.</summary>
internal static class Invariant
{
    public static void Check([DoesNotReturnIf(false)] bool condition, string claim)
    {
        if (!condition) throw new InvalidOperationException("Invariant violated: " + claim);
    }
}
