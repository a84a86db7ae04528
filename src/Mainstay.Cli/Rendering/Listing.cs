namespace Mainstay.Cli.Rendering;

/// <summary>What a command has to show on a terminal: a titled table, as data. <see cref="ListingWriter"/> draws it.</summary>
internal sealed class Listing
{
    private readonly List<Cell[]> _rows = [];

    /// <summary>An empty listing.</summary>
    /// <param name="title">Its title; <see langword="null"/> for none.</param>
    /// <param name="columns">The headings. A listing whose headings are all empty is drawn without a head.</param>
    public Listing(string? title, params string[] columns)
    {
        Title = title;
        Columns = columns;
    }

    /// <summary>The title.</summary>
    public string? Title { get; }

    /// <summary>The headings.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows, each with a cell per column.</summary>
    public IReadOnlyList<IReadOnlyList<Cell>> Rows => _rows;

    /// <summary>
    /// The columns of free text, by index: they are broken into lines where the terminal is narrow. Names and ids in the others stay whole,
    /// for people copy them.
    /// </summary>
    public IReadOnlySet<int> TextColumns { get; init; } = new HashSet<int>();

    /// <summary>What is said where there are no rows; <see langword="null"/>: the listing is left out.</summary>
    public string? WhenEmpty { get; init; }

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">It has not one cell per column.</exception>
    public void Add(params Cell[] cells)
    {
        if (cells.Length != Columns.Count)
        {
            throw new ArgumentException($"{Columns.Count} cells are expected, not {cells.Length}", nameof(cells));
        }

        _rows.Add(cells);
    }

    /// <summary>A listing of names and values without a head.</summary>
    public static Listing OfFacts(string? title) => new(title, "", "") { TextColumns = new HashSet<int> { 1 } };
}
