using System.Globalization;
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

    /// <summary>The tool whose recorded answers are true at the time of the recording only: it compares dates with the clock.</summary>
    public const string ToolOfDates = "crm_rule";

    /// <summary>
    /// A folder with a link for every tool, where <see cref="ToolOfDates"/> runs at the time of the recording; <see langword="null"/> where
    /// libfaketime, which does that, is not installed.
    /// </summary>
    public static string? FolderAtRecording()
    {
        var library = Directory.Exists("/usr/lib")
            ? Directory.EnumerateDirectories("/usr/lib", "faketime", s_oneLevelDown)
                .Select(folder => Path.Combine(folder, "libfaketime.so.1")).FirstOrDefault(File.Exists)
            : null;
        if (library is null) return null;
        var tools = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "tools-at-recording")).FullName;
        foreach (var name in Names.Where(name => name != ToolOfDates)) Link(tools, name, Path.Combine(Folder, name));
        var moment = RecordingTime.Moment.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var script = Path.Combine(tools, ToolOfDates);
        File.WriteAllText(script, "#!/bin/sh\n"
            + $"FAKETIME='@{moment}' FAKETIME_DONT_FAKE_MONOTONIC=1 LD_PRELOAD='{library}' exec '{Folder}/{ToolOfDates}' \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return tools;
    }

    private static readonly EnumerationOptions s_oneLevelDown = new() { RecurseSubdirectories = true, MaxRecursionDepth = 1 };

    private static IEnumerable<string> Names => File
        .ReadLines(Path.Combine(Repository.Root, "src", "Mainstay.Cli", "native-tools.txt"))
        .Where(line => line.Length > 0).Append("mainstay");

    private static void Link(string folder, string name, string target)
    {
        var link = Path.Combine(folder, name);
        File.Delete(link);
        File.CreateSymbolicLink(link, target);
    }

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
        foreach (var name in Names) Link(links, name, Path.Combine(built, "mainstay"));
        return links;
    }

    // As the launcher decides it.
    private static bool IsUpToDate(string stamp) => File.Exists(stamp) && Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
        .All(source => File.GetLastWriteTimeUtc(source) <= File.GetLastWriteTimeUtc(stamp));
}
