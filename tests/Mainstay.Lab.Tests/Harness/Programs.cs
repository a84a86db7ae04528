using Mainstay.Testing;

namespace Mainstay.Lab.Tests.Harness;

/// <summary>The programs that run in the hosts.</summary>
internal static class Programs
{
    // Hosts see their own copies of these directories of the machine; everything else is shared.
    private static readonly string[] PrivateDirectories = ["/etc", "/var", "/usr", "/opt", "/run", "/tmp", "/dev"];

    /// <summary>Path of <c>mainstay-ring</c>.</summary>
    public static string Ring => Built("Mainstay.Ring", "mainstay-ring");

    /// <summary>Path of <c>mainstay-manager</c>.</summary>
    public static string Manager => Built("Mainstay.Manager", "mainstay-manager");

    /// <summary>Path of <c>mainstay</c>.</summary>
    public static string Cli => Built("Mainstay.Cli", "mainstay");

    /// <summary>A C client of the tests, compiled on first use.</summary>
    /// <param name="name">Name of the source without <c>.c</c>.</param>
    /// <param name="libraries">Libraries to link.</param>
    public static string Client(string name, params string[] libraries)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Clients", name + ".c");
        var target = Path.Combine(AppContext.BaseDirectory, "Clients", name);
        if (File.Exists(target) && File.GetLastWriteTimeUtc(target) >= File.GetLastWriteTimeUtc(source)) return target;
        using var process = new LabProcess(
            new System.Diagnostics.ProcessStartInfo(
                "cc", ["-O1", "-Wall", "-Werror", "-o", target, source, .. libraries.Select(l => "-l" + l)])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
            $"cc {name}");
        var result = process.WaitForEnd(TimeSpan.FromSeconds(60));
        Assert.True(result.ExitCode == 0, result.Error);
        return target;
    }

    /// <summary>A program in the search path, or <see langword="null"/>.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Concat(["/usr/sbin", "/sbin"])
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static string Built(string project, string program)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var path = Path.Combine(Repository.Root, "artifacts", "build", "bin", project, configuration, program);
        Assert.True(File.Exists(path), $"{path} was not built");
        Assert.SkipWhen(
            PrivateDirectories.Any(d => path.StartsWith(d + "/", StringComparison.Ordinal)),
            $"the lab's hosts do not see {Repository.Root}: check out elsewhere (not below {string.Join(' ', PrivateDirectories)})");
        return path;
    }
}
