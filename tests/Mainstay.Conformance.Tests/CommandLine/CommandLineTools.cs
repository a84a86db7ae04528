using Mainstay.Testing;

namespace Mainstay.Conformance.Tests.CommandLine;

/// <summary>The built command line, under all its names.</summary>
internal static class CommandLineTools
{
    /// <summary>Whether python3 is in the search path.</summary>
    public static bool HasPython => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, "python3")));

    /// <summary>
    /// A folder with a link for every tool: the distribution, where it is up to date (compiled ahead of time, its tools start three times
    /// as fast), else the build of these tests.
    /// </summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        var built = Path.Combine(Repository.Root, "artifacts", "build", "bin", "Mainstay.Cli",
            new DirectoryInfo(AppContext.BaseDirectory).Name);
        var distribution = Path.Combine(Repository.Root, "artifacts", "bin");
        if (IsUpToDate(Path.Combine(distribution, ".built")))
        {
            return distribution;
        }

        var links = Path.Combine(AppContext.BaseDirectory, "tools");
        Directory.CreateDirectory(links);
        foreach (var name in File.ReadLines(Path.Combine(Repository.Root, "src", "Mainstay.Cli", "native-tools.txt"))
            .Where(line => line.Length > 0).Append("mainstay"))
        {
            var link = Path.Combine(links, name);
            File.Delete(link);
            File.CreateSymbolicLink(link, Path.Combine(built, "mainstay"));
        }

        return links;
    }

    // As the launcher decides it.
    private static bool IsUpToDate(string stamp) => File.Exists(stamp) && Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
        .All(source => File.GetLastWriteTimeUtc(source) <= File.GetLastWriteTimeUtc(stamp));
}
