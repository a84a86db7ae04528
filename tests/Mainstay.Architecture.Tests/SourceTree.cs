using System.Diagnostics;
using Mainstay.Testing;

namespace Mainstay.Architecture.Tests;

/// <summary>The files git tracks or would track: what a reader of the repository sees.</summary>
internal static class SourceTree
{
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> Sources(params string[] folders) =>
        Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Repository.Root, file));

    private static string[] ListFiles()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. files.Where(file => File.Exists(Path.Combine(Repository.Root, file))).Order(StringComparer.Ordinal)];
    }
}
