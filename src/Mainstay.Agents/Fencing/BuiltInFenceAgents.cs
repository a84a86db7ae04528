using Mainstay.Agents.BuiltIn;

namespace Mainstay.Agents.Fencing;

/// <summary>Built-in fence agents for callers outside a manager: the executable of the same name.</summary>
public static class BuiltInFenceAgents
{
    /// <summary>Runs one with the lines it would get on standard input.</summary>
    /// <param name="type">Agent type, for example <c>fence_mainstay_process</c>.</param>
    /// <param name="lines">Names and values.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">There is no built-in agent of that type.</exception>
    public static async Task<(int ExitStatus, string Output, string Error)> RunAsync(
        string type, IReadOnlyDictionary<string, string> lines, CancellationToken cancellationToken)
    {
        var agent = BuiltInAgents.FindFence(type) ?? throw new ArgumentException($"{type} is not a built-in fence agent", nameof(type));
        var answer = await agent.RunAsync(lines, cancellationToken);
        return (answer.ExitStatus, answer.StandardOutput, answer.StandardError);
    }
}
