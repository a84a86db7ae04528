using System.Globalization;

namespace Mainstay.Ring;

/// <summary>Command line of <c>mainstay-ring</c>.</summary>
internal sealed record RingArguments
{
    public const string Usage = """
        usage: mainstay-ring [--config FILE] [--state-dir DIR] [--run-dir DIR] [--node NAME | --nodeid N] [--foreground] [--check]

          --config FILE     configuration (default /etc/corosync/corosync.conf)
          --state-dir DIR   where ring ids are kept (default /var/lib/mainstay/ring)
          --run-dir DIR     where the socket ring.sock and the lock are made (default /run/mainstay)
          --node NAME       the local node, where its addresses do not tell (several nodes on one host)
          --nodeid N        likewise, by id
          --foreground      accepted for symmetry; the daemon never forks
          --check           read and check the configuration, print what is wrong, start nothing
          --version         print the version
        signals: TERM and INT leave the ring and end; HUP reads the configuration again
        exit status: 0 ended on request; 7, 8, 20 refused configuration; 1 bad usage; 18 already running; 15 failed later
        """;

    public string ConfigFile { get; init; } = "/etc/corosync/corosync.conf";

    public string StateDirectory { get; init; } = "/var/lib/mainstay/ring";

    public string RunDirectory { get; init; } = "/run/mainstay";

    public string? NodeName { get; init; }

    public uint? NodeId { get; init; }

    public bool ChecksOnly { get; init; }

    public bool ShowsHelp { get; init; }

    public bool ShowsVersion { get; init; }

    /// <summary>Reads the arguments; <paramref name="problem"/> says what is wrong with them.</summary>
    public static RingArguments? TryParse(IReadOnlyList<string> args, out string problem)
    {
        var result = new RingArguments();
        problem = string.Empty;
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var n, var v] ? (n, v) : (args[i], (string?)null);
            if (name is "--config" or "--state-dir" or "--run-dir" or "--node" or "--nodeid" && value is null)
            {
                if (++i == args.Count)
                {
                    problem = $"{name} needs a value";
                    return null;
                }

                value = args[i];
            }

            RingArguments? next = name switch
            {
                "--config" => result with { ConfigFile = value ?? "" },
                "--state-dir" => result with { StateDirectory = value ?? "" },
                "--run-dir" => result with { RunDirectory = value ?? "" },
                "--node" => result with { NodeName = value },
                "--nodeid" => uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
                    ? result with { NodeId = id }
                    : null,
                "--foreground" or "-f" => result,
                "--check" => result with { ChecksOnly = true },
                "--help" or "-h" => result with { ShowsHelp = true },
                "--version" or "-v" => result with { ShowsVersion = true },
                _ => null,
            };
            if (next is null)
            {
                problem = $"unknown option or bad value: {args[i]}";
                return null;
            }

            result = next;
        }

        return result;
    }
}
