using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Mainstay.Codecs.Bench;

/// <summary>
/// What one packet costs in the pure layers, and that it allocates nothing: <c>dotnet run -c Release --project bench/codecs -- --filter '*'</c>,
/// with any option of BenchmarkDotNet but those that choose a job (<c>--job</c>): <c>--warmupCount 3 --iterationCount 3</c> makes a short run.
/// </summary>
internal static class Program
{
    // In this process: the projects that BenchmarkDotNet would generate and build cannot live under this repository's build properties.
    private static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly)
        .Run(args, DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)));
}
