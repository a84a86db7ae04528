using System.Globalization;
using Mainstay.Simulator.Ring;

namespace Mainstay.Cli.RingSimulation;

/// <summary>The command line of <c>mainstay ring-sim</c>.</summary>
internal sealed record RingSimulationOptions
{
    public const string Usage =
        """
        usage: mainstay ring-sim [--profile storm|endurance|accelerated|half-dead] [--transport plain|knet]
                                 [--seed N] [--count N] [--jobs N] [--coverage] [--json] [--progress] [--trace]
               mainstay ring-sim --fuzz-decoders N [--seed N] [--jobs N] [--captures DIR]

        Runs whole rings in one process under virtual time and checks every guarantee of the ring protocol.

          --profile P        storm: seconds of short timers and endless trouble (default)
                             endurance: tens of minutes with the timers of real clusters
                             accelerated: storm, with the token passed before the last messages
                             half-dead: one node stalls, flaps or hears nobody; the others must get on
          --transport T      plain: the ring's datagrams as they are (default)
                             knet: through the knet layer of every node, on one to eight links
          --seed N           first seed (default 1)
          --count N          number of seeds (default 1 with --seed, else 1000)
          --jobs N           runs side by side (default: the processors of this machine)
          --coverage         also print faults, states x inputs, rules and rare paths that were reached
          --json             print everything as one JSON document
          --progress         report on standard error once a minute
          --trace            print what happens, one line per event (one job)
          --fuzz-decoders N  feed N mutated and random packets to every decoder instead
          --captures DIR     mutate the UDP payloads of the pcap files in DIR too
        """;

    public RingProfile Profile { get; init; } = RingProfile.Storm;

    public RingTransport Transport { get; init; }

    public ulong Seed { get; init; } = 1;

    public ulong Count { get; init; }

    public int Jobs { get; init; } = Environment.ProcessorCount;

    public bool Trace { get; init; }

    public bool Coverage { get; init; }

    public bool Json { get; init; }

    public bool Progress { get; init; }

    public bool Help { get; init; }

    /// <summary>Packets for the decoders; 0 = simulate rings.</summary>
    public ulong FuzzCount { get; init; }

    /// <summary>Folder with packets to mutate.</summary>
    public string? Captures { get; init; }

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or <see langword="null"/> with a problem.</returns>
    public static RingSimulationOptions? Parse(IReadOnlyList<string> args, out string problem)
    {
        var options = new RingSimulationOptions();
        problem = "";
        ulong? count = null;
        var hasSeed = false;
        for (var index = 0; index < args.Count; index++)
        {
            var value = index + 1 < args.Count ? args[index + 1] : "";
            var number = ParseNumber(value);
            (RingSimulationOptions? Next, int Taken) step = args[index] switch
            {
                "--trace" => (options with { Trace = true, Jobs = 1 }, 0),
                "--coverage" => (options with { Coverage = true }, 0),
                "--json" => (options with { Json = true }, 0),
                "--progress" => (options with { Progress = true }, 0),
                "--help" or "-h" => (options with { Help = true }, 0),
                "--profile" when value == "storm" => (options with { Profile = RingProfile.Storm }, 1),
                "--profile" when value == "endurance" => (options with { Profile = RingProfile.Endurance }, 1),
                "--profile" when value == "accelerated" => (options with { Profile = RingProfile.Accelerated }, 1),
                "--transport" when value is "plain" or "knet" =>
                    (options with { Transport = value == "knet" ? RingTransport.Knet : RingTransport.Plain }, 1),
                "--profile" when value == "half-dead" => (options with { Profile = RingProfile.HalfDead }, 1),
                "--captures" when Directory.Exists(value) => (options with { Captures = value }, 1),
                "--fuzz-decoders" when number is >= 1 => (options with { FuzzCount = number.Value }, 1),
                "--seed" when number is { } seed => (options with { Seed = seed }, 1),
                "--count" when number is not null => (options, 1),
                "--jobs" when number is >= 1 and <= 1024 => (options with { Jobs = (int)number.Value }, 1),
                _ => (null, 0),
            };
            if (step.Next is null)
            {
                problem = $"unknown or incomplete argument '{args[index]}'{(value.Length == 0 ? "" : $" (before '{value}')")}";
                return null;
            }

            hasSeed |= args[index] == "--seed";
            count = args[index] == "--count" ? number : count;
            options = step.Next;
            index += step.Taken;
        }

        return options with { Count = count ?? (hasSeed ? 1UL : 1000UL) };
    }

    private static ulong? ParseNumber(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
