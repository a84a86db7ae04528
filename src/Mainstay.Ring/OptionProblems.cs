using Mainstay.Ring.Core;
using Mainstay.Ring.Core.Configuration;
using Mainstay.Totem;

namespace Mainstay.Ring;

/// <summary>The node's options of a file, and what the protocol refuses in the words and with the place of all other findings.</summary>
internal static class OptionProblems
{
    /// <summary>The options, or <see langword="null"/> with problems.</summary>
    /// <param name="configuration">The file, sound as far as it can be read.</param>
    /// <param name="storedSequence">From the ring id file.</param>
    /// <param name="storedVotes">From the file of tracked votes.</param>
    /// <param name="problems">What is refused.</param>
    public static RingNodeOptions? TryCreate(
        RingConfiguration configuration, ulong storedSequence, uint storedVotes, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var options = RingNodeOptions.FromConfiguration(configuration, storedSequence, storedVotes, out var refused);
        problems = [.. refused.Select(problem => Locate(configuration, problem))];
        return options;
    }

    private static ConfigurationProblem Locate(RingConfiguration configuration, TotemProblem problem) => new(
        ProblemSeverity.Error,
        configuration.File,
        configuration.Keys.TryGetValue(problem.Option, out var given) ? given.Line : 0,
        $"{problem.Option} {problem.Message}",
        ConfigurationProblem.FileExitStatus);
}
