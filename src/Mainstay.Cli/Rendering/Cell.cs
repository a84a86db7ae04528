namespace Mainstay.Cli.Rendering;

/// <summary>A cell of a listing.</summary>
/// <param name="Text">Its text; may hold line feeds.</param>
/// <param name="Tone">What it means.</param>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    /// <summary>A cell that means nothing special.</summary>
    public static implicit operator Cell(string? text) => new(text ?? "");
}
