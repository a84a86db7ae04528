using Mainstay.Ring.Core.Configuration;

namespace Mainstay.Ring;

/// <summary>The reading of the configuration by a thread of its own: names may take long to resolve.</summary>
internal sealed class ConfigurationLoad(RingArguments arguments, RingConfiguration running)
{
    /// <summary>What was read; <see langword="null"/> where it is refused.</summary>
    public RingConfiguration? Configuration { get; private set; }

    /// <summary>What there is to say of it.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; private set; } = [];

    /// <summary>Reads it.</summary>
    public void Run()
    {
        Configuration = ConfigurationFile.Load(arguments, running, out var problems);
        Problems = problems;
    }
}
