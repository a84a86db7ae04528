using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace Mainstay.Codecs.Bench;

/// <summary>
/// What one packet costs in the pure layers, and that it allocates nothing: <c>dotnet run -c Release --project bench/codecs -- --filter '*'</c>,
/// with any option of BenchmarkDotNet.
/// </summary>
internal static class Program
{
    private static void Main(string[] args) =>
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance);
}
