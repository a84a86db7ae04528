using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>Reads the configuration file and what lies beside it.</summary>
internal static class ConfigurationFile
{
    private const int SizeMax = 16 * 1024 * 1024;

    /// <summary>More local users and groups that may connect, one file per package.</summary>
    private const string IdentityFolder = "uidgid.d";

    /// <summary>The validated configuration, or <see langword="null"/> with errors among the problems.</summary>
    /// <param name="arguments">Where the file is.</param>
    /// <param name="running">The configuration that is in force: what cannot change at run-time keeps its value.</param>
    /// <param name="problems">All findings.</param>
    public static RingConfiguration? Load(
        RingArguments arguments, RingConfiguration? running, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var read = arguments.ConfigFile;
        byte[] content;
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> identities = [];
        try
        {
            content = RegularFile.Read(read, SizeMax);
            var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(arguments.ConfigFile)) ?? "/", IdentityFolder);
            if (Directory.Exists(folder))
            {
                foreach (var file in Directory.GetFiles(folder).Where(IsListed).Order(StringComparer.Ordinal))
                {
                    read = file;
                    if (!FileStatus.Of(file).IsRegular) continue;
                    identities.Add(new(file, RegularFile.Read(file, SizeMax)));
                }
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            problems =
            [
                new(ProblemSeverity.Error, read, 0, $"the file cannot be read: {problem.Message}", ConfigurationProblem.FileExitStatus),
            ];
            return null;
        }

        var environment = HostEnvironment.Gather(arguments, running) with { IdentityFiles = identities };
        return RingConfiguration.Load(arguments.ConfigFile, content, environment, out problems);
    }

    /// <summary>Neither hidden nor an editor's leftover.</summary>
    private static bool IsListed(string path) => Path.GetFileName(path) is var name && name[0] != '.' && name[^1] != '~';
}
