namespace Mainstay.Cli.Rendering;

/// <summary>What a cell of a listing means; the terminal decides on its colour.</summary>
internal enum Tone
{
    /// <summary>Nothing special.</summary>
    Plain,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Unusual, but somebody wanted it or it passes by itself.</summary>
    Warning,

    /// <summary>Not as it should be.</summary>
    Bad,

    /// <summary>Needs somebody now.</summary>
    Alarm,

    /// <summary>Of less interest.</summary>
    Faint,

    /// <summary>A name that others belong to.</summary>
    Strong,
}
