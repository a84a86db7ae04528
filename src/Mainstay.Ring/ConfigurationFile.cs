using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>Reads the configuration file and what lies beside it.</summary>
internal static class ConfigurationFile
{
    private const long SizeMax = 16 * 1024 * 1024;

    /// <summary>The validated configuration, or <see langword="null"/> with errors among the problems.</summary>
    public static RingConfiguration? Load(RingArguments arguments, out IReadOnlyList<ConfigurationProblem> problems)
    {
        byte[] content;
        try
        {
            if (new FileInfo(arguments.ConfigFile) is { Exists: true, Length: > SizeMax })
            {
                problems = [Refusal(arguments, $"the file is larger than {SizeMax} bytes")];
                return null;
            }

            content = File.ReadAllBytes(arguments.ConfigFile);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            problems = [Refusal(arguments, $"the file cannot be read: {problem.Message}")];
            return null;
        }

        var configuration = RingConfiguration.Load(arguments.ConfigFile, content, HostEnvironment.Gather(arguments), out problems);
        if (configuration is null || configuration.Totem.Transport == RingTransport.Udpu) return configuration;
        var name = configuration.Totem.Transport == RingTransport.Knet ? "knet" : "udp";
        problems =
        [
            .. problems,
            new ConfigurationProblem(
                ProblemSeverity.Error,
                arguments.ConfigFile,
                configuration.Keys.TryGetValue("totem.transport", out var line) ? line.Line : 0,
                $"transport {name} is not supported by this version of mainstay-ring:"
                    + " set \"transport: udpu\" in section totem on all nodes",
                ConfigurationProblem.FileExitStatus),
        ];
        return null;
    }

    private static ConfigurationProblem Refusal(RingArguments arguments, string message) =>
        new(ProblemSeverity.Error, arguments.ConfigFile, 0, message, ConfigurationProblem.FileExitStatus);
}
