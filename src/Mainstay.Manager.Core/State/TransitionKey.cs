using System.Globalization;

namespace Mainstay.Manager.Core;

/// <summary>Identity of a dispatched action: <c>ACTION:TRANSITION:EXPECTEDRC:UUID</c> (spec/manager.md section 8.2).</summary>
internal readonly record struct TransitionKey(int Action, long Transition, int ExpectedResult, string Coordinator)
{
    public static bool TryParse(string? text, out TransitionKey key)
    {
        key = default;
        var parts = text?.Split(':', 4);
        if (parts is not { Length: 4 }
            || !int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var action)
            || !long.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var transition)
            || !int.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var expected))
        {
            return false;
        }

        key = new TransitionKey(action, transition, expected, parts[3].TrimEnd());
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Action}:{Transition}:{ExpectedResult}:{Coordinator,-36}");
}
