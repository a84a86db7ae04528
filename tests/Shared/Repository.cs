namespace Mainstay.Testing;

/// <summary>Finds the repository and the shared conformance data from a test's output folder.</summary>
internal static class Repository
{
    /// <summary>The repository's root: the folder that holds <c>Mainstay.slnx</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The conformance data beside the repository, or <see langword="null"/> where it is absent.
    /// <c>MAINSTAY_SHARED</c> names another place (a work tree elsewhere).
    /// </summary>
    public static string? Shared { get; } = FindShared();

    /// <summary>A path in the conformance data; the test is skipped, with the reason, where the data is absent.</summary>
    public static string SharedPath(params string[] parts)
    {
        Assert.SkipWhen(Shared is null, "the conformance data (../shared beside the repository) is not here");
        return Path.Combine([Shared!, .. parts]);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Mainstay.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Mainstay.slnx above {AppContext.BaseDirectory}");
    }

    private static string? FindShared()
    {
        var named = Environment.GetEnvironmentVariable("MAINSTAY_SHARED");
        var candidate = string.IsNullOrEmpty(named) ? Path.Combine(Root, "..", "shared") : named;
        return Directory.Exists(Path.Combine(candidate, "cases")) ? Path.GetFullPath(candidate) : null;
    }
}
