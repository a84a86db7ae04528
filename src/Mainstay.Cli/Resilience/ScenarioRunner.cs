using System.Runtime.ExceptionServices;
using Mainstay.Scheduler;

namespace Mainstay.Cli.Resilience;

/// <summary>
/// Plans losses in parallel, on threads of its own: groups and clones are followed from one to the next, and a chain of thousands of
/// them needs more than the stack of a pool's thread. The pages are taken only where they are used.
/// </summary>
internal sealed class ScenarioRunner(ResilienceCheck check, IReadOnlyList<IReadOnlyList<string>> scenarios)
{
    private const int StackBytes = 256 << 20;

    private readonly ScenarioOutcome[] _outcomes = new ScenarioOutcome[scenarios.Count];
    private ExceptionDispatchInfo? _failure;
    private int _taken;

    /// <summary>Plans all losses.</summary>
    /// <returns>What came of each, in the order of the scenarios.</returns>
    public ScenarioOutcome[] Run()
    {
        var threads = new Thread[Math.Min(Environment.ProcessorCount, scenarios.Count)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work, StackBytes) { IsBackground = true, Name = "scenarios" };
            threads[i].Start();
        }

        foreach (var thread in threads) thread.Join();
        _failure?.Throw();
        return _outcomes;
    }

    private void Work()
    {
        try
        {
            for (int i = Interlocked.Increment(ref _taken) - 1; i < scenarios.Count; i = Interlocked.Increment(ref _taken) - 1)
            {
                _outcomes[i] = check.Evaluate(scenarios[i]);
            }
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
        }
    }
}
